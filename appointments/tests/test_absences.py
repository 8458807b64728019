"""A doctor is away: the visits to move, where they could go, moving them together and taking that back."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import User
from appointments import actions
from appointments.absences import moving
from appointments.absences.affected import count
from appointments.absences.moving import Wish
from appointments.absences.proposals import propose
from appointments.actions import setup
from appointments.actions.absences import end_undo
from appointments.models import Appointment, Closure, Location, MoveRun
from appointments.tests.desk import book, check_claims, monday, refusal
from core.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def visits(rita: User, dana: User, omar: User, make_patient: Any, practice: Location) -> list[Appointment]:
    """Three of Dana's on Monday; at the second one Omar is busy too. A scan needs no doctor."""
    made = [book(rita, make_patient(), dana, monday(hour)) for hour in (9, 10, 11)]
    book(rita, make_patient(), omar, monday(10))
    book(rita, make_patient(), dana, monday(15), "REC")
    return made


def away(ada: User, doctor: User) -> Closure:
    return setup.add_closure(by=ada, doctor=doctor, starts_on=monday().date(), ends_on=monday().date())


def proposed(by: User, closure: Closure, way: str = "either") -> list[Wish]:
    rows = propose(by, closure, way).rows
    found = [(row.visit, row.opening.start if row.opening else None, row.doctor) for row in rows]
    return [Wish(visit, visit.version, start, doctor) for visit, start, doctor in found]


def outcomes(run: MoveRun) -> list[str]:
    return list(run.visits.order_by("id").values_list("outcome", flat=True))


def test_another_doctor_at_the_same_time_or_the_same_one_later(
    ada: User, rita: User, dana: User, omar: User, visits: list[Appointment]
) -> None:
    closure = away(ada, dana)
    assert count(closure) == 3
    wishes = proposed(rita, closure)
    later = monday(10) + timedelta(days=1)
    assert [(wish.start, wish.doctor) for wish in wishes] == [(monday(9), omar), (later, dana), (monday(11), omar)]
    assert [wish.start for wish in proposed(rita, closure, "other")] == [monday(9), None, monday(11)]


def test_no_time_is_proposed_twice(ada: User, rita: User, dana: User, make_patient: Any, practice: Location) -> None:
    for _turn in range(2):  # two checks of one doctor side by side; later they would meet at the same free time
        book(rita, make_patient(), dana, monday(9), "ADJ")
    wishes = proposed(rita, away(ada, dana), "later")
    moved = moving.carry_out(by=rita, closure=Closure.objects.get(), wishes=wishes)
    assert outcomes(moved) == ["moved", "moved"]
    check_claims()


def test_moved_together_and_taken_back(ada: User, rita: User, dana: User, visits: list[Appointment]) -> None:
    actions.confirm(by=rita, appointment=visits[0])
    stood = {visit.pk: (visit.start, visit.doctor_id, visit.chair_id) for visit in visits}
    closure = away(ada, dana)
    run = moving.carry_out(by=rita, closure=closure, wishes=proposed(rita, closure))
    assert outcomes(run) == ["moved", "moved", "moved"]
    assert count(closure) == 0
    changed = Appointment.objects.get(pk=visits[2].pk)
    actions.change_details(by=rita, appointment=changed, reason="Call the mother")

    moving.undo(by=rita, run=run)

    assert outcomes(run) == ["back", "back", "stays"]
    assert run.visits.get(outcome="stays").why == "Somebody has changed this visit since."
    for visit in Appointment.objects.filter(pk__in=[visits[0].pk, visits[1].pk]):
        assert (visit.start, visit.doctor_id, visit.chair_id) == stood[visit.pk]
        assert visit.confirmed == (visit.pk == visits[0].pk)
    assert Appointment.objects.get(pk=changed.pk).start == changed.start
    check_claims()
    with refusal("cannot_undo"):
        end_undo(by=rita, run=MoveRun.objects.get())
    assert AuditEvent.objects.filter(event="appointment.moved").count() == 5


def test_what_cannot_be_moved_says_why_and_holds_up_nobody(
    ada: User, rita: User, dana: User, omar: User, make_patient: Any, visits: list[Appointment]
) -> None:
    closure = away(ada, dana)
    wishes = proposed(rita, closure)
    actions.cancel(by=rita, appointment=Appointment.objects.get(pk=visits[0].pk))  # somebody was quicker
    book(rita, make_patient(), omar, monday(11))  # and here took the time
    wishes[1] = Wish(wishes[1].appointment, wishes[1].version)  # left out

    run = moving.carry_out(by=rita, closure=closure, wishes=wishes)

    assert outcomes(run) == ["failed", "skipped", "failed"]
    assert "Cancelled" in run.visits.order_by("id")[0].why
    assert "is taken by somebody else" in run.visits.order_by("id")[2].why
    assert Appointment.objects.get(pk=visits[2].pk).start == monday(11)
    check_claims()


def test_a_time_that_is_gone_keeps_a_visit_where_it_went(
    ada: User, rita: User, dana: User, make_patient: Any, visits: list[Appointment]
) -> None:
    closure = away(ada, dana)
    run = moving.carry_out(by=rita, closure=closure, wishes=proposed(rita, closure))
    setup.remove_closure(by=ada, closure=closure)
    taken = [book(rita, make_patient(), dana, monday(9)) for _turn in range(1)]
    moving.undo(by=rita, run=run)
    assert outcomes(run)[0] == "stays"
    assert outcomes(run)[1:] == ["back", "back"]
    assert taken[0].start == monday(9)
    check_claims()


def test_a_visit_of_a_chart_that_may_not_be_opened_is_left(
    ada: User, nina: User, dana: User, visits: list[Appointment]
) -> None:
    Patient.objects.filter(pk=visits[0].patient_id).update(sensitive=True)
    closure = away(ada, dana)
    rows = propose(nina, closure, "either").rows
    assert [row.patient is None for row in rows] == [True, False, False]
    run = moving.carry_out(by=nina, closure=closure, wishes=proposed(nina, closure)[:1])
    assert outcomes(run) == ["failed"]


def test_closings_that_come_back_every_year(
    ada: User, rita: User, dana: User, pia: Patient, practice: Location
) -> None:
    day = monday().date()
    before = day.replace(year=day.year - 3)
    setup.add_closure(by=ada, starts_on=before, ends_on=before, reason="Every year", each_year=True)
    with refusal("outside_hours"):
        book(rita, pia, dana, monday(9))
    setup.add_closure(by=ada, starts_on=before + timedelta(days=1), ends_on=before + timedelta(days=1))
    assert book(rita, pia, dana, monday(9) + timedelta(days=1))


@pytest.mark.parametrize(("month", "day", "held"), [(12, 23, False), (12, 24, True), (1, 5, True), (1, 6, False)])
def test_a_yearly_closing_may_lie_over_new_year(month: int, day: int, held: bool) -> None:
    holidays = Closure(starts_on=date(2020, 12, 24), ends_on=date(2021, 1, 5), each_year=True)
    assert holidays.holds(date(2028, month, day)) is held
    assert not holidays.holds(date(2019, 12, 25))
