"""What calls may send: shape only, rules decide the rest."""

from datetime import UTC, date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import User
from appointments.models import AppointmentType, Chair
from appointments.rules import LONGEST_MINUTES, Status
from core import clock
from core.api.fields import StrictBoolean, StrictInteger, StrictText
from core.errors import NotFound, Refused
from core.ids import is_id


class InstantField(serializers.DateTimeField):
    """An instant with its UTC offset; without one it would mean another time in every zone."""

    def to_internal_value(self, value: Any) -> datetime:
        instant = read_instant(value)
        if instant is None:
            raise serializers.ValidationError(
                _("Give date and time with the UTC offset, such as 2025-02-10T10:00:00Z.")
            )
        return instant


class MoveInput(serializers.Serializer[Any]):
    """PATCH: whatever is sent changes."""

    date = InstantField(source="start", required=False)
    doctorId = StrictText(source="doctor_id", required=False, max_length=24)
    chairId = StrictText(source="chair_id", required=False, allow_null=True, max_length=24)
    minutes = StrictInteger(required=False, min_value=1, max_value=LONGEST_MINUTES)
    reason = StrictText(required=False, allow_blank=True, max_length=500)
    confirmed = StrictBoolean(required=False)
    overbook = StrictBoolean(required=False)
    overrideReason = StrictText(source="override_reason", required=False, allow_blank=True, max_length=500)


class BookInput(serializers.Serializer[Any]):
    """POST: the original three fields, and ours."""

    patientId = StrictText(source="patient_id", max_length=200)
    doctorId = StrictText(source="doctor_id", max_length=200)
    date = InstantField(source="start")
    type = StrictText(required=False, max_length=8)
    minutes = StrictInteger(required=False, min_value=1, max_value=LONGEST_MINUTES)
    chairId = StrictText(source="chair_id", required=False, allow_null=True, max_length=24)
    reason = StrictText(required=False, allow_blank=True, max_length=500)
    overbook = StrictBoolean(required=False)
    overrideReason = StrictText(source="override_reason", required=False, allow_blank=True, max_length=500)


class StatusInput(serializers.Serializer[Any]):
    """A step of the flow."""

    status = serializers.ChoiceField(choices=Status.choices)
    expected = serializers.ChoiceField(choices=Status.choices, required=False, help_text="The status that you saw.")
    chairId = StrictText(source="chair_id", required=False, max_length=24)
    note = StrictText(required=False, allow_blank=True, max_length=500)


def read_instant(value: Any) -> datetime | None:
    """An instant with offset out of text, in UTC; None for anything else."""
    try:
        instant = parse_datetime(value.strip()) if isinstance(value, str) else None
        # The last years of the calendar would overflow when a length or a zone is added.
        return instant.astimezone(UTC) if instant and instant.tzinfo and 1900 < instant.year < 9000 else None
    except (ValueError, OverflowError):
        return None


def read_bound(name: str, text: str, *, end: bool) -> datetime:
    """`from` or `to`: an instant, or a day of the clinic (as `to` the whole day counts). Raises Refused (400)."""
    day = read_day(text)
    if day is not None:
        return clock.day_bounds(day)[1 if end else 0]
    instant = read_instant(text.replace(" ", "+"))  # a plus sign that was not escaped
    if instant is None:
        raise Refused(_("Give a day as YYYY-MM-DD, or an instant with its UTC offset."), code="invalid", field=name)
    return instant


def read_day(text: str) -> date | None:
    """A calendar day out of YYYY-MM-DD; None for anything else."""
    try:
        day = parse_date(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and 1900 < day.year < 9000 else None


def doctor(pk: str) -> User:
    """The active doctor. Raises NotFound, naming the field."""
    # read-scope: everybody who may book may know the doctors
    found: User | None = User.objects.doctors().filter(pk=pk).first() if is_id(pk) else None
    if found is None:
        raise NotFound(_("No such doctor."), field="doctor_id")
    return found


def chair(pk: str | None) -> Chair | None:
    """The chair in use; None for none. Raises NotFound, naming the field."""
    if pk is None:
        return None
    # read-scope: chairs are no person's
    found = Chair.objects.select_related("location").filter(pk=pk, is_active=True).first() if is_id(pk) else None
    if found is None:
        raise NotFound(_("No such chair."), field="chair_id")
    return found


def appointment_type(code: str) -> AppointmentType:
    """The type in use. Raises Refused (400), naming the field."""
    # read-scope: a type that is not for families is refused by its rule, with a sentence
    rows = AppointmentType.objects.filter(is_active=True)
    found = rows.filter(code=code.upper()).first() if code.isascii() and code.isalnum() else None
    if found is None:
        raise Refused(_("No such appointment type."), code="invalid", field="type")
    return found
