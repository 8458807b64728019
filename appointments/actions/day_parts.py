"""When midday begins, and when the children come out of school."""

from datetime import time

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.models import DayParts
from appointments.rules import Event
from core import audit
from core.actions import audited
from core.errors import Refused, Stale


@audited
def change_day_parts(*, by: User, midday_from: time, after_school_from: time, version: int | None = None) -> DayParts:
    """Say when the parts of the day begin; `version` is the one that the person saw. Raises Refused, Stale."""
    require(by, Permission.CLINIC_SETUP)
    if after_school_from <= midday_from:
        message = _("After school comes after midday: give a later time here.")
        raise Refused(message, code="ends_before_start", field="after_school_from")
    row, wanted = DayParts.present(), {"midday_from": midday_from, "after_school_from": after_school_from}
    if version is not None and version != _seen(row):
        raise Stale
    if row._state.adding:
        # Two at once: the unique key ends one try, and the next one finds the row.
        changes = {name: [str(getattr(row, name)), str(value)] for name, value in wanted.items()}
        DayParts(pk=row.pk, **wanted).save(force_insert=True)
        audit.record(by, Event.SETUP_CHANGED, row, changes=changes)
        return DayParts.present()
    changes = row.change(**wanted)
    if changes:
        audit.record(by, Event.SETUP_CHANGED, row, changes=changes)
    else:
        audit.no_change(by, Event.SETUP_CHANGED, row)
    return row


def _seen(row: DayParts) -> int:
    return 0 if row._state.adding else row.version
