"""The lists of the API: appointments, own appointments, free times, chairs, types."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from accounts.models import User
from appointments import actions
from appointments.models import Appointment, Location
from appointments.tests.desk import api_of, book, kind, monday, wish
from core import clock
from core.ids import new_id
from patients.models import Patient

pytestmark = pytest.mark.django_db

URL = "/api/appointments"
DAY = monday().date()


@pytest.fixture
def book_of_three(practice: Location, rita: User, dana: User, omar: User, pia: Patient, make_patient: Any) -> list[str]:
    """Ids of visits on Monday at 9 (Pia, Dana), 10 (cancelled) and on Tuesday at 8 (Omar), not made in this order."""
    tuesday = book(rita, make_patient(), omar, monday(8) + timedelta(days=1))
    first = book(rita, pia, dana, monday(9))
    second = actions.cancel(by=rita, appointment=book(rita, make_patient(), dana, monday(10)))
    return [first.pk, second.pk, tuesday.pk]


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["_id"] for row in answer.json()]


def test_rows_have_these_four_keys(book_of_three: list[str], rita: User) -> None:
    answer = api_of(rita).get(URL)
    assert ids(answer) == book_of_three
    assert answer.json()[0] == {
        "_id": book_of_three[0],
        "patient": "Pia Lindholm",
        "doctor": "Dr. Dana",
        "date": clock.iso(monday(9)),
    }
    full = api_of(rita).get(f"{URL}?fields=all").json()[0]
    assert full == api_of(rita).get(f"{URL}/{book_of_three[0]}").json()


def test_filters(book_of_three: list[str], rita: User, dana: User, omar: User, pia: Patient) -> None:
    api, (first, second, tuesday) = api_of(rita), book_of_three
    next_day = DAY + timedelta(days=1)
    assert ids(api.get(f"{URL}?from={DAY}&to={DAY}")) == [first, second]
    assert ids(api.get(f"{URL}?from={next_day}")) == [tuesday]
    assert ids(api.get(f"{URL}?from={clock.iso(monday(10))}&to={clock.iso(monday(11))}")) == [second]
    assert ids(api.get(f"{URL}?to={clock.iso(monday(10))}")) == [first]
    assert ids(api.get(f"{URL}?doctorId={omar.pk}")) == [tuesday]
    assert ids(api.get(f"{URL}?patientId={pia.pk}")) == [first]
    assert ids(api.get(f"{URL}?patientId={new_id()}")) == []
    assert ids(api.get(f"{URL}?status=cancelled&doctorId={dana.pk}")) == [second]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("to=2027-02-30", "to"),
        ("from=2027-02-03T10:00:00", "from"),
        ("doctorId=me", "doctorId"),
        ("patientId=x", "patientId"),
        ("status=flying", "status"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("page=x", "page"),
        ("after=x", "after"),
    ],
)
def test_filters_that_are_refused(query: str, field: str, rita: User) -> None:
    answer = api_of(rita).get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert set(answer.json()["errors"]) == {field}


def test_pages(book_of_three: list[str], rita: User) -> None:
    api = api_of(rita)
    first = api.get(f"{URL}?limit=2&count=true")
    assert ids(first) == book_of_three[:2]
    assert first["X-Total-Count"] == "3"
    assert 'rel="next"' in first["Link"]
    assert ids(api.get(f"{URL}?limit=2&page=2")) == book_of_three[2:]
    assert ids(api.get(f"{URL}?limit=2&after={book_of_three[0]}")) == book_of_three[1:]


@pytest.mark.parametrize("visits", [2, 9])
@pytest.mark.parametrize(("query", "queries"), [("", 5), ("?fields=all", 6)])
def test_the_number_of_queries_is_constant(
    visits: int,
    query: str,
    queries: int,
    practice: Location,
    rita: User,
    dana: User,
    make_patient: Any,
    django_assert_num_queries: Any,
) -> None:
    for n in range(visits):
        book(rita, make_patient(), dana, monday(8 + n))
    api = api_of(rita)
    assert rita.rights
    with django_assert_num_queries(queries):
        assert len(ids(api.get(f"{URL}{query}"))) == visits


def test_a_sensitive_chart_is_not_in_the_list(book_of_three: list[str], rita: User, pia: Patient) -> None:
    Patient.objects.filter(pk=pia.pk).update(sensitive=True)
    assert ids(api_of(rita).get(URL)) == book_of_three[1:]
    assert api_of(rita).get(f"{URL}/{book_of_three[0]}").status_code == 404


def test_families_are_pointed_to_their_own_list(book_of_three: list[str], gus: User, pia: Patient) -> None:
    for user in (gus, pia.user):
        answer = api_of(user).get(URL)
        assert answer.status_code == 403
        assert "/api/me/appointments" in answer.json()["message"]
        assert ids(api_of(user).get("/api/me/appointments")) == book_of_three[:1]


def test_my_own_list(book_of_three: list[str], rita: User, gus: User) -> None:
    assert ids(api_of(rita).get("/api/me/appointments")) == []
    rows = api_of(gus).get("/api/me/appointments?fields=all").json()
    assert rows[0]["status"] == "booked"
    assert "reason" not in rows[0]
    assert ids(api_of(gus).get("/api/me/appointments?status=cancelled")) == []


class TestSlots:
    """GET /api/slots."""

    def ask(self, user: User, **query: Any) -> Any:
        asked = {"from": DAY, "to": DAY} | {name: value for name, value in query.items() if value is not None}
        return api_of(user).get("/api/slots", asked)

    def test_rows(self, practice: Location, dana: User) -> None:
        rows = self.ask(dana, doctorId=dana.pk, type="ADJ").json()
        assert {tuple(row) for row in rows} == {("start", "end", "doctorId", "chairId")}
        starts = [datetime.fromisoformat(row["start"]) for row in rows]
        assert starts[0] == monday(8)
        assert {after - before for before, after in pairwise(starts)} == {timedelta(minutes=15)}
        assert datetime.fromisoformat(rows[-1]["end"]) <= monday(18)

    def test_the_last_day_counts_and_nothing_is_cut_short(self, practice: Location, dana: User) -> None:
        last = DAY + timedelta(days=61)
        rows = self.ask(dana, doctorId=dana.pk, to=last).json()
        days = {row["start"][:10] for row in rows}
        assert len(days) == sum((DAY + timedelta(days=n)).weekday() < 6 for n in range(62))
        assert len(rows) == 39 * len(days)

    def test_without_a_doctor_all_doctors(self, practice: Location, dana: User, omar: User) -> None:
        rows = self.ask(dana).json()
        assert {row["doctorId"] for row in rows} == {dana.pk, omar.pk}
        assert [row["start"] for row in rows] == sorted(row["start"] for row in rows)

    def test_every_row_can_be_booked(
        self, practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
    ) -> None:
        book(rita, pia, dana, monday(9), "BOND")
        for row in self.ask(rita, doctorId=dana.pk, type="DEB").json()[::7]:
            body = {"patientId": make_patient().pk, "doctorId": row["doctorId"], "date": row["start"], "type": "DEB"}
            assert api_of(rita).post(URL, body | {"chairId": row["chairId"]}).status_code == 201

    @pytest.mark.parametrize(
        ("query", "status", "code", "field"),
        [
            ({"to": DAY + timedelta(days=62)}, 400, "range_too_long", "to"),
            ({"to": DAY - timedelta(days=1)}, 400, "invalid", "to"),
            ({"from": "2027-02-30"}, 400, "invalid", "from"),
            ({"from": ""}, 400, "invalid", "from"),
            ({"to": "soon"}, 400, "invalid", "to"),
            ({"to": "9999-12-31"}, 400, "invalid", "to"),
            ({"type": "NOPE"}, 400, "invalid", "type"),
            ({"type": "$ne"}, 400, "invalid", "type"),
            ({"doctorId": new_id()}, 404, "not_found", "doctorId"),
            ({"doctorId": "me"}, 404, "not_found", "doctorId"),
        ],
    )
    def test_what_is_refused(
        self, query: dict[str, Any], status: int, code: str, field: str, practice: Location, dana: User
    ) -> None:
        answer = self.ask(dana, **query)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert set(answer.json()["errors"]) == {field}

    def test_families_online_types_and_ninety_days(self, practice: Location, dana: User, gus: User) -> None:
        answer = self.ask(gus, doctorId=dana.pk, type="BOND")
        assert (answer.status_code, answer.json()["code"]) == (422, "type_not_online")
        far = clock.today() + timedelta(days=60)
        rows = self.ask(gus, doctorId=dana.pk, type="OBS", **{"from": far, "to": far + timedelta(days=61)}).json()
        limit = clock.now() + timedelta(days=90)
        assert rows
        assert all(datetime.fromisoformat(row["start"]) <= limit for row in rows)

    def test_past_days_have_none(self, practice: Location, dana: User) -> None:
        day = date(2020, 1, 6)
        assert self.ask(dana, **{"from": day, "to": day}).json() == []

    def test_a_clinic_without_chairs(self, practice: Location, dana: User, pia: Patient) -> None:
        practice.chairs.update(is_active=False)
        row = self.ask(dana, doctorId=dana.pk).json()[0]
        assert row["chairId"] is None
        start = datetime.fromisoformat(row["start"])
        made = api_of(dana).post(URL, wish(pia, dana, start)).json()["appointmentId"]
        assert Appointment.objects.get(pk=made).chair is None


def test_chairs(practice: Location, nina: User, gus: User) -> None:
    practice.chairs.filter(name="Chair 2").update(is_active=False)
    rows = api_of(nina).get("/api/chairs").json()
    assert [(row["name"], row["location"]) for row in rows] == [("Chair 1", "Main Street"), ("Chair 3", "Main Street")]
    assert api_of(gus).get("/api/chairs").status_code == 403


def test_types(nina: User, gus: User) -> None:
    rows = {row["code"]: row for row in api_of(nina).get("/api/appointment-types").json()}
    assert len(rows) == 17
    assert rows["ADJ"] | {"colour": ""} == {
        "code": "ADJ",
        "name": "Adjustment",
        "minutes": 20,
        "pattern": "AAdA",
        "colour": "",
        "nextVisitWeeks": 8,
        "bookableOnline": False,
    }
    kind("SEP").change(is_active=False)
    assert len(api_of(nina).get("/api/appointment-types").json()) == 16
    online = {row["code"] for row in api_of(gus).get("/api/appointment-types").json()}
    assert online == {"CONS", "NPE", "OBS", "RETC", "ALC"}
