"""A photo of an appliance is deleted, with a reason."""

from functools import partial
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from charting.models import ApplianceEvent
from charting.rules.events import Event
from charting.rules.visits import REASON_LENGTH, check_length
from core import audit
from core.actions import audited
from core.errors import Refused
from patients.rules import one_line

SIDE: Final = 1600  # pixels: a crack in a retainer can be seen
SHOWS_LENGTH: Final = 200


@audited
def remove_appliance_photo(*, by: User, event: ApplianceEvent, reason: str) -> ApplianceEvent:
    """Delete the photo; the rest of the row stays. Raises Refused (`reason_missing`, `too_long`), Stale."""
    require(by, Permission.CHART_DRAFT)
    reason, before = one_line(reason), event.photo
    if not reason:
        raise Refused(_("Say why the photo goes."), code="reason_missing", field="reason")
    check_length(reason, "reason", REASON_LENGTH)
    changes = event.change(photo="", shows="")
    if not changes:
        audit.no_change(by, Event.APPLIANCE_PHOTO_REMOVED, event)
        return event
    told = dict.fromkeys(changes, "changed")  # the name of a file is nobody's business
    audit.record(by, Event.APPLIANCE_PHOTO_REMOVED, event, patient_id=event.patient_id, changes=told, reason=reason)
    if before:
        transaction.on_commit(partial(default_storage.delete, before))
    return event
