"""The booking form finds the time: wishes, what is due, old ids, names that go along; without a script running."""

import html
import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import User
from appointments.models import Appointment, AppointmentType, DayParts, Location, NextVisit
from appointments.tests.browser import code_of, offers_of, text_of, web, words
from appointments.tests.desk import book, kind, monday
from core import clock
from patients import actions
from patients.models import Patient, SearchKey
from patients.views.named import fields_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(reason="about pages; what they send is tested on each database"),
]

NEW, TIMES = "/appointments/new/", "/appointments/times/"


@pytest.fixture
def jo(make_patient: Any, practice: Location) -> Patient:
    patient: Patient = make_patient("Jo", "Keller")
    SearchKey.objects.write(patient)
    return patient


def starts(answer: Any) -> list[str]:
    """Weekday and time of what is offered."""
    instants = (offer.partition("|")[0] for offer in offers_of(answer))
    return [f"{clock.wall(datetime.fromisoformat(text)):%a %H:%M}" for text in instants]


def wanted(patient: Patient, **more: Any) -> dict[str, Any]:
    return {"patient": patient.pk, "type": "ADJ", "day": monday().date().isoformat(), "doctor": "", **more}


# --- Wishes


def test_the_wishes_narrow_what_is_offered(rita: User, jo: Patient) -> None:
    desk = web(rita)
    found = starts(desk.post(TIMES, wanted(jo, weekday=["1", "3"], time_from="09:00", time_until="10:00")))
    assert found[:4] == ["Tue 09:00", "Tue 09:15", "Tue 09:30", "Thu 09:00"]
    assert starts(desk.post(TIMES, wanted(jo, part="midday")))[0] == "Mon 12:00"
    DayParts(pk="0" * 24, midday_from=time(11), after_school_from=time(16)).save(force_insert=True)
    assert starts(desk.post(TIMES, wanted(jo, part="after_school")))[0] == "Mon 16:00"


def test_in_some_weeks_the_nearest_days_come_first_and_one_goes_on(rita: User, jo: Patient) -> None:
    desk, today = web(rita), clock.today()
    answer = desk.post(TIMES, wanted(jo, weeks="6", give="1"))
    days = re.findall(r'id="free-([\d-]+)"', text_of(answer))
    assert all(abs((date.fromisoformat(day) - today - timedelta(weeks=6)).days) <= 2 for day in days)
    earlier = re.search(r'name="times_until"\s+value="([\d-]+)"', text_of(answer))
    later = re.search(r'name="times_from"\s+value="([\d-]+)"', text_of(answer))
    assert earlier
    assert later
    before = re.findall(r'id="free-([\d-]+)"', text_of(desk.post(NEW, wanted(jo, times_until=earlier[1]))))
    after = re.findall(r'id="free-([\d-]+)"', text_of(desk.post(NEW, wanted(jo, times_from=later[1]))))
    assert before[-1] < days[0] <= days[-1] < after[0]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"weeks": "x", "give": "y"},
        {"weeks": "99999999999", "give": "-1"},
        {"weeks": "-1"},
        {"part": "night", "weekday": ["9", "x", ""]},
        {"time_from": "25:00", "time_until": "a"},
        {"time_from": "17:00", "time_until": "09:00"},
        {"times_until": "0001-01-01"},
        {"times_until": "9999-12-31"},
        {"times_from": "9999-12-31"},
        {"chair": "x", "doctor": "y"},
    ],
)
def test_wishes_that_make_no_sense_are_no_error_of_ours(rita: User, jo: Patient, nonsense: dict[str, Any]) -> None:
    desk = web(rita)
    assert desk.post(TIMES, wanted(jo, **nonsense)).status_code == 200
    assert desk.post(NEW, wanted(jo, step="times", **nonsense)).status_code == 200
    assert desk.get(NEW, {"patient": jo.pk, **nonsense}).status_code == 200


def test_a_wish_that_makes_no_sense_is_said_when_booking_and_everything_stays(rita: User, jo: Patient) -> None:
    sent = wanted(jo, time="09:00", step="book", weeks="many", weekday=["2"], reason="Front tooth")
    answer = web(rita).post(NEW, sent)
    assert (answer.status_code, code_of(answer)) == (400, "invalid")
    assert "Weeks ahead: Enter a whole number." in words(answer)
    assert 'value="many"' in text_of(answer)
    assert re.search(r'name="weekday" value="2"[^>]*checked', text_of(answer))
    assert 'value="Front tooth"' in text_of(answer)


def test_a_type_for_the_morning_is_refused_later_and_can_be_overridden(rita: User, nina: User, jo: Patient) -> None:
    AppointmentType.objects.filter(code="BOND").update(time_of_day="morning")
    sent = wanted(jo, type="BOND", time="14:00", step="book")
    answer = web(rita).post(NEW, sent)
    assert (answer.status_code, code_of(answer)) == (422, "time_of_day")
    assert "“Full bonding” is for the morning only, until 12:00." in words(answer)
    assert "<details open" in " ".join(text_of(answer).split())
    assert {one[4:] for one in starts(answer)} <= {
        f"{hour:02}:{minute:02}" for hour in (8, 9, 10) for minute in (0, 15, 30, 45)
    }
    assert web(nina).post(NEW, sent | {"override_reason": "Far away"}).status_code == 403
    assert web(rita).post(NEW, sent | {"override_reason": "Far away"}).status_code == 302


def test_moving_has_wishes_too(rita: User, dana: User, jo: Patient) -> None:
    visit = book(rita, jo, dana, monday(), "ADJ")
    desk, address = web(rita), f"/appointments/{visit.pk}/move/"
    assert offers_of(desk.get(address)), "offered at once"
    sent = {"appointment": visit.pk, "day": monday().date().isoformat(), "weekday": ["4"], "part": "after_school"}
    found = offers_of(desk.post(address, sent | {"step": "times"}))
    assert starts(desk.post(TIMES, sent))[0] == "Fri 15:00"
    assert desk.post(address, {"appointment": visit.pk, "slot": found[0]}).status_code == 302
    visit.refresh_from_db()
    assert f"{clock.wall(visit.start):%a %H:%M}" == "Fri 15:00"


# --- What a link knows


def test_what_is_due_is_prefilled_and_settled(rita: User, jo: Patient) -> None:
    due = NextVisit.objects.create(patient=jo, due_on=clock.today() + timedelta(weeks=8), type=kind("RETC"))
    desk = web(rita)
    assert f'href="{NEW}?due={due.pk}"' in text_of(desk.get(f"/patients/{jo.pk}/"))
    page = text_of(desk.get(f"{NEW}?due={due.pk}"))
    assert 'value="RETC" selected' in page
    assert re.search(r'name="weeks" value="8"', page)
    assert re.search(rf'name="due" value="{due.pk}" checked', page)
    offer, other = offers_of(desk.get(f"{NEW}?due={due.pk}"))[:2]
    assert abs((date.fromisoformat(offer[:10]) - due.due_on).days) <= 7
    assert desk.post(NEW, wanted(jo, type="RETC", slot=offer, due=due.pk)).status_code == 302
    due.refresh_from_db()
    assert due.done_at is not None
    again = desk.post(NEW, wanted(jo, type="RETC", slot=other, due=due.pk))
    assert (again.status_code, code_of(again)) == (422, "due_settled")


def test_without_the_tick_nothing_is_settled(rita: User, jo: Patient) -> None:
    due = NextVisit.objects.create(patient=jo, due_on=monday().date())
    desk = web(rita)
    page = text_of(desk.get(f"{NEW}?patient={jo.pk}"))
    assert re.search(rf'name="due" value="{due.pk}" >', page), "it is offered, and left to the person"
    assert desk.post(NEW, wanted(jo, time="09:00", step="book")).status_code == 302
    due.refresh_from_db()
    assert due.done_at is None
    for strange in ("0" * 24, "x"):
        assert desk.post(NEW, wanted(jo, time="10:00", step="book", due=strange)).status_code == 404


def test_the_old_id_of_a_merged_record_still_leads_here(rita: User, dana: User, jo: Patient, make_patient: Any) -> None:
    old = make_patient("Jo", "Keler")
    actions.merge(by=dana, survivor=jo, other=old)
    page = text_of(web(rita).get(f"{NEW}?patient={old.pk}"))
    assert re.search(rf'value="{jo.pk}"\s+checked', page)
    assert 'value="Jo Keller"' in page
    assert web(rita).post(NEW, wanted(jo, time="09:00", step="book") | {"patient": old.pk}).status_code == 302
    assert Appointment.objects.get().patient_id == jo.pk


# --- A name on its way to a new patient


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ("nele newcomer", {"given_name": "Nele", "family_name": "Newcomer"}),
        ("Newcomer, Nele Maria", {"given_name": "Nele Maria", "family_name": "Newcomer"}),
        ("McDonald", {"family_name": "McDonald"}),
        (
            "Nele Newcomer +41 44 668 18 00",
            {"given_name": "Nele", "family_name": "Newcomer", "phone": "+41 44 668 18 00"},
        ),
        ("2013-02-28", {}),
        ("000123", {"phone": "000123"}),
        (",", {}),
        ("", {}),
        ("李小龙", {"family_name": "李小龙"}),
    ],
)
def test_what_was_typed_becomes_a_name(typed: str, fields: dict[str, str]) -> None:
    assert fields_of(typed) == fields


def test_the_name_goes_along_and_the_wishes_come_back(rita: User, jo: Patient) -> None:
    desk = web(rita)
    named = {"patient": "", "patient_query": "nele newcomer", "patient_shown": "nele newcomer", "step": "find"}
    sent = wanted(jo, weekday=["2"]) | named
    answer = desk.post(NEW, sent | {"part": "morning"})
    target = html.unescape(re.search(r'formaction="(/patients/new/[^"]+)"', text_of(answer))[1])  # type: ignore[index]
    assert "nele" not in target.lower()
    page = text_of(desk.post(target, sent | {"name_from": "patient_query"}))
    assert 'value="Newcomer"' in page
    assert 'value="Nele"' in page
    assert "Please check" not in page
    made = desk.post(target, {"given_name": "Nele", "family_name": "Newcomer", "sex": "female", "anyway": "1"})
    assert "nele" not in made.headers["Location"].lower()
    back = text_of(desk.get(made.headers["Location"]))
    assert re.search(r'name="weekday" value="2"[^>]*checked', back)
    assert 'value="morning" selected' in back
    assert {one[:3] for one in starts(desk.get(made.headers["Location"]))} == {"Wed"}
    assert not Patient.objects.filter(family_name="newcomer").exists()


# --- Setup


def test_the_admin_says_what_is_for_the_morning_and_when_that_is(ada: User, practice: Location) -> None:
    admin, bond = web(ada), kind("BOND")
    fields = {name: getattr(bond, name) for name in ("code", "name", "pattern", "colour")}
    saved = admin.post(f"/setup/types/{bond.pk}/", fields | {"time_of_day": "morning", "is_active": "on"})
    assert saved.status_code == 302
    assert kind("BOND").time_of_day == "morning"
    page = admin.get("/setup/day-parts/")
    assert "In the morning only" in words(page)
    sent = {"midday_from": "11:30", "after_school_from": "15:30", "version": "0"}
    assert admin.post("/setup/day-parts/", sent).status_code == 302
    assert admin.post("/setup/day-parts/", sent).status_code == 412
    bad = admin.post("/setup/day-parts/", sent | {"version": "1", "after_school_from": "11:00"})
    assert (bad.status_code, code_of(bad)) == (422, "ends_before_start")
    assert 'value="11:00"' in text_of(bad)
