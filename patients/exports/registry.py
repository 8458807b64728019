"""What belongs to a patient's file. Higher packages add to these lists in their AppConfig's ready()."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.errors import Text

if TYPE_CHECKING:
    from accounts.models import User
    from patients.models import Patient


class Reader(StrEnum):
    """For whom a record is written out: what the clinic notes for itself is the staff's only."""

    STAFF = "staff"
    PATIENT = "patient"
    GUARDIAN = "guardian"


@dataclass(frozen=True)
class Request:
    """Who asks for the record of whom, and as what."""

    user: "User"
    patient: "Patient"
    reader: Reader

    @property
    def by_staff(self) -> bool:
        """Whether the clinic's own notes belong in it."""
        return self.reader is Reader.STAFF

    def person(self, pk: str | None, names: Mapping[str, tuple[str, bool]]) -> str:
        """Somebody's name out of `names_of`; one parent is not told another one's."""
        name, works_here = names.get(pk or "", ("", False))
        if name and self.reader is Reader.GUARDIAN and not works_here and pk != self.user.pk:
            return _("A family member")
        return name


@dataclass(frozen=True, order=True)
class Part:
    """One key of record.json. `models` are the tables whose rows it holds; None from `load` leaves the key out."""

    order: int
    key: str = field(compare=False)
    load: Callable[[Request], Any] = field(compare=False)
    models: tuple[str, ...] = field(compare=False, default=())


@dataclass(frozen=True)
class RecordFile:
    """A file below files/: its name there, and how to read it."""

    name: str
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True)
class ListColumn:
    """A further column of the list of patients: `load(user, ids)` gives values by patient's id, in few queries."""

    key: str
    label: Text
    load: Callable[["User", list[str]], Mapping[str, Any]]


parts: list[Part] = []
files: list[Callable[[Request], Iterable[RecordFile]]] = []
list_columns: list[ListColumn] = []
# Events whose rows name the patients of a list that left the clinic, with what the accounting calls such a list.
list_events: dict[str, Text] = {}
# Tables that hold something about a patient and stay out of the record, each with the reason.
left_out: dict[str, str] = {
    "patients.SearchKey": "made of the names and numbers in the record, to find it",
    "patients.SearchWord": "made of the names and numbers in the record, to find it",
    "patients.SearchChange": "says that the index for finding has to be told, and is gone a moment later",
    "patients.ImportRow": "the report of a run of an import, by rows of its file; what came in is in the record",
    "admin.LogEntry": "repeats what the audit holds",
    "guardian.UserObjectPermission": "who of the clinic may open the chart; given and withdrawn in the access log",
    "guardian.GroupObjectPermission": "not used",
    "patients.DuplicatePair": "the program's guess that another record is the same person's; it is about two people",
}
