"""Lists of people go on paper or into a file: who took them, of which day, and whom they name."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.models import Appointment, Location
from appointments.rules import Event
from core import audit
from core.actions import audited
from patients.actions.exports import IDS_A_ROW


@audited
def disclose_sheet(*, by: User, location: Location, day: date, patient_ids: Sequence[str], form: str) -> None:
    """A sheet or slips of one day are printed or saved; `form` is what it is, such as sheet.pdf."""
    require(by, Permission.APPOINTMENT_READ)
    _record(by, Event.SHEET_DISCLOSED, location, day, patient_ids, form, reason=_("Day on paper"))


@audited
def keep_evening_list(*, by: User | None, location: Location, day: date, patient_ids: Sequence[str], form: str) -> None:
    """The list of a day to come is kept in a file; the clinic itself (None) does so every evening."""
    if by is not None:
        require(by, Permission.APPOINTMENT_READ)
    reason = _("Kept for an outage")
    _record(by, Event.EVENING_LIST_KEPT, location, day, patient_ids, form, reason=reason)


@audited
def take_evening_list(*, by: User, location: Location, day: date, patient_ids: Sequence[str], form: str) -> None:
    """Somebody downloads a kept list."""
    require(by, Permission.APPOINTMENT_READ)
    reason = _("Kept list downloaded")
    _record(by, Event.EVENING_LIST_TAKEN, location, day, patient_ids, form, reason=reason)


def _record(
    by: User | None, event: Event, location: Location, day: date, ids: Sequence[str], form: str, *, reason: str
) -> None:
    told = {"location": location.pk, "day": day, "form": form, "rows": len(ids)}
    for start in range(0, len(ids) or 1, IDS_A_ROW):
        named = {"patients": " ".join(ids[start : start + IDS_A_ROW])}
        audit.record(by, event, Appointment._meta.label, changes=told | named, reason=reason)
