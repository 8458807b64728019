"""What the portal's tests share: a Wednesday morning, a visit, a page read as text."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from accounts.models import User
from appointments.models import Appointment, AppointmentType, Location
from core import clock

WEDNESDAY = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def signed_in(user: User) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(user)
    return client


def visit(patient: Any, doctor: User, *, hours: float = 72, code: str = "RETC", **fields: Any) -> Appointment:
    """An appointment row so many hours from now, as booking would leave it."""
    kind = AppointmentType.objects.get(code=code)
    start = clock.now() + timedelta(hours=hours)
    fields.setdefault("location", Location.objects.first() or Location.objects.create(name="Main Street"))
    values = {"minutes": kind.minutes, "pattern": kind.pattern, **fields}
    return Appointment.objects.create(patient=patient, doctor=doctor, type=kind, start=start, **values)


def words(answer: Any) -> str:
    """The page's text on one line."""
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(html.unescape(text).split())
