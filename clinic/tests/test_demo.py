"""The demo clinic: whole, consistent, the same for one seed, and never poured over a clinic in use."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from accounts.models import User
from appointments import actions
from appointments.models import Appointment
from appointments.rules import Status
from clinic.demo.cast import PEOPLE
from clinic.demo.charts import ORDER
from core import clock
from core.errors import Refused
from core.models import AuditEvent
from patients.models import Patient

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


def demo(patients: int = 20, **options: Any) -> str:
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
        *(
            [_told(row) for row in model._default_manager.order_by("created_at", "patient__chart_number")]
            for model in ORDER[:4]
        ),
    ]


def _told(row: Any) -> Any:
    """What a row of a chart says, without ids."""
    said = ("on", "kind", "facts", "grade", "tooth", "state", "problems", "note")
    return [row.patient.chart_number, *(getattr(row, name, None) for name in said)]


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
    assert "is here: 20 patients" in demo()
    assert (Patient.objects.count(), Appointment.objects.count(), AuditEvent.objects.count()) == before


def test_a_larger_number_adds_up_to_it(wednesday: None) -> None:
    demo(15)
    first = clinic()[0]
    demo(30)
    assert Patient.objects.count() == 30
    assert clinic()[0][:15] == first


def test_a_clinic_that_grows_on_a_later_day_has_a_full_day_then() -> None:
    with time_machine.travel(WEDNESDAY, tick=False):
        demo(30)
    with time_machine.travel(WEDNESDAY + timedelta(days=7), tick=False):
        demo(200)
        assert Appointment.objects.for_day(clock.today()).count() > 20


def test_one_seed_makes_one_clinic(wednesday: None) -> None:
    one, two, other = (rolled_back(lambda seed=seed: (demo(20, seed=seed), clinic())[1]) for seed in (1, 1, 2))
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


@pytest.mark.parametrize("at", ["2026-11-28T09:00", "2026-11-29T16:45", "2026-12-31T00:01", "2028-02-29T23:59"])
def test_today_and_tomorrow_are_working_days_whatever_the_date(at: str) -> None:
    with time_machine.travel(datetime.fromisoformat(at).replace(tzinfo=UTC), tick=False):
        demo(100)
        for ahead in (0, 1):
            assert Appointment.objects.for_day(clock.today() + timedelta(days=ahead)).count() >= 10


def test_one_audit_event_a_batch(wednesday: None) -> None:
    demo(20)
    last = AuditEvent.objects.filter(event="demo.created").order_by("at", "id").last()
    assert last.changes["patients"] == 20
    assert last.changes["added"]["patients"] == 20


def test_a_taken_time_is_taken(wednesday: None, make_patient: Any) -> None:
    demo(100)
    ahead = Appointment.objects.filter(start__gt=clock.now(), status=Status.BOOKED, overbooked=False).first()
    assert ahead is not None
    with pytest.raises(Refused) as refusal:
        actions.book(
            by=User.objects.get(email="rita@demo.example"),
            patient=make_patient("New", "Child"),
            doctor=ahead.doctor,
            type=ahead.type,
            start=ahead.start,
            chair=ahead.chair,
        )
    assert refusal.value.code == "slot_taken"
