"""What can be brought over: each kind names its columns and plans what becomes of a row. Higher packages add theirs."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _

from core.errors import NotFound, Refused, Text
from patients.imports.states import Duplicates, Outcome

if TYPE_CHECKING:
    from accounts.models import User
    from patients.models import Import, ImportRow


@dataclass(frozen=True)
class Column:
    """What a column of the file may hold."""

    name: str
    label: Text
    group: Text
    is_date: bool = False


@dataclass(frozen=True)
class SourceRow:
    """One row of the file: the texts of the columns that are used, empty ones left out."""

    number: int
    cells: Mapping[str, str]
    has_too_many: bool = False
    content: bytes | None = None  # of a picture


@dataclass
class Result:
    """What became of a row."""

    outcome: Outcome
    message: str = ""
    object_id: str = ""


@dataclass
class Plan:
    """What becomes of a row; `write` does it, inside a transaction, and may be called again if that is retried.

    Instead of `write` a row may have `fresh`, which its kind's `create_all` takes, together with those of other rows.
    """

    number: int
    outcome: Outcome
    message: str = ""
    external_id: str = ""
    object_id: str = ""
    likeness: str = ""
    write: Callable[[], Result] | None = None
    fresh: Any = None

    @classmethod
    def refused(cls, number: int, *faults: object, external_id: str = "") -> "Plan":
        """The row stays out, and all that is wrong with it is said."""
        return cls(number, Outcome.REFUSED, " ".join(str(fault) for fault in faults)[:500], external_id)


@dataclass
class Pass:
    """One walk through a file: who makes it, and what it has met so far."""

    by: "User"
    imported: "Import"
    kind: "Kind"
    real: bool  # False: a trial run, which writes nothing
    order: str = ""
    duplicates: str = Duplicates.SKIP
    rows_of_id: dict[str, int] = field(default_factory=dict)
    rows_alike: dict[str, int] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)  # whatever the kind reads once

    def remember(self, number: int, external_id: str, likeness: str) -> None:
        """A row that has been met."""
        if external_id:
            self.rows_of_id.setdefault(external_id, number)
        if likeness:
            self.rows_alike.setdefault(likeness, number)


class Kind(ABC):
    """One kind of records that a file may hold."""

    order: ClassVar[int]  # on the list of kinds
    slug: ClassVar[str]
    label: ClassVar[Text]
    about: ClassVar[Text]
    takes_pictures: ClassVar[bool] = False

    @property
    @abstractmethod
    def columns(self) -> tuple[Column, ...]:
        """What a column may hold."""

    @abstractmethod
    def check_mapping(self, by: "User", names: set[str]) -> None:
        """Raises Refused while something is missing that no row can do without."""

    @abstractmethod
    def plan(self, walk: Pass, rows: list[SourceRow], tried: Mapping[int, "ImportRow"]) -> Iterable[Plan]:
        """What becomes of these rows; `tried` are the rows of the trial run, when this is the real one."""

    def create_all(self, walk: Pass, fresh: list[Any]) -> list[Result]:
        """Make the records of these rows, in this transaction."""
        raise NotImplementedError


kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Offer another kind; called in an AppConfig's ready()."""
    kinds[kind.slug] = kind


def kind_of(slug: str) -> Kind:
    """The kind. Raises NotFound."""
    if slug not in kinds:
        raise NotFound(field="kind")
    return kinds[slug]


def at(label: Text, error: Refused) -> str:
    """A refusal of one cell, with the column's name: "Date of birth: ..."."""
    return _("%(column)s: %(why)s") % {"column": label, "why": error.message}
