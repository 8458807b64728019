"""Shorthands of the booking tests: next week's Monday, a type, a booking, a caller of the API."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from appointments import actions, claims, rules
from appointments.models import Appointment, AppointmentType, Claim, StatusEvent
from appointments.rules import HOLDING, Need
from core import clock
from core.errors import Refused
from patients.models import Patient


def monday(hour: int = 9, minute: int = 0, *, weeks: int = 1) -> datetime:
    """A time on a Monday to come."""
    day = clock.today() + timedelta(days=7 * weeks - clock.today().weekday())
    return clock.at(day, time(hour, minute))


def kind(code: str) -> AppointmentType:
    return AppointmentType.objects.get(code=code)


def book(by: User, patient: Patient, doctor: User, start: datetime, code: str = "CONS", **more: Any) -> Appointment:
    return actions.book(by=by, patient=patient, doctor=doctor, type=kind(code), start=start, **more)


def forget(ids: Iterable[str]) -> None:
    """Take visits out of the book as if they had never been; tests on MongoDB have no savepoint to go back to."""
    visits = list(ids)
    Claim.objects.filter(appointment_id__in=visits).delete()
    for rows in (StatusEvent.objects.filter(appointment_id__in=visits), Appointment.objects.filter(pk__in=visits)):
        rows._raw_delete(rows.db)


def refusal(code: str) -> Any:
    """`with refusal("slot_taken") as caught:`"""
    return pytest.raises(Refused, check=lambda error: error.code == code)


def api_of(user: User) -> APIClient:
    """A caller of the API who has signed in."""
    client = APIClient()
    client.force_authenticate(user)
    return client


def wish(patient: Patient, doctor: User, start: datetime, **more: Any) -> dict[str, Any]:
    """The body of a booking."""
    return {"patientId": patient.pk, "doctorId": doctor.pk, "date": clock.iso(start), **more}


def check_claims(appointments: Iterable[Appointment] | None = None) -> None:
    """Every holding visit has exactly the cells it needs, and no claim belongs to anything else."""
    rows = list(Appointment.objects.all() if appointments is None else appointments)
    expected = set()
    for row in rows:
        if row.status in HOLDING and claims.holds_time(row.start):
            expected |= {(row.pk, need.resource, need.cell) for need in needs_of(row)}
    found = set(Claim.objects.values_list("appointment_id", "resource", "cell"))
    assert found == expected, (expected - found, found - expected)


def needs_of(row: Appointment) -> list[Need]:
    """What the visit needs of a doctor with two lanes; asks the database nothing."""
    place = {"patient": row.patient_id, "doctor": row.doctor_id, "chair": row.chair_id}
    return rules.needs(start=row.start, pattern=row.pattern, lanes=2, **place)
