"""What the clinic and its people set for the board."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.models import BoardTimes, Chair, OwnChairs
from appointments.models.board import TIMED
from appointments.rules import Event
from core import audit
from core.actions import audited
from core.errors import Refused, Stale


@audited
def change_board_times(*, by: User, version: int | None = None, **times: int) -> BoardTimes:
    """Say when a wait is long; `version` is the one that the person saw. Raises Refused, Stale."""
    require(by, Permission.CLINIC_SETUP)
    row = BoardTimes.present()
    wanted = {name: times.get(name, getattr(row, name)) for name in _names()}
    for status in TIMED:
        if wanted[f"{status}_too_long"] < wanted[f"{status}_long"]:
            message = _("Too long comes after long: give the larger number here.")
            raise Refused(message, code="ends_before_start", field=f"{status}_too_long")
    if row._state.adding:
        return _first(by, row, wanted)
    if version is not None and version != row.version:
        raise Stale
    _note(by, Event.SETUP_CHANGED, row, row.change(**wanted))
    return row


@audited
def choose_own_chairs(*, by: User, chair_ids: Sequence[str]) -> OwnChairs:
    """Say which chairs are one's own; unknown ones are left out."""
    require(by, Permission.APPOINTMENT_READ)
    known = set(Chair.objects.filter(pk__in=list(chair_ids)).values_list("pk", flat=True))
    wanted = [pk for pk in dict.fromkeys(chair_ids) if pk in known]
    row = OwnChairs.objects.filter(user_id=by.pk).first()
    if row is None:
        row = OwnChairs.objects.create(user_id=by.pk, chairs=wanted)
        audit.record(by, Event.OWN_CHAIRS_CHOSEN, row, changes={"chairs": [None, wanted]})
    else:
        _note(by, Event.OWN_CHAIRS_CHOSEN, row, row.change(chairs=wanted))
    return row


def _first(by: User, row: BoardTimes, wanted: dict[str, int]) -> BoardTimes:
    # Two at once: the unique key ends one try, and the next one finds the row.
    changes = {name: [getattr(row, name), value] for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in wanted.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    audit.record(by, Event.SETUP_CHANGED, row, changes=changes)
    return row


def _note(by: User, event: str, row: BoardTimes | OwnChairs, changes: dict[str, Any]) -> None:
    if changes:
        audit.record(by, event, row, changes=changes)
    else:
        audit.no_change(by, event, row)


def _names() -> list[str]:
    return ["late_after", "soon_before", *(f"{status}_{length}" for status in TIMED for length in ("long", "too_long"))]
