"""A family books and moves: the steps, the limits, and what happens when somebody is quicker."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from appointments import actions
from appointments.models import Appointment, AppointmentType
from appointments.rules import Origin, Status
from core import clock
from patients.models import Patient
from portal.tests.people import WEDNESDAY, signed_in, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]
BOOK = "/portal/bookings/"
THURSDAY_TEN = WEDNESDAY + timedelta(days=1, hours=1)


def choice(patient: Patient, doctor: User, **changes: Any) -> dict[str, str]:
    return {"patient": patient.pk, "type": "RETC", "doctor": doctor.pk, "start": clock.iso(THURSDAY_TEN), **changes}


def book_by_the_desk(patient: Patient, doctor: User, rita: User, start: Any, code: str = "RETC") -> Appointment:
    kind = AppointmentType.objects.get(code=code)
    return actions.book(by=rita, patient=patient, doctor=doctor, type=kind, start=start)


def test_only_kinds_that_are_booked_online_are_offered(gus: User) -> None:
    page = words(signed_in(gus).get(BOOK))
    assert "Retainer check (15 minutes)" in page
    assert "Full bonding" not in page


def test_free_times_by_day(gus: User, pia: Patient, dana: User) -> None:
    query = {"patient": pia.pk, "type": "RETC", "doctor": dana.pk}
    page = words(signed_in(gus).get(BOOK, query))
    assert "Wednesday 25 Nov 2026" in page
    assert "Thu 26 Nov" in page
    assert "09:15" in page
    assert "08:45" not in page


def test_another_day_and_later_weeks(gus: User, pia: Patient) -> None:
    query = {"patient": pia.pk, "type": "RETC", "doctor": ""}
    friday = words(signed_in(gus).get(BOOK, {**query, "day": "2026-11-27"}))
    assert "Friday 27 Nov 2026" in friday
    later = signed_in(gus).get(BOOK, {**query, "from": "2027-02-20"})
    assert "Later weeks" not in words(later)
    assert "Earlier weeks" in words(later)


@pytest.mark.parametrize(
    "nonsense", [{"day": "soon"}, {"from": "2026-02-31"}, {"from": "0001-01-01"}, {"day": "9" * 50}]
)
def test_nonsense_in_the_address_shows_the_next_days(nonsense: dict[str, str], gus: User, pia: Patient) -> None:
    answer = signed_in(gus).get(BOOK, {"patient": pia.pk, "type": "RETC", "doctor": "", **nonsense})
    assert answer.status_code == 200
    assert "Wednesday 25 Nov 2026" in words(answer)


def test_a_choice_is_asked_back_and_books_nothing(gus: User, pia: Patient, dana: User) -> None:
    page = words(signed_in(gus).get(BOOK, choice(pia, dana)))
    assert "Book this visit?" in page
    assert "Thursday 26 November 2026, 10:00" in page
    assert not Appointment.objects.exists()


def test_close_to_the_visit_the_page_says_that_only_the_clinic_can_change_it(
    gus: User, pia: Patient, dana: User
) -> None:
    soon = signed_in(gus).get(BOOK, choice(pia, dana, start=clock.iso(WEDNESDAY + timedelta(hours=4))))
    assert "less than 24 hours away" in words(soon)
    assert "until 24 hours before" in words(signed_in(gus).get(BOOK, choice(pia, dana)))


def test_a_father_books_for_his_daughter(gus: User, pia: Patient, dana: User) -> None:
    answer = signed_in(gus).post(BOOK, choice(pia, dana))
    booked = Appointment.objects.get()
    assert answer["Location"] == reverse("portal:visit-detail", args=[booked.pk])
    assert (booked.patient_id, booked.doctor_id, booked.start) == (pia.pk, dana.pk, THURSDAY_TEN)
    assert booked.origin == Origin.ONLINE


def test_a_patient_books_for_herself(pia: Patient, dana: User) -> None:
    assert pia.user is not None
    assert signed_in(pia.user).post(BOOK, choice(pia, dana)).status_code == 302


def test_a_stranger_does_not_exist(gus: User, dana: User, make_patient: Any) -> None:
    stranger = make_patient("Otto", "Stranger")
    for send in (signed_in(gus).post, signed_in(gus).get):
        answer = send(BOOK, choice(stranger, dana))
        assert answer.status_code == 404
        assert b"Stranger" not in answer.content
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"type": "BOND"}, 422, "type_not_online"),
        ({"type": "NOPE"}, 400, "invalid"),
        ({"start": "2027-03-01T10:00:00Z"}, 422, "too_far_ahead"),
        ({"start": "2026-11-25T08:00:00Z"}, 422, "in_the_past"),
        ({"start": "2026-11-29T10:00:00Z"}, 422, "outside_hours"),
        ({"start": "2026-11-26T10:01:00Z"}, 422, "off_grid"),
        ({"start": "tomorrow"}, 400, "invalid"),
        ({"start": ""}, 400, "invalid"),
    ],
)
def test_limits(changes: dict[str, str], status: int, code: str, gus: User, pia: Patient, dana: User) -> None:
    answer = signed_in(gus).post(BOOK, choice(pia, dana, **changes))
    assert answer.status_code == status
    assert f'data-code="{code}"' in answer.content.decode()
    assert not Appointment.objects.exists()


def test_a_doctor_who_is_none_does_not_exist(gus: User, pia: Patient, rita: User) -> None:
    assert signed_in(gus).post(BOOK, choice(pia, rita)).status_code == 404


def test_somebody_was_quicker(gus: User, pia: Patient, dana: User, rita: User, make_patient: Any) -> None:
    for place in range(3):
        book_by_the_desk(
            make_patient(f"Other {place}", "Child"), dana, rita, THURSDAY_TEN, "OBS"
        ) if place < 2 else None
    answer = signed_in(gus).post(BOOK, choice(pia, dana))
    assert answer.status_code == 409
    assert "These times are free:" in words(answer)
    assert "Stranger" not in words(answer)


def test_no_times_while_the_child_is_somewhere_else(gus: User, pia: Patient, dana: User, rita: User) -> None:
    book_by_the_desk(pia, dana, rita, THURSDAY_TEN)
    query = {"patient": pia.pk, "type": "RETC", "doctor": "", "day": "2026-11-26"}
    page = signed_in(gus).get(BOOK, query).content.decode()
    assert "start=2026-11-26T10:00:00Z" not in page
    assert "start=2026-11-26T10:15:00Z" in page


def test_a_father_moves_a_visit(gus: User, pia: Patient, dana: User, rita: User) -> None:
    booked = book_by_the_desk(pia, dana, rita, THURSDAY_TEN + timedelta(hours=2), "ADJ")
    address = reverse("portal:visit-move", args=[booked.pk])
    assert "Choose a time" in words(signed_in(gus).get(address))
    friday = {"start": clock.iso(THURSDAY_TEN + timedelta(days=1))}
    assert "Move to this time?" in words(signed_in(gus).get(address, friday))
    assert signed_in(gus).post(address, friday).status_code == 302
    booked.refresh_from_db()
    assert booked.start == THURSDAY_TEN + timedelta(days=1)


def test_moving_to_a_taken_time_keeps_the_old_one(
    gus: User, pia: Patient, dana: User, rita: User, make_patient: Any
) -> None:
    booked = book_by_the_desk(pia, dana, rita, THURSDAY_TEN + timedelta(hours=2))
    for name in ("One", "Two"):
        book_by_the_desk(make_patient(name, "Child"), dana, rita, THURSDAY_TEN)
    answer = signed_in(gus).post(reverse("portal:visit-move", args=[booked.pk]), {"start": clock.iso(THURSDAY_TEN)})
    assert answer.status_code == 409
    booked.refresh_from_db()
    assert booked.start == THURSDAY_TEN + timedelta(hours=2)


def test_under_the_notice_nothing_moves(gus: User, pia: Patient, dana: User, rita: User) -> None:
    booked = book_by_the_desk(pia, dana, rita, WEDNESDAY + timedelta(hours=3))
    address = reverse("portal:visit-move", args=[booked.pk])
    assert signed_in(gus).get(address).status_code == 302
    answer = signed_in(gus).post(address, {"start": clock.iso(THURSDAY_TEN)})
    assert answer.status_code == 422
    assert "24 hours before" in words(answer)


def test_a_cancelled_visit_does_not_move(gus: User, pia: Patient, dana: User, rita: User) -> None:
    booked = book_by_the_desk(pia, dana, rita, THURSDAY_TEN + timedelta(hours=2))
    booked.change(status=Status.CANCELLED)
    answer = signed_in(gus).post(reverse("portal:visit-move", args=[booked.pk]), {"start": clock.iso(THURSDAY_TEN)})
    assert answer.status_code == 409


def test_without_anybody_there_is_nothing_to_book(make_user: Any) -> None:
    nobody = make_user("Nobody", "patient")
    assert signed_in(nobody).get(BOOK)["Location"] == reverse("portal:home")
