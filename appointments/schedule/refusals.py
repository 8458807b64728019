"""What somebody is told who drops a visit where it cannot stand: why, when there is room, and what may be done."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from appointments import slots
from appointments.models import Appointment
from core import clock
from core.errors import Refused

# Another time would do.
_OTHER_TIME = frozenset({"outside_hours", "time_blocked", "time_of_day", "in_the_past", "no_such_time"})
# A reason would do, from those with the right to overbook.
_WITH_A_REASON = frozenset({"slot_taken", "outside_hours", "time_blocked", "time_of_day"})
_TIMES = 3


def told(refusal: Refused, by: User, visit: Appointment, wish: dict[str, Any]) -> Refused:
    """The refusal with the next free times on the clinic's clock, and the form in which a reason can be given."""
    message, extra = str(refusal.message), dict(refusal.extra)
    free = _free(refusal, visit, wish)
    if free:
        message = f"{message} {_('Free next:')} {'; '.join(map(_short, free[:_TIMES]))}"
    if refusal.code in _WITH_A_REASON and by.may(Permission.APPOINTMENT_OVERBOOK):
        extra["instead"] = {"address": _form(visit, wish), "words": _("Move it there all the same")}
    return Refused(message, code=refusal.code, field=refusal.field, extra=extra)


def _free(refusal: Refused, visit: Appointment, wish: dict[str, Any]) -> list[datetime]:
    known = [datetime.fromisoformat(slot["start"]) for slot in refusal.extra.get("nextFree", ())]
    if known or refusal.code not in _OTHER_TIME:
        return known
    found = slots.next_free(
        doctors=[wish.get("doctor") or visit.doctor],
        pattern=visit.pattern,
        after=max(clock.day_bounds(wish["day"])[0], clock.now()),
        patient_id=visit.patient_id,
        leaving=visit.pk,
        type_code=visit.type.code,
        count=_TIMES,
    )
    return [slot.start for slot in found]


def _short(at: datetime) -> str:
    moment = clock.wall(at)
    return f"{date_format(moment, 'D j M')}, {moment:%H:%M}"


def _form(visit: Appointment, wish: dict[str, Any]) -> str:
    asked = {"day": wish["day"].isoformat(), "time": f"{wish['time']:%H:%M}", "overbook": "on"}
    asked |= {name: wish[name].pk for name in ("chair", "doctor") if wish.get(name)}
    asked |= {"minutes": str(wish["minutes"])} if wish["minutes"] else {}
    return f"{reverse('appointments:appointment-move', args=[visit.pk])}?{urlencode(asked)}"
