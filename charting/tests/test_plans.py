"""The life cycle of a case, phases, months, retention."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting.rules import cases, plans
from charting.rules.cases import CASE_STEPS, FOLLOWS, PHASE_STEPS, PhaseKind, PhaseState
from core.errors import Refused
from patients.rules import CarePhase, CareStatus


@pytest.mark.parametrize(
    "way",
    [
        "inquiry pending observation records ready active debonded retention released",
        "active observation ready active retention",
        "active paused active",
        "debonded active",
        "released active",
        "inquiry declined pending",
        "retention transferred_out",
    ],
)
def test_ways_through_a_case(way):
    steps = way.split()
    for present, wanted in pairwise(steps):
        cases.check_case(present, wanted)


@pytest.mark.parametrize(
    ("present", "wanted"),
    [
        ("inquiry", "active"),
        ("active", "released"),
        ("paused", "retention"),
        ("released", "pending"),
        ("debonded", "observation"),
        ("transferred_out", "active"),
        ("active", "active"),
    ],
)
def test_steps_a_case_does_not_take(present, wanted):
    with pytest.raises(Refused) as caught:
        cases.check_case(present, wanted)
    assert (caught.value.code, caught.value.field, caught.value.extra) == (
        "status_conflict",
        "care_status",
        {"status": present},
    )


def test_every_status_has_its_row_and_a_transfer_is_an_end():
    assert set(CASE_STEPS) == set(CareStatus)
    assert [status for status, steps in CASE_STEPS.items() if not steps] == [CareStatus.TRANSFERRED_OUT]
    assert set().union(*CASE_STEPS.values()) == set(CareStatus) - {CareStatus.INQUIRY}


def test_a_finished_case_reopens_only_to_active():
    reopening = {(one, two) for one in CareStatus for two in CareStatus if cases.is_reopening(one, two)}
    assert reopening == {("debonded", "active"), ("retention", "active"), ("released", "active")}
    assert all(two in CASE_STEPS[CareStatus(one)] for one, two in reopening)


def test_phases_are_the_patients_with_observation_and_retention():
    assert set(PhaseKind.values) == {"observation", *CarePhase.values, "retention"}
    assert [str(PhaseKind(phase.value).label) for phase in CarePhase] == [str(phase.label) for phase in CarePhase]
    assert set(FOLLOWS) == set(PhaseKind)
    assert set(PHASE_STEPS) == set(PhaseState)


@pytest.mark.parametrize(
    "way", ["phase_1 observation phase_2 retention", "limited full retention full", "observation full"]
)
def test_phases_in_order(way):
    steps = ["", *way.split()]
    for before, kind in pairwise(steps):
        cases.check_follows(before, kind)


@pytest.mark.parametrize(
    ("before", "kind"), [("", "phase_2"), ("full", "phase_1"), ("phase_2", "phase_2"), ("retention", "phase_1")]
)
def test_phases_out_of_order(before, kind):
    with pytest.raises(Refused, check=lambda error: (error.code, error.field) == ("phase_order", "kind")):
        cases.check_follows(before, kind)


def test_states_of_a_phase():
    for present, wanted in (
        ("planned", "running"),
        ("running", "paused"),
        ("paused", "running"),
        ("finished", "running"),
    ):
        cases.check_phase(present, wanted)
    for present, wanted in (("planned", "finished"), ("stopped", "running"), ("running", "planned")):
        with pytest.raises(Refused, check=lambda error: error.code == "status_conflict"):
            cases.check_phase(present, wanted)


@pytest.mark.parametrize(
    ("kind", "state", "care"),
    [
        ("observation", "running", ("observation", "")),
        ("phase_1", "running", ("active", "phase_1")),
        ("aligner", "paused", ("paused", "aligner")),
        ("retention", "running", ("retention", "")),
    ],
)
def test_what_a_phase_says_about_the_patient(kind, state, care):
    assert cases.care_of(kind, state) == care


@pytest.mark.parametrize(
    ("start", "today", "month", "share", "over"),
    [
        ("2027-01-15", "2027-01-15", 1, 0, 0),
        ("2027-01-15", "2027-02-14", 1, 0, 0),
        ("2027-01-15", "2027-02-15", 2, 5, 0),
        ("2027-01-31", "2027-02-28", 2, 5, 0),
        ("2027-01-15", "2028-07-14", 18, 94, 0),
        ("2027-01-15", "2028-07-15", 19, 100, 1),
        ("2027-01-15", "2030-01-15", 37, 100, 19),
    ],
)
def test_month_x_of_about_18(start, today, month, share, over):
    found = plans.progress(date.fromisoformat(start), 18, date.fromisoformat(today), first=16)
    assert (found.month, found.months, found.share, found.over) == (month, 18, share, over)
    assert (found.first_estimate, found.slipped) == (16, 2)


def test_before_the_start_there_is_no_month():
    assert plans.progress(date(2027, 1, 2), 18, date(2027, 1, 1)) is None


def test_the_first_estimate_is_never_overwritten():
    assert plans.first_estimate(None, 18) == 18
    assert plans.first_estimate(18, 24) == 18
    for wrong in (0, 73, -1):
        with pytest.raises(Refused, check=lambda error: error.field == "estimated_months"):
            plans.check_months(wrong)
    for right in (None, 1, 72):
        plans.check_months(right)


def test_retention_after_1_3_6_and_12_months():
    debond = date(2027, 8, 31)
    checks = [date(2027, 9, 30), date(2027, 11, 30), date(2028, 2, 29), date(2028, 8, 31)]
    assert list(plans.retention_checks(debond)) == checks
    assert [plans.next_retention_check(debond, done) for done in range(5)] == [*checks, None]


@given(start=st.dates(date(2000, 1, 1), date(2060, 1, 1)), months=st.integers(0, 72))
def test_months_there_and_back(start, months):
    assert plans.whole_months(start, plans.months_after(start, months)) == months
    assert plans.estimated_end(start, months) >= start
