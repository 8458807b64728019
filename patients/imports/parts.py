"""What a row about a patient brings along for higher packages, such as a recall; filled in an AppConfig's ready()."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patients.imports.kinds import Column, Pass

if TYPE_CHECKING:
    from accounts.models import User
    from patients.models import Patient


@dataclass(frozen=True)
class PatientPart:
    """Further columns of a patient's row.

    `read` gives what they say, as plain values, and None for nothing; it raises BadCell with the column's name.
    `write` keeps it: `before` is the id of what this part kept for this row before, the answer is the id of today.
    """

    name: str
    columns: tuple[Column, ...]
    read: Callable[[Pass, Mapping[str, str]], Any]
    write: Callable[["User", "Patient", Any, str], str]


parts: list[PatientPart] = []
