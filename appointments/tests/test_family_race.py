"""Twenty families want the same times at once: one family gets them, and nobody else of the others gets anything."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appointments import actions
from appointments.finding_times.families import FamilySearch, Member
from appointments.models import Appointment, Claim
from appointments.tests.desk import kind, monday
from appointments.tests.served import furnish, own_clinic
from appointments.tests.test_race import at_once, check_whole

pytestmark = pytest.mark.slow

CALLERS = 20


@pytest.fixture
def clinic(tmp_path: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    with own_clinic(tmp_path, django_db_blocker):
        yield furnish(patients=3 * CALLERS)


def test_one_family_wins_and_nothing_is_half_booked(clinic: Any) -> None:
    rita, (dana, _omar), patients = clinic
    day = monday().date()

    def wants(number: int) -> Callable[[], str]:
        family = patients[3 * number : 3 * number + 3]
        # All of them were offered the same chair, from times that lie within each other.
        members = [Member(patient, kind("CONS")) for patient in family]
        offers = FamilySearch(members, [dana]).between(day, day)[0].offers
        seats = next(one for one in offers if one.start == monday(9, 15 * (number % 4))).seats

        def one() -> str:
            actions.book_together(by=rita, seats=seats)
            return "won"

        return one

    said = at_once([wants(number) for number in range(CALLERS)])
    assert said == {"won": 1, "slot_taken": CALLERS - 1}
    assert Appointment.objects.count() == 3
    assert set(Claim.objects.values_list("appointment_id", flat=True)) == set(
        Appointment.objects.values_list("pk", flat=True)
    )
    check_whole()
