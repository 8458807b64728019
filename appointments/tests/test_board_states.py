"""Two people at two boards: whatever they tap on what they last saw, nobody's tap is lost or done behind their back."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import User
from appointments import actions
from appointments.models import Appointment, Location, StatusEvent
from appointments.rules import TRANSITIONS, Status
from appointments.tests.desk import book, check_claims, forget, monday
from appointments.tests.served import furnish, own_clinic
from core.errors import Refused
from core.models import AuditEvent
from patients.models import Patient

RUNS = (100 if os.environ.get("CI") else 40) if connection.vendor == "sqlite" else 10
PEOPLE = st.sampled_from(["rita", "nina"])


def check_path(visit: Appointment) -> None:
    """The history is a way through the table that ends where the visit stands; an undo goes back along its step."""
    steps = list(StatusEvent.objects.filter(appointment=visit).exclude(kind="booked").order_by("at", "id"))
    present = Status.BOOKED
    taken: list[tuple[str, str]] = []
    for step in steps:
        assert step.from_status == present
        if step.kind == "undone":
            assert taken.pop() == (step.to_status, step.from_status)
        else:
            assert Status(step.to_status) in TRANSITIONS[present]
            taken.append((step.from_status, step.to_status))
        present = Status(step.to_status)
    assert present == visit.status


def two_boards(people: dict[str, User], patient: Patient, doctor: User) -> type[RuleBasedStateMachine]:
    """The model: one true status with the steps that led to it, and what each of the two has on the screen."""

    class TwoBoards(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.pk = book(people["rita"], patient, doctor, monday()).pk
            self.truth, self.steps, self.done = Status.BOOKED, list[str](), 0
            self.screens = dict.fromkeys(people, (Status.BOOKED, ""))

        def teardown(self) -> None:
            forget([self.pk])

        @rule(who=PEOPLE)
        def looks(self, who: str) -> None:
            last = actions.last_step(self.visit())
            self.screens[who] = (self.truth, last.pk if last else "")

        @rule(who=PEOPLE, n=st.integers(0, 4), again=st.booleans())
        def taps(self, who: str, n: int, again: bool) -> None:
            seen = self.screens[who][0]
            offered = sorted(TRANSITIONS[seen])
            if not offered:
                return
            wanted = offered[n % len(offered)]
            visit = self.visit()
            try:
                actions.set_status(by=people[who], appointment=visit, status=wanted, expected=seen)
            except Refused as refused:
                assert (refused.code, refused.extra) == ("status_conflict", {"status": self.truth})
                assert seen != self.truth, "a tap on what is true is never refused"
            else:
                assert seen == self.truth, "a tap on what is not true any more is never done"
                self.steps.append(self.truth)
                self.truth, self.done = wanted, self.done + 1
            if again:
                self.looks(who)

        @rule(who=PEOPLE)
        def takes_back(self, who: str) -> None:
            visit = self.visit()
            last, seen = actions.last_step(visit), self.screens[who][1]
            try:
                actions.undo_status(by=people[who], appointment=visit, step=seen)
            except Refused as refused:
                assert refused.code == "status_conflict"
                assert last is None or last.pk != seen
            else:
                assert last is not None and last.pk == seen
                self.truth, self.done = Status(self.steps.pop()), self.done + 1

        def visit(self) -> Appointment:
            return Appointment.objects.get(pk=self.pk)

        @invariant()
        def everything_agrees(self) -> None:
            visit = self.visit()
            assert visit.status == self.truth
            check_path(visit)
            check_claims([visit])
            audited = AuditEvent.objects.filter(object_id=self.pk).exclude(event="appointment.booked").count()
            assert audited == self.done

    return TwoBoards


@pytest.mark.django_db
@pytest.mark.slow
def test_two_boards(practice: Location, rita: User, nina: User, dana: User, pia: Patient) -> None:
    machine = two_boards({"rita": rita, "nina": nina}, pia, dana)
    limits = settings(max_examples=RUNS, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=limits)


@pytest.fixture
def clinic(tmp_path: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    with own_clinic(tmp_path, django_db_blocker):
        yield furnish(patients=1)


@pytest.mark.slow
def test_two_taps_at_the_same_moment(clinic: Any) -> None:
    """Each round both tap what the same screen offers, and once both undo: one is done, the other is told."""
    rita, (dana, omar), (patient,) = clinic
    visit = book(rita, patient, dana, monday())
    rounds = [("arrived", "no_show"), ("seated", "checkout"), ("needs_doctor", "with_doctor"), ("undo", "undo")]
    for taps in rounds:
        seen, last = Appointment.objects.get(pk=visit.pk).status, actions.last_step(visit)
        gate = threading.Barrier(2)

        def tap(who: User, wanted: str, seen: str = seen, last: Any = last, gate: Any = gate) -> str:
            gate.wait()
            try:
                mine = Appointment.objects.get(pk=visit.pk)
                if wanted == "undo":
                    actions.undo_status(by=who, appointment=mine, step=last.pk)
                else:
                    actions.set_status(by=who, appointment=mine, status=wanted, expected=seen)
            except Refused as refused:
                return refused.code
            finally:
                connection.close()
            return "done"

        with ThreadPoolExecutor(2) as pool:
            said = Counter(pool.map(tap, (rita, omar), taps))
        assert said == {"done": 1, "status_conflict": 1}
        visit.refresh_from_db()
        check_path(visit)
        check_claims([visit])
        if visit.status in {"no_show", "checkout"}:  # the other way: back to where the next round begins
            last = actions.last_step(visit)
            actions.undo_status(by=rita, appointment=visit, step=last and last.pk)
            back = {"no_show": "arrived", "checkout": "seated"}[taps[1]]
            actions.set_status(by=rita, appointment=Appointment.objects.get(pk=visit.pk), status=back)
            visit.refresh_from_db()
