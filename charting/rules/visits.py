"""A visit's row on the treatment card: who may change, sign and countersign it, and what it may say."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from core.errors import Refused
from patients.rules import check_not_future

NOTE_LENGTH: Final = 20_000
REASON_LENGTH: Final = 500


class RowState(models.TextChoices):
    """Where the row stands; from signed on it is locked, and amendments are rows of their own."""

    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed")
    COUNTERSIGNED = "countersigned", _("Countersigned")


class Countersigning(models.TextChoices):
    """What the clinic asks of entries that an assistant signed."""

    NEVER = "never", _("Not asked for")
    ASSISTANTS = "assistants", _("A doctor countersigns assistants' entries")


STEPS: Final[Mapping[RowState, frozenset[RowState]]] = {
    RowState.DRAFT: frozenset({RowState.SIGNED}),
    RowState.SIGNED: frozenset({RowState.COUNTERSIGNED}),
    RowState.COUNTERSIGNED: frozenset(),
}


def check_date(day: date, today: date) -> None:
    """Raises Refused (`in_the_future`): a visit was, it is not going to be."""
    check_not_future(day, today, "date")


def check_changeable(state: str) -> None:
    """Raises Refused (`signed`) for a row that is locked."""
    if state != RowState.DRAFT:
        message = _("This entry is signed and locked. Add an amendment instead; the original stays readable.")
        raise Refused(message, code="signed", extra={"offer": "amend"})


def check_may_sign(state: str, *, author: str, by: str) -> None:
    """Everybody signs the own entry. Raises Refused: `signed`, `not_the_author`."""
    if state != RowState.DRAFT:
        raise Refused(_("This entry is signed already."), code="signed")
    if author != by:
        message = _("Whoever wrote an entry signs it. Take it over first, or let them sign.")
        raise Refused(message, code="not_the_author")


def waits_for_countersignature(state: str, policy: str, *, signed_by_doctor: bool) -> bool:
    """Whether the row is on the doctor's list."""
    return state == RowState.SIGNED and policy == Countersigning.ASSISTANTS and not signed_by_doctor


def check_may_countersign(state: str, *, waits: bool, signed_by: str, by: str) -> None:
    """Raises Refused: `status_conflict` for a row that does not wait, `own_entry` for one's own."""
    if RowState.COUNTERSIGNED not in STEPS[RowState(state)]:
        message = _("This entry is “%(state)s”: there is nothing to countersign.")
        values = {"state": RowState(state).label}
        raise Refused(message % values, code="status_conflict", extra={"status": state})
    if signed_by == by:
        raise Refused(_("Nobody countersigns an own entry."), code="own_entry")
    if not waits:
        message = _("This entry needs no second signature.")
        raise Refused(message, code="status_conflict", extra={"status": state})


def check_amendment(state: str, reason: str) -> None:
    """Raises Refused: `not_signed` for a draft, `reason_missing`, `too_long`."""
    if state == RowState.DRAFT:
        raise Refused(_("This entry is a draft: change it, no amendment is needed."), code="not_signed")
    if not reason.strip():
        raise Refused(_("Say why the entry is amended."), code="reason_missing", field="reason")
    check_length(reason, "reason", REASON_LENGTH)


def check_note(text: str, *, field: str = "note") -> None:
    """Raises Refused (`too_long`); any script and emoji are welcome."""
    check_length(text, field, NOTE_LENGTH)


def check_length(text: str, field: str, most: int) -> None:
    """Raises Refused (`too_long`) with both numbers."""
    if len(text) > most:
        message = _("At most %(most)s characters fit here; these are %(count)s. Shorten the text or split it.")
        values = {"most": _grouped(most), "count": _grouped(len(text))}
        raise Refused(message % values, code="too_long", field=field)


def check_version(present: int, seen: int, *, chair: str = "", person: str = "") -> None:
    """Two people on one row. Raises Refused (`stale`) that says who else has it open, when that is known."""
    if present == seen:
        return
    if person:
        message = _("%(person)s changed this entry in the meantime (%(chair)s). Your text is still here: look at both.")
        raise Refused(message % {"person": person, "chair": chair or "–"}, code="stale")
    message = _("Somebody else changed this entry in the meantime. Your text is still here: look at both.")
    raise Refused(message, code="stale")


def _grouped(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)
