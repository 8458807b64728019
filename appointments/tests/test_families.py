"""Several of one family in one go: times at which all fit in, one tap, everybody or nobody."""

import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from accounts.models import User
from appointments import actions
from appointments.finding_times.families import IN_A_ROW, SIDE_BY_SIDE, FamilySearch, Member, Seat, Together, read
from appointments.finding_times.households import household_of
from appointments.models import Appointment, AppointmentType, Chair, Claim, Location, NextVisit
from appointments.tests.browser import code_of, offers_of, text_of, web, words
from appointments.tests.desk import book, check_claims, kind, monday, refusal
from core import clock
from patients.models import Guardian, Patient, Relationship

pytestmark = pytest.mark.django_db

FAMILY = "/appointments/family/"


@pytest.fixture
def family(practice: Location, make_patient: Any) -> list[Patient]:
    """Three children of one mother."""
    mother = Guardian.objects.create(given_name="Mara", family_name="Keller")
    children = [make_patient(given, "Keller") for given in ("Emma", "Leo", "Mia")]
    for child in children:
        Relationship.objects.create(guardian=mother, patient=child, kind="mother")
    return children


def offered(family: list[Patient], codes: str, doctors: list[User], how: str = IN_A_ROW) -> list[Together]:
    members = [Member(patient, kind(code)) for patient, code in zip(family, codes.split(), strict=True)]
    day = monday().date()
    days = FamilySearch(members, doctors, how).between(day, day)
    return days[0].offers if days else []


def at(found: list[Together], start: Any) -> Together | None:
    return next((one for one in found if one.start == start), None)


# --- Where all of them fit in


def test_one_after_the_other_without_a_gap(family: list[Patient], dana: User) -> None:
    found = at(offered(family, "ADJ OBS RETC", [dana]), monday(8))
    assert found is not None
    ends = [seat.start + timedelta(minutes=kind(seat.code).minutes) for seat in found.seats]
    assert [seat.start for seat in found.seats[1:]] == ends[:-1]
    assert {seat.chair_id for seat in found.seats} == {Chair.objects.order_by("position").first().pk}
    assert read(found.value) == found.seats


def test_the_order_follows_from_what_is_free(family: list[Patient], dana: User, rita: User, make_patient: Any) -> None:
    book(rita, family[0], dana, monday(9), "ADJ")  # Emma is somewhere else until 9:20
    assert at(offered(family[:2], "ADJ RETC", [dana]), monday(9)) is None, "Leo is done at 9:15, Emma free at 9:20"
    found = at(offered(family[:2], "ADJ ADJ", [dana]), monday(9))
    assert found is not None
    assert found.names == ("Leo", "Emma")


def test_side_by_side_in_different_chairs(family: list[Patient], dana: User, omar: User, make_patient: Any) -> None:
    found = at(offered(family, "OBS OBS REC", [dana], SIDE_BY_SIDE), monday(8))
    assert found is not None
    assert len({seat.chair_id for seat in found.seats}) == 3
    assert at(offered(family, "OBS OBS OBS", [dana], SIDE_BY_SIDE), monday(8)) is None, "two checks at once, not three"
    found = at(offered(family, "OBS OBS OBS", [dana, omar], SIDE_BY_SIDE), monday(8))
    assert found is not None
    assert {seat.doctor_id for seat in found.seats} == {dana.pk, omar.pk}
    assert at(offered([*family, make_patient()], "REC REC REC REC", [dana], SIDE_BY_SIDE), monday(8)) is None, "chairs"


@pytest.mark.parametrize("how", [IN_A_ROW, SIDE_BY_SIDE])
def test_every_time_that_is_offered_can_be_booked(
    how: str, family: list[Patient], dana: User, omar: User, rita: User, make_patient: Any
) -> None:
    for n, code in enumerate(("BOND", "CONS", "DEB", "OBS", "ADJ")):
        book(rita, make_patient(), (dana, omar)[n % 2], monday(8 + n, 10), code)
    AppointmentType.objects.filter(code="NPE").update(time_of_day="morning")
    for found in offered(family, "NPE ADJ OBS", [dana, omar], how)[::4]:
        made = actions.book_together(by=rita, seats=found.seats)
        assert [(row.start, row.doctor_id, row.chair_id) for row in made] == [
            (seat.start, seat.doctor_id, seat.chair_id) for seat in found.seats
        ]
        check_claims()
        for row in made:
            actions.cancel(by=rita, appointment=row)


def test_one_of_them_fits_nowhere_then_nobody_does(family: list[Patient], dana: User) -> None:
    AppointmentType.objects.filter(code="REC").update(time_of_day="morning")
    starts = [found.start for found in offered(family[:2], "REC ADJ", [dana])]
    assert max(starts) <= monday(12), "with the short visit first the other still ends at noon"
    assert offered([], "", [dana]) == []


# --- All or nothing


def test_nobody_is_booked_where_one_cannot(family: list[Patient], dana: User, rita: User, make_patient: Any) -> None:
    found = at(offered(family, "ADJ OBS REC", [dana]), monday(9))
    assert found is not None
    last = found.seats[-1]
    book(rita, make_patient("Ina", "Brand"), dana, last.start, "REC", chair=Chair.objects.get(pk=last.chair_id))
    before = Claim.objects.count()
    with refusal("slot_taken") as caught:
        actions.book_together(by=rita, seats=found.seats)
    assert "Ina B." in str(caught.value)
    assert caught.value.extra["nextFree"]
    assert Appointment.objects.count() == 1
    assert Claim.objects.count() == before


def test_what_is_due_is_settled_with_it(family: list[Patient], dana: User, rita: User) -> None:
    due = NextVisit.objects.create(patient=family[0], due_on=monday().date(), type=kind("ADJ"))
    seats = at(offered(family[:2], "ADJ OBS", [dana]), monday(9)).seats
    with refusal("not_found"):
        actions.book_together(by=rita, seats=seats, dues={family[1].pk: due.pk})
    actions.book_together(by=rita, seats=seats, dues={family[0].pk: due.pk})
    due.refresh_from_db()
    assert due.done_at is not None


def test_foreign_and_unknown_people_are_never_told_apart(family: list[Patient], dana: User, rita: User) -> None:
    seats = at(offered(family[:2], "ADJ OBS", [dana]), monday(9)).seats
    family[0].change(sensitive=True)
    for patient in (family[0].pk, "0" * 24, "x"):
        strange = Seat(patient, "ADJ", monday(9), dana.pk, "")
        with refusal("not_found"):
            actions.book_together(by=rita, seats=[seats[1], strange])
    assert Appointment.objects.count() == 0


# --- Who belongs together


def test_a_household(family: list[Patient], rita: User, make_patient: Any, make_user: Any) -> None:
    mother = make_patient("Mara", "Keller", birth_date=None, user=make_user("Mara", "patient"))
    Guardian.objects.update(user=mother.user)
    assert household_of(rita, family[0]) == [family[1], mother, family[2]]
    assert household_of(rita, mother) == family
    family[1].change(sensitive=True)
    Relationship.objects.filter(patient=family[2]).update(ends_on=clock.today())
    assert household_of(rita, family[0]) == [mother]
    assert household_of(rita, make_patient()) == []


# --- The page


def sent(family: list[Patient], codes: str, **more: Any) -> dict[str, Any]:
    values = {f"type-{patient.pk}": code for patient, code in zip(family, codes.split(), strict=True)}
    values |= {f"comes-{patient.pk}": "on" for patient in family}
    return {"patient": family[0].pk, "day": monday().date().isoformat(), **values, **more}


@pytest.mark.once(reason="about a page; what it sends is tested on each database")
def test_one_tap_books_everybody(family: list[Patient], rita: User, dana: User) -> None:
    desk = web(rita)
    assert "Book the family together" in words(desk.get(f"/appointments/new/?patient={family[0].pk}"))
    assert len(offers_of(desk.get(f"{FAMILY}?patient={family[0].pk}"))) > 5, "offered at once"
    wanted = sent(family, "ADJ OBS RETC", doctor=dana.pk, part="after_school", weekday=["0"])
    offers = offers_of(desk.post(FAMILY, wanted))
    assert read(offers[0])[0].start == monday(15)
    answer = desk.post(FAMILY, wanted | {"slot": offers[0]}, follow=True)
    rows = list(Appointment.objects.order_by("start"))
    assert len(rows) == 3
    assert all(one.end == other.start for one, other in pairwise(rows))
    assert "Booked for Monday" in words(answer)
    check_claims()


@pytest.mark.once(reason="about a page; what it sends is tested on each database")
def test_what_was_typed_stays_and_a_stale_time_is_refused(
    family: list[Patient], rita: User, dana: User, make_patient: Any
) -> None:
    desk, wanted = web(rita), sent(family[:2], "ADJ OBS", doctor=dana.pk, time_from="10:00", weeks="x")
    answer = desk.post(FAMILY, wanted)
    assert 'value="x"' in text_of(answer)
    offer = offers_of(answer)[0]
    assert read(offer)[0].start == monday(10)
    bad = desk.post(FAMILY, wanted | {"slot": offer})
    assert (bad.status_code, code_of(bad)) == (400, "invalid")
    changed = desk.post(FAMILY, wanted | {"slot": offer, "weeks": "", f"type-{family[0].pk}": "REC"})
    assert (changed.status_code, code_of(changed)) == (409, "slot_taken")
    assert "Choose a time anew" in words(changed)
    book(rita, make_patient("Ina", "Brand"), dana, monday(10), "CONS", chair=Chair.objects.order_by("position").first())
    taken = desk.post(FAMILY, wanted | {"slot": offer, "weeks": ""})
    assert taken.status_code == 409
    assert "Ina B." in words(taken)
    assert "Nobody has been booked." in words(taken)
    assert offers_of(taken), "and other times are offered"
    assert re.search(rf'name="comes-{family[1].pk}"[^>]*checked', text_of(taken))
    assert Appointment.objects.count() == 1


@pytest.mark.once(reason="about a page; nothing is written")
def test_nonsense_and_strangers(family: list[Patient], rita: User, pia: Patient) -> None:
    desk = web(rita)
    assert desk.get(FAMILY).status_code == 404
    assert desk.get(f"{FAMILY}?patient={'0' * 24}").status_code == 404
    assert web(pia.user).get(f"{FAMILY}?patient={pia.pk}").status_code == 403
    for slot in ("x", "a|b", f"{family[0].pk}|ADJ|2027-01-01T00:00:00Z|x|y", "||||;||||"):
        assert desk.post(FAMILY, sent(family, "ADJ OBS REC", slot=slot)).status_code in {404, 409}
    assert "Tick at least two" in words(desk.post(FAMILY, {"patient": family[0].pk}))
    assert Appointment.objects.count() == 0
