"""What a search engine must do, and which one answers."""

from dataclasses import dataclass, field
from typing import Final, Protocol

from django.conf import settings

from patients.search.keys import Key
from patients.search.query import Query

MOST: Final = 400  # candidates asked for


@dataclass
class Candidate:
    """A record that may be meant: those of its keys that the engine knows to be of interest."""

    patient_id: str
    archived: bool = False
    keys: set[Key] = field(default_factory=set)


class Engine(Protocol):
    """Finds records; who may see them, and which is the best, is decided elsewhere (`finding`, `ranking`)."""

    def candidates(self, query: Query, *, archived: bool | None, most: int) -> list[Candidate]:
        """Records that may meet every term, at most about `most`. `archived` None takes both kinds."""
        ...


def current() -> Engine:
    """Elasticsearch where it is set up, otherwise the database."""
    if settings.ELASTICSEARCH_URL:
        from patients.search.elastic import ElasticOrDatabase

        return ElasticOrDatabase()
    from patients.search.database import DatabaseEngine

    return DatabaseEngine()
