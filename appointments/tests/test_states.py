"""Random days at the desk: no overlap, no lost visit, every change audited, whatever the order of things."""

import os
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import User
from appointments import actions
from appointments.models import Appointment, Location
from appointments.rules import HOLDING, TRANSITIONS, Need, Status
from appointments.tests.desk import book, check_claims, forget, monday, needs_of
from core.errors import Refused
from core.models import AuditEvent
from patients.models import Patient

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# The rules are the same on each database; one of them gets the long run.
RUNS = (1000 if os.environ.get("LONG") else 150) if connection.vendor == "sqlite" else 30
CODES = st.sampled_from(["ADJ", "CONS", "BOND", "REC", "OBS"])
CELLS = st.integers(0, 40)


def desk(rita: User, doctors: list[User], patients: list[Patient]) -> type[RuleBasedStateMachine]:
    """The machine for one clinic; every run starts with an empty book."""

    class Desk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.mine: list[str] = []

        def teardown(self) -> None:
            forget(self.mine)
            # They are counted after each step, and no row of an earlier run may make that slow.
            AuditEvent.objects.all()._raw_delete(connection.alias)

        def done(self, work: Any) -> Any:
            """Every change is audited, a refusal changes nothing."""
            before = self.state()
            try:
                result = work()
            except Refused:
                assert self.state() == before
                return None
            (versions, audited), (versions_then, audited_then) = self.state(), before
            assert (audited > audited_then) == (versions != versions_then)
            return result

        def state(self) -> tuple[set[tuple[str, int]], int]:
            versions = set(Appointment.objects.filter(pk__in=self.mine).values_list("pk", "version"))
            return versions, AuditEvent.objects.count()

        @rule(p=st.integers(0, 4), d=st.integers(0, 1), cell=CELLS, code=CODES, overbook=st.booleans())
        def books(self, p: int, d: int, cell: int, code: str, overbook: bool) -> None:
            start = monday(9) + timedelta(minutes=5 * cell)
            more = {"overbook": True, "override_reason": "Busy day"} if overbook else {}
            self.done(lambda: self.mine.append(book(rita, patients[p], doctors[d], start, code, **more).pk))

        @precondition(lambda self: self.mine)
        @rule(n=st.integers(0, 30), cell=CELLS, d=st.integers(0, 1), overbook=st.booleans())
        def moves(self, n: int, cell: int, d: int, overbook: bool) -> None:
            visit, start = self.pick(n), monday(9) + timedelta(minutes=5 * cell)
            more = {"overbook": True, "override_reason": "Busy day"} if overbook else {}
            self.done(lambda: actions.move(by=rita, appointment=visit, start=start, doctor=doctors[d], **more))

        @precondition(lambda self: self.mine)
        @rule(n=st.integers(0, 30))
        def confirms(self, n: int) -> None:
            visit = self.pick(n)
            self.done(lambda: actions.confirm(by=rita, appointment=visit))

        @precondition(lambda self: self.mine)
        @rule(n=st.integers(0, 30))
        def cancels(self, n: int) -> None:
            visit = self.pick(n)
            self.done(lambda: actions.cancel(by=rita, appointment=visit))

        @precondition(lambda self: self.mine)
        @rule(n=st.integers(0, 30), step=st.integers(0, 5))
        def goes_on(self, n: int, step: int) -> None:
            visit = self.pick(n)
            possible = sorted(TRANSITIONS[Status(visit.status)])
            if possible:
                self.done(lambda: actions.set_status(by=rita, appointment=visit, status=possible[step % len(possible)]))

        @precondition(lambda self: self.mine)
        @rule(n=st.integers(0, 30))
        def takes_back(self, n: int) -> None:
            visit = self.pick(n)
            self.done(lambda: actions.undo_status(by=rita, appointment=visit))

        def pick(self, n: int) -> Appointment:
            return Appointment.objects.get(pk=self.mine[n % len(self.mine)])

        @invariant()
        def claims_are_exactly_what_the_visits_need(self) -> None:
            rows = list(Appointment.objects.filter(pk__in=self.mine))
            assert len(rows) == len(self.mine)
            check_claims(rows)

        @invariant()
        def ordinary_visits_overlap_nobody(self) -> None:
            rows = Appointment.objects.filter(pk__in=self.mine, overbooked=False, status__in=HOLDING)
            seen: dict[tuple[str, int], list[Need]] = defaultdict(list)
            for need in (need for row in rows for need in needs_of(row)):
                seen[need.resource, need.cell].append(need)
            for together in seen.values():
                assert len(together) <= together[0].lanes
                assert len(together) == 1 or not any(need.whole for need in together)

    return Desk


def test_day_after_day(
    practice: Location, rita: User, dana: User, omar: User, make_patient: Any, request: pytest.FixtureRequest
) -> None:
    machine = desk(rita, [dana, omar], [make_patient(f"P{n}") for n in range(5)])
    limits = settings(max_examples=RUNS, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=limits)
