"""The demo clinic: whole, consistent, the same for one seed, and never poured over a clinic in use."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from accounts.models import User
from appointments.models import Appointment, Chair, Claim, Location, StatusEvent
from appointments.rules import HOLDING, TRANSITIONS, Status
from clinic.demo.cast import PEOPLE
from core import clock
from core.models import AuditEvent
from patients.models import Guardian, MedicalEntry, Patient, Relationship
from patients.rules import CareStatus

pytestmark = pytest.mark.django_db

WEDNESDAY = datetime(2026, 11, 25, 11, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)


@pytest.fixture
def wednesday() -> Iterator[None]:
    """Late in the morning of a working day."""
    with time_machine.travel(WEDNESDAY, tick=False):
        yield


def demo(patients: int = 60, **options: Any) -> str:
    out = StringIO()
    call_command("demo", patients=patients, stdout=out, **options)
    return out.getvalue()


def clinic() -> list[Any]:
    """What two clinics must agree on; ids are their own."""
    people = Patient.objects.order_by("chart_number")
    booked = Appointment.objects.order_by("start", "patient__chart_number", "status")
    return [
        [(row.chart_number, row.name, row.birth_date, row.care_status, row.phone, row.email) for row in people],
        [(row.start, row.patient.chart_number, row.type.code, row.status, row.doctor.email) for row in booked],
    ]


def rolled_back(work: Callable[[], Any]) -> Any:
    with transaction.atomic():
        result = work()
        transaction.set_rollback(True)
    return result


def test_it_makes_as_many_patients_as_asked(wednesday: None) -> None:
    assert "60 patients" in demo(60)
    assert Patient.objects.count() == 60


def test_a_second_run_only_says_so(wednesday: None) -> None:
    demo()
    before = (Patient.objects.count(), Appointment.objects.count(), AuditEvent.objects.count())
    assert "is here: 60 patients" in demo()
    assert (Patient.objects.count(), Appointment.objects.count(), AuditEvent.objects.count()) == before


def test_a_larger_number_adds_up_to_it(wednesday: None) -> None:
    demo(30)
    first = clinic()[0]
    demo(50)
    assert Patient.objects.count() == 50
    assert clinic()[0][:30] == first


def test_one_seed_makes_one_clinic(wednesday: None) -> None:
    one, two, other = (rolled_back(lambda seed=seed: (demo(40, seed=seed), clinic())[1]) for seed in (1, 1, 2))
    assert one == two
    assert one != other


def test_it_refuses_a_clinic_in_use(rita: User) -> None:
    with pytest.raises(CommandError, match="people of its own"):
        demo()
    assert not Patient.objects.exists()


def test_a_person_who_registered_later_does_not_stop_the_next_start(make_user: Any, wednesday: None) -> None:
    demo(20)
    make_user("John Doe", "patient")
    assert "is here" in demo(20)


@pytest.mark.parametrize("patients", [0, -5, 10**7])
def test_it_refuses_impossible_numbers(patients: int) -> None:
    with pytest.raises(CommandError, match="--patients"):
        demo(patients)


def test_everybody_signs_in_with_the_kept_password(wednesday: None, settings: Any) -> None:
    demo(20)
    kept = settings.DATA_DIR / "demo_password"
    assert kept.stat().st_mode & 0o777 == 0o600
    for person in PEOPLE:
        user = authenticate(username=person.email, password=kept.read_text())
        assert isinstance(user, User), person.email
        assert user.role == person.role


def test_a_given_password_reaches_people_who_are_there(wednesday: None, monkeypatch: pytest.MonkeyPatch) -> None:
    demo(20)
    monkeypatch.setenv("DEMO_PASSWORD", "nine blue kettles sing")
    demo(20)
    assert authenticate(username="rita@demo.example", password="nine blue kettles sing")


def test_a_weak_given_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "demo")
    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        demo(20)
    assert not User.objects.exists()


def test_gus_sees_pia_and_her_brother(wednesday: None) -> None:
    demo(20)
    gus = User.objects.get(email="gus@demo.example")
    assert {patient.given_name for patient in Patient.objects.visible_to(gus)} == {"Pia", "Tim"}


def test_pia_is_in_treatment_with_a_critical_allergy_and_a_visit_to_come(wednesday: None) -> None:
    demo(20)
    pia = Patient.objects.get(user__email="pia@demo.example")
    assert (pia.age, pia.care_status, pia.care_phase) == (14, "active", "full")
    critical = MedicalEntry.objects.filter(patient=pia, critical=True)
    assert "Latex" in critical.get().description
    assert pia.appointments.filter(start__gt=clock.now() + timedelta(days=2), status=Status.BOOKED).exists()
    assert pia.appointments.filter(status=Status.COMPLETED).count() > 3


def test_seven_in_ten_are_of_school_age(wednesday: None) -> None:
    demo(200)
    ages = [patient.age or 0 for patient in Patient.objects.all()]
    assert 0.6 < sum(7 <= age <= 17 for age in ages) / len(ages) < 0.8


def test_phones_are_valid_and_shared_in_families(wednesday: None) -> None:
    demo(100)
    numbers = [patient.phone for patient in Patient.objects.all()]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)
    assert len(set(numbers)) < len(numbers)


def test_names_come_in_many_spellings(wednesday: None) -> None:
    demo(200)
    names = [patient.name for patient in Patient.objects.all()]
    assert any(not name.isascii() for name in names)
    assert len({patient.language for patient in Patient.objects.all()}) > 8


def test_children_have_somebody_who_answers_for_them(wednesday: None) -> None:
    demo(100)
    for patient in Patient.objects.all():
        if (patient.age or 0) < 18:
            assert Relationship.objects.filter(patient=patient, may_consent=True).exists()
    assert Guardian.objects.exclude(sort_key="").count() == Guardian.objects.count()


def test_today_shows_every_state(wednesday: None) -> None:
    demo(400)
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


@pytest.mark.parametrize("at", ["2026-11-28T09:00", "2026-11-29T16:45", "2026-12-31T00:01", "2028-02-29T23:59"])
def test_today_and_tomorrow_are_working_days_whatever_the_date(at: str) -> None:
    with time_machine.travel(datetime.fromisoformat(at).replace(tzinfo=UTC), tick=False):
        demo(100)
        for ahead in (0, 1):
            assert Appointment.objects.for_day(clock.today() + timedelta(days=ahead)).count() >= 10


def test_what_happened_lies_in_the_past_and_what_is_booked_in_the_future(wednesday: None) -> None:
    demo(100)
    now, late = clock.now(), clock.now() - timedelta(minutes=30)
    assert not StatusEvent.objects.filter(at__gt=now).exists()
    assert not Appointment.objects.filter(status=Status.BOOKED, start__lt=late).exists()
    unfinished = [status for status in HOLDING if status != Status.BOOKED]
    assert not Appointment.objects.filter(status__in=unfinished, start__lt=now - timedelta(hours=3)).exists()
    assert not Appointment.objects.filter(status=Status.COMPLETED, start__gt=now).exists()


def test_every_history_follows_the_transition_table(wednesday: None) -> None:
    demo(100)
    for appointment in Appointment.objects.all():
        status = ""
        for event in appointment.history.exclude(kind="confirmed"):
            assert event.from_status == status
            if event.kind == "status":
                assert Status(event.to_status) in TRANSITIONS[Status(status)]
            status = event.to_status
        assert status == appointment.status


def test_two_years_of_visits_with_some_missed(wednesday: None) -> None:
    demo(300)
    past = Appointment.objects.filter(start__lt=clock.now())
    assert past.order_by("start").first().start < clock.now() - timedelta(days=600)
    shares = Counter(past.values_list("status", flat=True))
    assert 0.03 < shares["no_show"] / past.count() < 0.09
    assert 0.03 < shares["cancelled"] / past.count() < 0.09


def test_nobody_is_treated_twice_at_a_time(wednesday: None) -> None:
    """The past holds no claims, so chairs and patients are compared by hand."""
    demo(300)
    free = (Status.CANCELLED, Status.ENTERED_IN_ERROR)
    standing = Appointment.objects.exclude(status__in=free).filter(overbooked=False).order_by("start")
    for resource in ("chair_id", "patient_id"):
        last: dict[str, datetime] = {}
        for appointment in standing:
            key = getattr(appointment, resource)
            assert last.get(key, appointment.start) <= appointment.start
            last[key] = appointment.end


def test_active_cases_have_a_start_a_plan_and_a_doctor(wednesday: None) -> None:
    demo(200)
    for patient in Patient.objects.filter(care_status=CareStatus.ACTIVE):
        assert patient.care_phase
        assert patient.treating_doctor_id
        assert patient.care_started_on
        assert patient.care_started_on < patient.estimated_completion_on


def test_places(wednesday: None) -> None:
    demo(20)
    chairs = Counter(Chair.objects.values_list("location__name", flat=True))
    assert chairs == {"Demo Orthodontics": 5, "Demo Orthodontics East": 2}
    assert Location.objects.count() == 2


def test_one_audit_event_a_batch(wednesday: None) -> None:
    demo(20)
    last = AuditEvent.objects.filter(event="demo.created").order_by("at", "id").last()
    assert last.changes["patients"] == 20
    assert last.changes["added"]["patients"] == 20


def test_the_past_holds_no_claims(wednesday: None) -> None:
    demo(60)
    midnight = clock.day_bounds(clock.today())[0]
    assert Claim.objects.exists()
    assert not Claim.objects.filter(appointment__start__lt=midnight).exists()
