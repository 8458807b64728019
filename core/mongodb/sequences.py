"""Integer keys: a counter for each collection, as PostgreSQL has sequences."""

from typing import Any

from pymongo import ReturnDocument
from pymongo.database import Database

COLLECTION = "django_sequences"
AUTO_FIELDS = frozenset({"AutoField", "BigAutoField", "SmallAutoField"})

Document = dict[str, Any]


def fill_keys(database: "Database[Document]", collection: str, column: str, documents: list[Document]) -> None:
    """Give each document without a key the next number; a number given by hand moves the counter on.

    Outside any session on purpose: a rolled back transaction leaves a gap, and nobody waits for anybody. 5.2.4 has no
    integer keys at all. May go when upstream's AutoField is an integer.
    """
    counters = database[COLLECTION]
    given = [document[column] for document in documents if document.get(column) is not None]
    if given:
        counters.update_one({"_id": collection}, {"$max": {"last": max(given)}}, upsert=True)
    without = [document for document in documents if document.get(column) is None]
    if not without:
        return
    step = {"$inc": {"last": len(without)}}
    after = counters.find_one_and_update({"_id": collection}, step, upsert=True, return_document=ReturnDocument.AFTER)
    assert after is not None  # upsert
    first = after["last"] - len(without) + 1
    for number, document in enumerate(without, first):
        document[column] = number


def rename(database: "Database[Document]", old: str, new: str) -> None:
    """The collection has a new name: the counter goes with it."""
    counters = database[COLLECTION]
    if row := counters.find_one_and_delete({"_id": old}):
        counters.update_one({"_id": new}, {"$max": {"last": row["last"]}}, upsert=True)


def forget(database: "Database[Document]", collection: str) -> None:
    """The collection is dropped."""
    database[COLLECTION].delete_one({"_id": collection})
