"""The clinic's own data: who may change it, and what is refused."""

from datetime import date, time
from typing import Any

import pytest

from accounts.models import User
from appointments.actions import setup
from appointments.models import AppointmentType, Chair, Closure, Location, WorkingHours
from appointments.tests.desk import book, monday, refusal
from core.errors import NotPermitted, Stale
from core.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db

TYPE = {"code": "XRAY", "name": "X-ray", "pattern": "AAA", "colour": "#336699"}


def latest() -> AuditEvent:
    return AuditEvent.objects.latest("id")


@pytest.mark.parametrize("who", ["rita", "dana", "nina", "gus"])
def test_admins_only(who: str, practice: Location, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotPermitted):
        setup.add_location(by=request.getfixturevalue(who), name="Elsewhere")


def test_a_location_is_added_and_taken_out_of_use(ada: User) -> None:
    made = setup.add_location(by=ada, name="Hill Street", phone="555 0100")
    assert latest().changes["name"] == [None, "Hill Street"]
    setup.change_location(by=ada, location=made, is_active=False)
    assert latest().changes == {"is_active": [True, False]}
    with refusal("name_taken"):
        setup.add_location(by=ada, name="Hill Street")


def test_a_location_out_of_use_is_closed(practice: Location, ada: User, rita: User, dana: User, pia: Patient) -> None:
    setup.change_location(by=ada, location=practice, is_active=False)
    with refusal("no_location"):
        book(rita, pia, dana, monday(9))


def test_chairs(practice: Location, ada: User) -> None:
    made = setup.add_chair(by=ada, location=practice, name="Chair 4", position=4)
    with refusal("name_taken"):
        setup.change_chair(by=ada, chair=made, name="Chair 1")
    made.refresh_from_db()
    assert setup.change_chair(by=ada, chair=made, name="Chair 4", is_active=False).is_active is False


def test_types(ada: User, practice: Location, rita: User, dana: User, pia: Patient) -> None:
    made = setup.add_type(by=ada, **TYPE)
    assert made.minutes == 15
    with refusal("name_taken"):
        setup.add_type(by=ada, **TYPE)
    visit = book(rita, pia, dana, monday(9), "XRAY")
    setup.change_type(by=ada, type=made, pattern="AAAA")
    visit.refresh_from_db()
    assert visit.pattern == "AAA"


def test_the_default_types() -> None:
    assert AppointmentType.objects.count() == 17
    lengths = {kind.code: kind.minutes for kind in AppointmentType.objects.all()}
    assert (lengths["BOND"], lengths["NPE"], lengths["SEP"], lengths["DEB"]) == (90, 45, 10, 60)
    assert AppointmentType.objects.get(code="BOND").pattern == "dAAAAADDDAAAAAAAAd"
    online = AppointmentType.objects.filter(bookable_online=True).values_list("code", flat=True)
    assert set(online) == {"CONS", "NPE", "OBS", "RETC", "ALC"}


@pytest.mark.parametrize(
    ("opens", "closes", "code"),
    [
        (time(12), time(12), "closes_before_opens"),
        (time(12), time(8), "closes_before_opens"),
        (time(17), time(19), "hours_overlap"),
        (time(7), time(20), "hours_overlap"),
        (time(9), time(10), "hours_overlap"),
    ],
)
def test_hours_that_are_refused(practice: Location, ada: User, opens: time, closes: time, code: str) -> None:
    with refusal(code):
        setup.add_hours(by=ada, location=practice, weekday=0, opens=opens, closes=closes)


def test_hours_that_meet(practice: Location, ada: User, dana: User) -> None:
    evening = setup.add_hours(by=ada, location=practice, weekday=0, opens=time(18), closes=time(20))
    with refusal("hours_overlap"):
        setup.change_hours(by=ada, hours=evening, opens=time(17, 30))
    changed = setup.change_hours(by=ada, hours=evening, closes=time(21))
    assert (changed.opens, changed.closes) == (time(18), time(21))


def test_a_doctor_is_in_one_place_at_a_time(practice: Location, ada: User, dana: User) -> None:
    second = setup.add_location(by=ada, name="Hill Street")
    wanted: dict[str, Any] = {"location": second, "doctor": dana, "weekday": 0, "opens": time(9), "closes": time(12)}
    with refusal("hours_overlap") as caught:
        setup.add_hours(by=ada, **wanted)
    assert practice.name in str(caught.value)
    setup.change_location(by=ada, location=practice, is_active=False)
    setup.add_hours(by=ada, **wanted)


def test_hours_are_removed(practice: Location, ada: User) -> None:
    setup.remove_hours(by=ada, hours=WorkingHours.objects.get(doctor=None, weekday=0))
    assert not WorkingHours.objects.filter(doctor=None, weekday=0).exists()
    assert latest().changes["opens"] == ["08:00:00", None]


def test_closures(practice: Location, ada: User) -> None:
    days = {"starts_on": date(2027, 7, 1), "ends_on": date(2027, 7, 14)}
    with refusal("ends_before_start"):
        setup.add_closure(by=ada, starts_on=days["ends_on"], ends_on=days["starts_on"])
    made = setup.add_closure(by=ada, **days, location=practice, reason="Holidays")
    with refusal("ends_before_start"):
        setup.change_closure(by=ada, closure=made, ends_on=date(2027, 6, 30))
    made.refresh_from_db()
    setup.change_closure(by=ada, closure=made, ends_on=date(2027, 7, 21))
    setup.remove_closure(by=ada, closure=made)
    assert not Closure.objects.exists()


def test_nothing_changed_is_said_so(practice: Location, ada: User) -> None:
    events = AuditEvent.objects.count()
    setup.change_chair(by=ada, chair=Chair.objects.all()[0], is_active=True)
    assert AuditEvent.objects.count() == events


def test_two_admins(practice: Location, ada: User) -> None:
    chair = Chair.objects.all()[0]
    setup.change_chair(by=ada, chair=Chair.objects.get(pk=chair.pk), name="Blue chair")
    with pytest.raises(Stale):
        setup.change_chair(by=ada, chair=chair, name="Red chair")
