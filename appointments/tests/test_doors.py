"""What this package adds to the patient page and to the shell."""

from typing import Any

import pytest

from accounts.models import User
from appointments import actions, doors
from appointments.models import Location
from appointments.tests.desk import book, monday, refusal
from core import navigation
from patients import panels
from patients.actions import archive
from patients.models import Patient

pytestmark = pytest.mark.django_db


def test_upcoming_and_past_visits(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    later = book(rita, pia, dana, monday(9, weeks=2))
    sooner = book(rita, pia, dana, monday(9))
    past = book(rita, pia, dana, monday(9, weeks=-2), override_reason="Written down late")
    shown = doors.visits_of(rita, pia)
    assert shown is not None
    assert (shown["upcoming"], shown["past"]) == ([sooner, later], [past])


@pytest.mark.parametrize("visits", [1, 8])
def test_the_panel_asks_a_fixed_number_of_times(
    visits: int, practice: Location, rita: User, dana: User, pia: Patient, django_assert_num_queries: Any
) -> None:
    for n in range(visits):
        book(rita, pia, dana, monday(8 + n))
    assert rita.rights
    with django_assert_num_queries(9):
        shown = doors.visits_of(rita, pia)
        assert shown
        assert [(row.type.name, row.doctor.display_name, row.chair) for row in shown["upcoming"]]


def test_families_see_their_visits_elsewhere(practice: Location, gus: User, pia: Patient) -> None:
    assert doors.visits_of(gus, pia) is None


def test_no_archiving_while_visits_stand(practice: Location, rita: User, dana: User, ada: User, pia: Patient) -> None:
    made = book(rita, pia, dana, monday(9))
    with refusal("has_appointments"):
        archive(by=ada, patient=pia, reason="Moved away")
    actions.cancel(by=rita, appointment=made)
    archive(by=ada, patient=pia, reason="Moved away")


def test_the_timeline_has_words_for_visits() -> None:
    assert {"appointment.booked", "appointment.moved", "appointment.cancelled"} <= set(panels.event_words)


@pytest.mark.parametrize(("who", "labels"), [("rita", {"Schedule"}), ("ada", {"Schedule", "Setup"}), ("gus", set())])
def test_the_navigation(who: str, labels: set[str], request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    shown = {str(item.label) for item in navigation.items_for(user)}
    assert shown & {"Schedule", "Setup"} == labels
