"""Where higher layers add to the patient page and object to archiving, without this package knowing them.

All lists are filled in an AppConfig's ready(). A panel's template is the inside of a card: a table stands in it
directly, anything else in `<div class="card__body">`. It gets `patient`, `siblings`, `user` and what `load` returns.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.errors import Text

if TYPE_CHECKING:
    from accounts.models import User
    from patients.models import Patient


@dataclass(frozen=True, order=True)
class PatientPanel:
    """One section of the patient page: `load(user, patient)` gives the template's context, None leaves it out."""

    order: int
    slug: str = field(compare=False)
    label: Text = field(compare=False)
    template: str = field(compare=False)
    load: Callable[["User", "Patient"], dict[str, Any] | None] = field(compare=False)


@dataclass(frozen=True, order=True)
class PatientButton:
    """One button on the patient page's header, for those with the right: a link with the patient's id."""

    order: int
    label: Text = field(compare=False)
    url_name: str = field(compare=False)  # takes the patient's id as a query parameter `patient`
    icon: str = field(compare=False)
    shown_to: Callable[["User"], bool] = field(compare=False)
    short: Text = field(default="", compare=False)  # on the row of a search: only those that have one stand there
    at_the_chair: bool = field(default=False, compare=False)  # on the own day too, for whoever treats


@dataclass(frozen=True)
class Mover:
    """Moves one kind of rows when two records become one, inside that transaction, and back when it is undone.

    What `move` returns is JSON, kept encrypted, and handed to the other two: at least {"moved": {id: version}}.
    """

    label: Text  # of several: "Visits"
    models: tuple[str, ...]  # labels of the models that it sees to
    count: Callable[["User", "Patient"], int]  # how many of them a person sees
    move: Callable[["Patient", "Patient"], dict[str, Any]]  # from the first record to the second; raises Refused
    check: Callable[[dict[str, Any]], None]  # raises Refused (`cannot_undo`) for what has changed since
    move_back: Callable[[dict[str, Any], "Patient"], None]


@dataclass(frozen=True)
class ShortVisit:
    """A visit in a few words."""

    start: datetime
    doctor: str = ""
    is_today: bool = False


@dataclass(frozen=True)
class VisitNote:
    """When a patient was here last and comes next; None where there is nothing to tell."""

    last: ShortVisit | None = None
    next: ShortVisit | None = None


@dataclass(frozen=True)
class TimelineItem:
    """One line of the timeline: what happened, who did it, and the page that tells more, if there is one."""

    at: datetime
    text: Text
    by: str = ""
    url: str = ""
    tone: str = ""  # a tone of the badges: teal, red ...


panels: list[PatientPanel] = []
buttons: list[PatientButton] = []
# Each raises Refused when the patient must not be archived now; called inside the archiving transaction.
archive_guards: list[Callable[["Patient"], None]] = []
# What the timeline says for an audit event with this patient's id: `event_words["appointment.booked"] = _("...")`.
# An event without words is left out.
event_words: dict[str, Text] = {}
# Newest first, at most `limit` of them.
timeline_sources: list[Callable[["User", "Patient", int], list[TimelineItem]]] = []
# Each gives the ids of patients with a visit today: of several who fit a search equally well they come first.
patients_of_today: list[Callable[[], set[str]]] = []
# Last and next visits of patients whom this person may see, by id, with a fixed number of queries.
visit_notes: list[Callable[["User", list[str]], dict[str, VisitNote]]] = []
# By a name that snapshots keep; and, of models that point to a patient and stay where they are, why.
movers: dict[str, Mover] = {}
stays_when_merged: dict[str, str] = {}
