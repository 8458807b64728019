"""The clinic's rule about what is done when: long visits in the morning, the hours after school for short ones."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from appointments.finding_times.wishes import lies_within
from appointments.models import AppointmentType, DayParts, TimeOfDay
from appointments.models.day_parts import Window
from core.errors import Refused

ANY_TIME: Window = (None, None)


def allowed_for(code: str) -> Window:
    """When visits of the type with this code may be."""
    if not code:
        return ANY_TIME
    rule = AppointmentType.objects.filter(code=code).values_list("time_of_day", flat=True).first()
    return DayParts.present().allowed(rule) if rule else ANY_TIME


def check_time_of_day(kind: AppointmentType, start: datetime, minutes: int) -> None:
    """Raises Refused (`time_of_day`) for a visit at a time that the clinic keeps free of its kind."""
    if not kind.time_of_day:
        return
    window = DayParts.present().allowed(kind.time_of_day)
    if lies_within(window, start, start + timedelta(minutes=minutes)):
        return
    if kind.time_of_day == TimeOfDay.MORNING:
        message = _("“%(type)s” is for the morning only, until %(until)s.")
    else:
        message = _("“%(type)s” has to be over when school is out, at %(until)s.")
    spoken = {"type": kind.name, "until": f"{window[1]:%H:%M}"}
    raise Refused(message % spoken, code="time_of_day", field="date")
