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
from charting.exams.sheets import read_iotn
from charting.models import (
    AlignerSeries,
    ApplianceEvent,
    BracketEvent,
    Consultation,
    Exam,
    Phase,
    Plan,
    PlanOption,
    RetentionCheck,
    ScoreSheet,
    SignedConsent,
    ToothFinding,
)
from charting.rules import aligners, cases, exam, iotn, procedures, signatures, stripping
from clinic.demo.cast import RITA
from clinic.demo.stories import IN_TREATMENT
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


def test_everybody_in_treatment_has_a_chart(clinic_of_400: None) -> None:
    treated = Patient.objects.filter(care_status__in=[status for status in CareStatus if status in IN_TREATMENT])
    plans = {row.patient_id: row for row in Plan.objects.filter(is_current=True)}
    options, phases = _by(PlanOption, "plan_id"), _by(Phase, "plan_id")
    examined = {row.patient_id for row in Exam.objects.filter(kind="initial")}
    for patient in treated:
        plan = plans[patient.pk]
        assert patient.pk in examined
        assert plan.problems and plan.aims
        assert sorted(option.is_chosen for option in options[plan.pk]) == [False, True]
        under_way = [phase for phase in phases[plan.pk] if phase.state in cases.OPEN]
        care = [cases.care_of(phase.kind, phase.state)[0] for phase in under_way]
        assert care == ([] if patient.care_status == CareStatus.DEBONDED else [patient.care_status])
    new = Patient.objects.filter(care_status__in=[CareStatus.PENDING, CareStatus.RECORDS, CareStatus.READY])
    assert {row.patient_id for row in Consultation.objects.all()} >= {patient.pk for patient in new}


def test_what_the_charts_say_could_have_been_typed(clinic_of_400: None) -> None:
    for one in Exam.objects.all():
        exam.check(exam.read(one.facts))
    for sheet in ScoreSheet.objects.all():
        computed = iotn.dental(read_iotn(sheet.facts))
        assert (sheet.grade, computed.missing) == (computed.code, ())
    for series in AlignerSeries.objects.all():
        aligners.check_series(series.as_series())
        assert stripping.check_plan(series.ipr, series.as_series()) == series.ipr
        assert series.verified <= series.delivered <= series.upper
    for signed in SignedConsent.objects.select_related("consent"):
        signatures.check_drawn(signed.drawn)
        assert signatures.hash_of(signed.text) == signed.text_hash
        assert (signed.signer, signed.patient_id) == (signed.consent.given_by, signed.consent.patient_id)
    for rows in _by(Phase, "plan_id").values():
        for before, phase in zip([None, *rows], rows, strict=False):
            cases.check_follows(before.kind if before else "", phase.kind)


def test_the_charts_tell_of_days_that_were(clinic_of_400: None) -> None:
    today = clock.today()
    for model in (Exam, Plan, Consultation, ToothFinding, ApplianceEvent):
        assert model.objects.exists()
        assert not model.objects.filter(on__gt=today).exists(), model
    for event in ApplianceEvent.objects.select_related("appliance"):
        assert event.appliance.placed_on <= event.on <= (event.appliance.removed_on or today)
    gone = {(row.patient_id, row.tooth) for row in ToothFinding.objects.filter(state="extracted")}
    assert gone
    assert gone.isdisjoint(BracketEvent.objects.values_list("patient_id", "tooth"))
    assert not RetentionCheck.objects.filter(done_on__gt=today).exists()
    assert RetentionCheck.objects.filter(done_on=None, due_on__gt=today).exists()
    turned = ApplianceEvent.objects.filter(what="activated")
    assert turned and all(1 <= event.turns <= procedures.MOST_TURNS for event in turned)


def _by(model: Any, name: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in model.objects.all():
        found.setdefault(getattr(row, name), []).append(row)
    return found


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
