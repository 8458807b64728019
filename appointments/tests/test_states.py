"""Random days at the desk: no overlap, no lost visit, every change audited, whatever the order of things."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import User
from appointments import actions, claims
from appointments.models import Appointment, Claim, Location
from appointments.rules import HOLDING, TRANSITIONS, Status
from appointments.tests.desk import book, check_claims, monday
from core.errors import Refused
from core.models import AuditEvent
from patients.models import Patient

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CODES = st.sampled_from(["ADJ", "CONS", "BOND", "REC", "OBS"])
CELLS = st.integers(0, 40)


def desk(rita: User, doctors: list[User], patients: list[Patient]) -> type[RuleBasedStateMachine]:
    """The machine for one clinic; every run starts with an empty book."""

    class Desk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            Claim.objects.all().delete()
            Appointment.objects.all().update(status=Status.ENTERED_IN_ERROR)
            self.mine: list[str] = []
            self.audited = AuditEvent.objects.count()

        def done(self, work: Any) -> Any:
            before = AuditEvent.objects.count()
            try:
                result = work()
            except Refused:
                assert AuditEvent.objects.count() == before
                return None
            assert AuditEvent.objects.count() > before
            return result

        @rule(p=st.integers(0, 4), d=st.integers(0, 1), cell=CELLS, code=CODES, overbook=st.booleans())
        def books(self, p: int, d: int, cell: int, code: str, overbook: bool) -> None:
            start = monday(9) + timedelta(minutes=5 * cell)
            more = {"overbook": True, "override_reason": "Busy day"} if overbook else {}
            made = self.done(lambda: book(rita, patients[p], doctors[d], start, code, **more))
            if made:
                self.mine.append(made.pk)

        @precondition(lambda self: self.mine)
        @rule(n=st.integers(0, 30), cell=CELLS, d=st.integers(0, 1))
        def moves(self, n: int, cell: int, d: int) -> None:
            visit = self.pick(n)
            start = monday(9) + timedelta(minutes=5 * cell)
            self.done(lambda: actions.move(by=rita, appointment=visit, start=start, doctor=doctors[d]))

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
            whole = Counter((need.resource, need.cell) for row in rows for need in claims.needs_of(row) if need.whole)
            assert not [key for key, count in whole.items() if count > 1]

    return Desk


def test_a_thousand_days(
    practice: Location, rita: User, dana: User, omar: User, make_patient: Any, request: pytest.FixtureRequest
) -> None:
    machine = desk(rita, [dana, omar], [make_patient(f"P{n}") for n in range(5)])
    # 100 runs of 10 steps each: a thousand moves of the desk.
    limits = settings(max_examples=100, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=limits)
