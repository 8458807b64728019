"""Ids of our records: 24 hexadecimal characters, made without asking the database."""

import re

from bson import ObjectId

ID_LENGTH = 24
ID_PATTERN = r"[0-9a-f]{24}"
_ID = re.compile(ID_PATTERN)


def new_id() -> str:
    """A new ObjectId in hexadecimal: unique over processes and machines, roughly ordered by time."""
    return str(ObjectId())


def is_id(value: object) -> bool:
    """Whether the value has the form of an id; anything else can name no record."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None
