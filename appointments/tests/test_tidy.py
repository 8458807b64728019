"""What the night clears away, and what it leaves alone."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from appointments import tasks
from appointments.models import Claim, Location, ResourceDay
from appointments.tests.desk import book, check_claims, monday
from core import clock
from patients.models import Patient

pytestmark = pytest.mark.django_db


def test_claims_of_days_gone_by(practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any) -> None:
    book(rita, pia, dana, monday(9))
    book(rita, make_patient(), dana, monday(9, weeks=2))
    with time_machine.travel(monday(23), tick=True):
        assert tasks.drop_past_claims() == 0  # the day is not over
    with time_machine.travel(monday(9) + timedelta(days=1), tick=True):
        assert tasks.drop_past_claims() > 0
        assert tasks.drop_past_claims() == 0
        check_claims()
    assert Claim.objects.exists()


def test_a_visit_of_yesterday_can_still_be_closed(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    from appointments import actions

    made = book(rita, pia, dana, monday(9))
    with time_machine.travel(monday(9) + timedelta(days=1), tick=True):
        tasks.drop_past_claims()
        missed = actions.set_status(by=rita, appointment=made, status="no_show")
        actions.undo_status(by=rita, appointment=missed)
        assert not Claim.objects.exists()


def test_counters_of_long_ago(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    book(rita, pia, dana, monday(9))
    assert ResourceDay.objects.count() == 3  # doctor, chair, patient
    assert tasks.drop_past_days() == 0
    with time_machine.travel(clock.now() + timedelta(days=60), tick=True):
        assert tasks.drop_past_days() == 3
    assert not ResourceDay.objects.exists()


def test_the_job_does_both(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    book(rita, pia, dana, monday(9))
    with time_machine.travel(clock.now() + timedelta(days=60), tick=True):
        tasks.tidy_claims()
    assert not Claim.objects.exists()
    assert not ResourceDay.objects.exists()
