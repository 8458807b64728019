"""One demo clinic of 400 patients, late on a Wednesday morning: whole, consistent, believable."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import phonenumbers
import pytest
import time_machine
from django.test import override_settings

from accounts.models import User
from appointments.claims import needs_of
from appointments.hours import check_hours
from appointments.models import Appointment, Chair, Claim, Location, StatusEvent
from appointments.rules import HOLDING, TRANSITIONS, Status, cell_of, first_beyond
from appointments.tests.served import own_clinic
from clinic.demo.cast import RITA
from clinic.tests.test_demo import WEDNESDAY, demo
from core import clock
from patients.models import Guardian, MedicalEntry, Patient, Relationship
from patients.rules import CareStatus
from patients.search.finding import find


@pytest.fixture(scope="module")
def _clinic(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Made once, read by every test, gone at the end."""
    folder = tmp_path_factory.mktemp("demo")
    with own_clinic(folder, django_db_blocker):
        with time_machine.travel(WEDNESDAY, tick=False), override_settings(DATA_DIR=folder):
            demo(400)
        yield


@pytest.fixture
def clinic_of_400(_clinic: None) -> Iterator[None]:
    with time_machine.travel(WEDNESDAY, tick=False):
        yield


def test_gus_sees_pia_and_her_brother(clinic_of_400: None) -> None:
    gus = User.objects.get(email="gus@demo.example")
    assert {patient.given_name for patient in Patient.objects.visible_to(gus)} == {"Pia", "Tim"}


def test_pia_is_in_treatment_with_a_critical_allergy_and_a_visit_to_come(clinic_of_400: None) -> None:
    pia = Patient.objects.get(user__email="pia@demo.example")
    assert (pia.age, pia.care_status, pia.care_phase) == (14, "active", "full")
    critical = MedicalEntry.objects.filter(patient=pia, critical=True)
    assert "Latex" in critical.get().description
    assert pia.appointments.filter(start__gt=clock.now() + timedelta(days=2), status=Status.BOOKED).exists()
    assert pia.appointments.filter(status=Status.COMPLETED).count() > 3


def test_seven_in_ten_are_of_school_age(clinic_of_400: None) -> None:
    ages = [patient.age or 0 for patient in Patient.objects.all()]
    assert 0.6 < sum(7 <= age <= 17 for age in ages) / len(ages) < 0.8


def test_phones_are_valid_and_shared_in_families(clinic_of_400: None) -> None:
    numbers = [patient.phone for patient in Patient.objects.all()]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)
    assert len(set(numbers)) < len(numbers)


def test_names_come_in_many_spellings(clinic_of_400: None) -> None:
    names = [patient.name for patient in Patient.objects.all()]
    assert any(not name.isascii() for name in names)
    assert len({patient.language for patient in Patient.objects.all()}) > 8


def test_children_have_somebody_who_answers_for_them(clinic_of_400: None) -> None:
    for patient in Patient.objects.all():
        if (patient.age or 0) < 18:
            assert Relationship.objects.filter(patient=patient, may_consent=True).exists()
    assert Guardian.objects.exclude(sort_key="").count() == Guardian.objects.count()


def test_today_shows_every_state(clinic_of_400: None) -> None:
    today = Appointment.objects.for_day(clock.today())
    assert 35 <= today.count() <= 50
    states = Counter(today.values_list("status", flat=True))
    assert {
        "completed",
        "checkout",
        "seated",
        "with_doctor",
        "arrived",
        "booked",
        "no_show",
        "cancelled",
    } <= states.keys()
    squeezed = today.get(overbooked=True)
    assert squeezed.override_reason


def test_what_happened_lies_in_the_past_and_what_is_booked_in_the_future(clinic_of_400: None) -> None:
    now, late = clock.now(), clock.now() - timedelta(minutes=30)
    assert not StatusEvent.objects.filter(at__gt=now).exists()
    assert not Appointment.objects.filter(status=Status.BOOKED, start__lt=late).exists()
    unfinished = [status for status in HOLDING if status != Status.BOOKED]
    assert not Appointment.objects.filter(status__in=unfinished, start__lt=now - timedelta(hours=3)).exists()
    assert not Appointment.objects.filter(status=Status.COMPLETED, start__gt=now).exists()


def test_every_history_follows_the_transition_table(clinic_of_400: None) -> None:
    reached: dict[str, str] = {}
    for event in StatusEvent.objects.exclude(kind="confirmed").order_by("appointment_id", "at", "id"):
        status = reached.get(event.appointment_id, "")
        assert event.from_status == status
        if event.kind == "status":
            assert Status(event.to_status) in TRANSITIONS[Status(status)]
        reached[event.appointment_id] = event.to_status
    assert reached == dict(Appointment.objects.values_list("pk", "status"))


def test_two_years_of_visits_with_some_missed(clinic_of_400: None) -> None:
    past = Appointment.objects.filter(start__lt=clock.now())
    assert past.order_by("start").first().start < clock.now() - timedelta(days=600)
    shares = Counter(past.values_list("status", flat=True))
    assert 0.03 < shares["no_show"] / past.count() < 0.09
    assert 0.03 < shares["cancelled"] / past.count() < 0.09


def test_nobody_is_treated_twice_at_a_time(clinic_of_400: None) -> None:
    """The past holds no claims, so chairs and patients are compared by hand."""
    free = (Status.CANCELLED, Status.ENTERED_IN_ERROR)
    standing = Appointment.objects.exclude(status__in=free).filter(overbooked=False).order_by("start")
    for resource in ("chair_id", "patient_id"):
        last: dict[str, datetime] = {}
        for appointment in standing:
            key = getattr(appointment, resource)
            assert last.get(key, appointment.start) <= appointment.start
            last[key] = appointment.end


def test_active_cases_have_a_start_a_plan_and_a_doctor(clinic_of_400: None) -> None:
    for patient in Patient.objects.filter(care_status=CareStatus.ACTIVE):
        assert patient.care_phase
        assert patient.treating_doctor_id
        assert patient.care_started_on
        assert patient.care_started_on < patient.estimated_completion_on


def test_places(clinic_of_400: None) -> None:
    chairs = Counter(Chair.objects.values_list("location__name", flat=True))
    assert chairs == {"Demo Orthodontics": 5, "Demo Orthodontics East": 2}
    assert Location.objects.count() == 2


def test_claims_are_those_of_what_stands(clinic_of_400: None) -> None:
    held: dict[str, set[tuple[str, int]]] = {}
    for claim in Claim.objects.all():
        held.setdefault(claim.appointment_id, set()).add((claim.resource, claim.cell))
    midnight = clock.day_bounds(clock.today())[0]
    standing = Appointment.objects.filter(start__gte=midnight, status__in=HOLDING)
    for appointment in standing:
        wanted = {(need.resource, need.cell) for need in needs_of(appointment)}
        assert held.pop(appointment.pk) == wanted
    gone = Appointment.objects.filter(pk__in=list(held))
    assert {row.status for row in gone} <= {Status.COMPLETED, Status.NO_SHOW, Status.LEFT_UNSEEN}
    assert all(row.start >= midnight for row in gone)
    assert all(cell <= cell_of(clock.now()) for pairs in held.values() for _resource, cell in pairs)


def test_only_the_overbooked_visit_lies_beyond_the_lanes(clinic_of_400: None) -> None:
    ordinary = {"doctor": 2, "chair": 1, "patient": 1}
    beyond = {
        claim.appointment_id
        for claim in Claim.objects.all()
        if claim.lane >= first_beyond(claim.resource, ordinary[claim.resource.partition(":")[0]])
    }
    squeezed = Appointment.objects.get(overbooked=True)
    assert beyond == {squeezed.pk}


def test_what_is_booked_fits_the_hours(clinic_of_400: None) -> None:
    for appointment in Appointment.objects.filter(start__gt=clock.now(), status=Status.BOOKED, overbooked=False):
        check_hours(appointment.location, appointment.doctor, appointment.start, appointment.pattern)


def test_patients_are_found(clinic_of_400: None) -> None:
    rita = User.objects.get(email=RITA.email)
    assert [found.patient.name for found in find("lindholm pia", by=rita)][:1] == ["Pia Lindholm"]
