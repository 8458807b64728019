"""Lists of visits, and cancelling one."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from appointments.models import Appointment, Location
from appointments.rules import Status
from patients.models import Patient
from portal.tests.people import signed_in, visit, words

pytestmark = pytest.mark.django_db


def cancel(user: User, appointment: Appointment, **data: str) -> Any:
    return signed_in(user).post(reverse("portal:visit-cancel", args=[appointment.pk]), data)


def test_upcoming_and_past_visits(gus: User, pia: Patient, dana: User) -> None:
    visit(pia, dana, hours=48)
    visit(pia, dana, hours=-48, status=Status.COMPLETED, code="ADJ")
    page = words(signed_in(gus).get(reverse("portal:visit-list")))
    assert page.index("Friday 27 November 2026") < page.index("Monday 23 November 2026")
    assert "Done" in page


def test_a_missed_visit_is_missed(gus: User, pia: Patient, dana: User) -> None:
    visit(pia, dana, hours=-48, status=Status.NO_SHOW)
    page = words(signed_in(gus).get(reverse("portal:visit-list")))
    assert "Missed" in page
    assert "not brought" not in page


def test_what_was_entered_in_error_is_not_shown(gus: User, pia: Patient, dana: User) -> None:
    slip = visit(pia, dana, hours=-48, status=Status.ENTERED_IN_ERROR)
    assert "No earlier visits." in words(signed_in(gus).get(reverse("portal:visit-list")))
    assert signed_in(gus).get(reverse("portal:visit-detail", args=[slip.pk])).status_code == 404


def test_one_persons_visits(gus: User, pia: Patient, dana: User, make_patient: Any) -> None:
    own = make_patient("Gus", "Lindholm", user=gus)
    visit(pia, dana, hours=48, code="OBS")
    visit(own, dana, hours=72, code="NPE")
    page = words(signed_in(gus).get(reverse("portal:visit-list"), {"patient": pia.pk}))
    assert "Observation" in page
    assert "New patient exam" not in page


@pytest.mark.parametrize("name", ["visit-detail", "visit-move", "visit-cancel"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_peoples_visits_do_not_exist(
    name: str, method: str, gus: User, dana: User, make_patient: Any, practice: Location
) -> None:
    theirs = visit(make_patient("Otto", "Stranger"), dana)
    answer = getattr(signed_in(gus), method)(reverse(f"portal:{name}", args=[theirs.pk]))
    assert answer.status_code in ({404, 405} if name == "visit-detail" else {404})
    assert b"Stranger" not in answer.content
    theirs.refresh_from_db()
    assert theirs.status == Status.BOOKED


def test_an_unknown_person_in_the_list_does_not_exist(gus: User, make_patient: Any) -> None:
    stranger = make_patient("Otto", "Stranger")
    for value in (stranger.pk, "0" * 24, "nonsense"):
        assert signed_in(gus).get(reverse("portal:visit-list"), {"patient": value}).status_code == 404


def test_cancelling_asks_first(gus: User, pia: Patient, dana: User) -> None:
    appointment = visit(pia, dana)
    assert "Cancel this visit?" in words(signed_in(gus).get(reverse("portal:visit-cancel", args=[appointment.pk])))
    appointment.refresh_from_db()
    assert appointment.status == Status.BOOKED


def test_a_father_cancels(gus: User, pia: Patient, dana: User) -> None:
    appointment = visit(pia, dana, hours=25)
    answer = cancel(gus, appointment, reason="Has a cold")
    assert answer.status_code == 302
    appointment.refresh_from_db()
    assert appointment.status == Status.CANCELLED
    assert appointment.cancelled_by_patient is True
    assert appointment.history.last().note == "Has a cold"


def test_under_the_notice_the_clinic_is_called(gus: User, pia: Patient, dana: User) -> None:
    appointment = visit(pia, dana, hours=23)
    answer = cancel(gus, appointment)
    assert answer.status_code == 422
    assert "24 hours before" in words(answer)
    assert "Please call the clinic" in words(signed_in(gus).get(reverse("portal:visit-detail", args=[appointment.pk])))
    appointment.refresh_from_db()
    assert appointment.status == Status.BOOKED


def test_cancelling_twice_is_a_conflict(gus: User, pia: Patient, dana: User) -> None:
    appointment = visit(pia, dana, status=Status.CANCELLED)
    assert cancel(gus, appointment).status_code == 409


def test_many_visits_come_in_pages(gus: User, pia: Patient, dana: User) -> None:
    for day in range(1, 30):
        visit(pia, dana, hours=-24 * day, status=Status.COMPLETED)
    first = words(signed_in(gus).get(reverse("portal:visit-list")))
    second = words(signed_in(gus).get(reverse("portal:visit-list"), {"page": 2}))
    assert first.count("Done") == 20
    assert second.count("Done") == 9
