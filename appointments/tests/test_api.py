"""Booking, moving and cancelling through the API: bodies, codes, headers."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from appointments import actions
from appointments.models import Appointment, Chair, Claim, Location
from appointments.tests.desk import api_of, book, check_claims, monday, wish
from core import clock
from core.ids import new_id
from core.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db

URL = "/api/appointments"


def field_of(answer: Any) -> set[str]:
    return set(answer.json()["errors"])


def test_a_booking_is_answered_to_the_letter(practice: Location, dana: User, pia: Patient) -> None:
    answer = api_of(dana).post(URL, wish(pia, dana, monday(9)))
    made = Appointment.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"message": "Appointment scheduled successfully", "appointmentId": made.pk}
    assert (made.type.code, made.minutes, made.start) == ("CONS", 30, monday(9))
    assert AuditEvent.objects.filter(event="appointment.booked", object_id=made.pk).count() == 1


def test_all_that_can_be_asked_for(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    chair = Chair.objects.get(name="Chair 3")
    more = {"type": "adj", "minutes": 40, "chairId": chair.pk, "reason": "Wire pokes"}
    made = api_of(rita).post(URL, wish(pia, dana, monday(9), **more)).json()["appointmentId"]
    assert api_of(rita).get(f"{URL}/{made}").json() == {
        "_id": made,
        "patient": "Pia Lindholm",
        "doctor": "Dr. Dana",
        "date": clock.iso(monday(9)),
        "patientId": pia.pk,
        "doctorId": dana.pk,
        "locationId": practice.pk,
        "chairId": chair.pk,
        "seatedInId": None,
        "type": "ADJ",
        "minutes": 40,
        "end": clock.iso(monday(9, 40)),
        "status": "booked",
        "confirmed": False,
        "origin": "desk",
        "overbooked": False,
        "overrideReason": "",
        "reason": "Wire pokes",
        "version": 1,
    }


def test_an_offset_means_what_it_says(practice: Location, dana: User, pia: Patient) -> None:
    body = wish(pia, dana, monday(9)) | {"date": (monday(9) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")}
    made = api_of(dana).post(URL, body).json()["appointmentId"]
    assert api_of(dana).get(f"{URL}/{made}").json()["date"] == clock.iso(monday(9))


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"date": "2027-03-01T10:00:00"}, 400, "invalid", "date"),
        ({"date": "2027-02-29T10:00:00Z"}, 400, "invalid", "date"),
        ({"date": "tomorrow"}, 400, "invalid", "date"),
        ({"date": 1772359200}, 400, "invalid", "date"),
        ({"date": None}, 400, "invalid", "date"),
        ({"date": "9999-12-31T23:55:00Z"}, 400, "invalid", "date"),
        ({"date": clock.iso(monday(9, 2))}, 422, "off_grid", "date"),
        ({"date": clock.iso(monday(7))}, 422, "outside_hours", "date"),
        ({"date": clock.iso(monday(17, 45))}, 422, "outside_hours", "date"),
        ({"date": clock.iso(monday(9, weeks=-2))}, 422, "in_the_past", "date"),
        ({"minutes": -5}, 400, "invalid", "minutes"),
        ({"minutes": 0}, 400, "invalid", "minutes"),
        ({"minutes": 12}, 400, "invalid", "minutes"),
        ({"minutes": 485}, 400, "invalid", "minutes"),
        ({"minutes": "30"}, 400, "invalid", "minutes"),
        ({"minutes": True}, 400, "invalid", "minutes"),
        ({"minutes": 10**30}, 400, "invalid", "minutes"),
        ({"minutes": 10}, 422, "pattern_cut", "minutes"),
        ({"type": "NOPE"}, 400, "invalid", "type"),
        ({"type": "A\u00dfC"}, 400, "invalid", "type"),
        ({"type": {"$ne": ""}}, 400, "invalid", "type"),
        ({"patientId": new_id()}, 404, "not_found", "patientId"),
        ({"patientId": "nobody"}, 404, "not_found", "patientId"),
        ({"patientId": {"$ne": ""}}, 400, "invalid", "patientId"),
        ({"doctorId": new_id()}, 404, "not_found", "doctorId"),
        ({"doctorId": "nobody"}, 404, "not_found", "doctorId"),
        ({"chairId": new_id()}, 404, "not_found", "chairId"),
        ({"overbook": True}, 422, "reason_required", "overrideReason"),
        ({"overbook": "true"}, 400, "invalid", "overbook"),
        ({"reason": "x" * 501}, 400, "invalid", "reason"),
    ],
)
def test_a_booking_that_is_refused(
    change: dict[str, Any], status: int, code: str, field: str, practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    answer = api_of(rita).post(URL, wish(pia, dana, monday(9)) | change)
    assert (answer.status_code, answer.json()["code"], field_of(answer)) == (status, code, {field})
    assert not Appointment.objects.exists()
    assert not Claim.objects.exists()


def test_nothing_is_said_about_foreign_patients(
    practice: Location, dana: User, pia: Patient, make_patient: Any
) -> None:
    bodies = {
        api_of(pia.user).post(URL, wish(pia, dana, monday(9)) | {"patientId": pk}).content
        for pk in (make_patient("Foreign").pk, new_id(), "nobody")
    }
    assert len(bodies) == 1


def test_a_colleague_who_is_no_doctor(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    for user in (rita, pia.user):
        answer = api_of(dana).post(URL, wish(pia, user, monday(9)))
        assert (answer.status_code, field_of(answer)) == (404, {"doctorId"})


def test_a_clash_names_the_next_free_times(practice: Location, dana: User, pia: Patient, make_patient: Any) -> None:
    api_of(dana).post(URL, wish(pia, dana, monday(9)))
    answer = api_of(dana).post(URL, wish(make_patient(), dana, monday(9)))
    body = answer.json()
    assert (answer.status_code, body["code"], field_of(answer)) == (409, "slot_taken", {"date"})
    assert [set(slot) for slot in body["nextFree"]] == [{"start", "end", "doctorId", "chairId"}] * 5
    first = body["nextFree"][0]
    again = wish(make_patient(), dana, monday(9)) | {"date": first["start"], "chairId": first["chairId"]}
    assert api_of(dana).post(URL, again).status_code == 201


def test_overbooking_with_a_reason(practice: Location, rita: User, nina: User, dana: User, pia: Patient) -> None:
    book(rita, pia, dana, monday(9))
    over = {"overbook": True, "overrideReason": "Pain"}
    assert api_of(nina).post(URL, wish(pia, dana, monday(9), **over)).status_code == 403
    made = api_of(rita).post(URL, wish(pia, dana, monday(9), **over)).json()["appointmentId"]
    assert api_of(rita).get(f"{URL}/{made}").json()["overbooked"] is True
    event = AuditEvent.objects.get(event="appointment.booked", object_id=made)
    assert event.reason == "Pain"


class TestFamilies:
    """Patients and their parents."""

    def test_own_and_childrens(self, practice: Location, dana: User, gus: User, pia: Patient) -> None:
        made = api_of(gus).post(URL, wish(pia, dana, monday(9), reason="After school"))
        assert made.status_code == 201
        seen = api_of(pia.user).get(f"{URL}/{made.json()['appointmentId']}").json()
        assert seen["origin"] == "online"
        assert not {"reason", "overrideReason", "overbooked"} & set(seen)

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"type": "BOND"}, 422, "type_not_online"),
            ({"date": clock.iso(monday(9, weeks=14))}, 422, "too_far_ahead"),
            ({"overbook": True, "overrideReason": "Please"}, 403, "permission_denied"),
            ({"overrideReason": "Please"}, 403, "permission_denied"),
            ({"minutes": 480}, 403, "permission_denied"),
        ],
    )
    def test_what_they_may_not(
        self, change: dict[str, Any], status: int, code: str, practice: Location, dana: User, pia: Patient
    ) -> None:
        answer = api_of(pia.user).post(URL, wish(pia, dana, monday(9)) | change)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_nothing_in_the_past_not_even_of_today(self, practice: Location, dana: User, pia: Patient) -> None:
        begun = clock.now() - timedelta(minutes=30)
        start = begun.replace(minute=begun.minute // 5 * 5, second=0, microsecond=0)
        answer = api_of(pia.user).post(URL, wish(pia, dana, start))
        assert (answer.status_code, answer.json()["code"]) == (422, "in_the_past")

    def test_others_visits_do_not_exist(
        self, practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
    ) -> None:
        foreign = book(rita, make_patient("Foreign"), dana, monday(9))
        api = api_of(pia.user)
        unknown = api.get(f"{URL}/{new_id()}")
        calls = [
            api.get(f"{URL}/{foreign.pk}"),
            api.patch(f"{URL}/{foreign.pk}", {"date": clock.iso(monday(10))}, headers={"If-Match": "*"}),
            api.delete(f"{URL}/{foreign.pk}"),
        ]
        assert [call.status_code for call in calls] == [404] * 3
        assert {call.content for call in calls} == {unknown.content}

    def test_they_move_and_cancel_until_a_day_before(
        self, practice: Location, rita: User, dana: User, gus: User, pia: Patient
    ) -> None:
        made = book(rita, pia, dana, monday(9))
        api, url = api_of(gus), f"{URL}/{made.pk}"
        assert api.patch(url, {"date": clock.iso(monday(10))}, headers={"If-Match": "*"}).status_code == 200
        assert api.delete(url).status_code == 204
        made.refresh_from_db()
        assert made.cancelled_by_patient is True
        soon = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=20)
        near = book(rita, pia, dana, soon, override_reason="Test of the notice")
        answer = api.delete(f"{URL}/{near.pk}")
        assert (answer.status_code, answer.json()["code"]) == (422, "notice_too_short")

    def test_they_do_not_move_statuses_or_write_notes(
        self, practice: Location, rita: User, dana: User, gus: User, pia: Patient
    ) -> None:
        made = book(rita, pia, dana, monday(9))
        url = f"{URL}/{made.pk}"
        assert api_of(gus).post(f"{url}/status", {"status": "arrived"}).status_code == 403
        assert api_of(gus).patch(url, {"reason": "Mine"}, headers={"If-Match": "*"}).status_code == 403
        assert api_of(gus).patch(url, {"confirmed": True}, headers={"If-Match": "*"}).json()["confirmed"] is True


class TestChanges:
    """PATCH and DELETE."""

    @pytest.fixture
    def made(self, practice: Location, rita: User, dana: User, pia: Patient) -> Appointment:
        return book(rita, pia, dana, monday(9))

    def test_moving_needs_the_version(self, made: Appointment, rita: User) -> None:
        api, url, body = api_of(rita), f"{URL}/{made.pk}", {"date": clock.iso(monday(10))}
        assert api.patch(url, body).status_code == 428
        tag = api.get(url)["ETag"]
        moved = api.patch(url, body, headers={"If-Match": f"W/{tag}"})
        assert moved.status_code == 200
        assert moved.json()["date"] == clock.iso(monday(10))
        assert moved["ETag"] != tag
        stale = api.patch(url, {"date": clock.iso(monday(11))}, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")
        check_claims()

    def test_all_or_nothing(self, made: Appointment, rita: User, dana: User, make_patient: Any) -> None:
        book(rita, make_patient(), dana, monday(10))
        body = {"reason": "New note", "date": clock.iso(monday(10))}
        answer = api_of(rita).patch(f"{URL}/{made.pk}", body, headers={"If-Match": "*"})
        assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
        assert answer.json()["nextFree"]
        made.refresh_from_db()
        assert (made.reason, made.start, made.version) == ("", monday(9), 1)

    def test_another_doctor_chair_and_length(self, made: Appointment, rita: User, omar: User) -> None:
        chair = Chair.objects.get(name="Chair 3")
        body = {"doctorId": omar.pk, "chairId": chair.pk, "minutes": 60}
        moved = api_of(rita).patch(f"{URL}/{made.pk}", body, headers={"If-Match": "*"}).json()
        assert (moved["doctorId"], moved["chairId"], moved["minutes"]) == (omar.pk, chair.pk, 60)
        assert moved["date"] == clock.iso(monday(9))

    def test_cancelling(self, made: Appointment, rita: User) -> None:
        api, url = api_of(rita), f"{URL}/{made.pk}"
        assert api.delete(url, headers={"If-Match": '"99"'}).status_code == 412
        assert api.delete(url).status_code == 204
        assert not Claim.objects.exists()
        assert api.get(url).json()["status"] == "cancelled"
        again = api.delete(url)
        assert (again.status_code, again.json()["code"], again.json()["status"]) == (
            409,
            "status_conflict",
            "cancelled",
        )

    def test_moving_what_is_over(self, made: Appointment, rita: User) -> None:
        actions.cancel(by=rita, appointment=made)
        body = {"date": clock.iso(monday(10))}
        answer = api_of(rita).patch(f"{URL}/{made.pk}", body, headers={"If-Match": "*"})
        assert (answer.status_code, answer.json()["status"]) == (409, "cancelled")


class TestStatus:
    """POST .../status."""

    @pytest.fixture
    def made(self, practice: Location, rita: User, dana: User, pia: Patient) -> Appointment:
        return book(rita, pia, dana, monday(9))

    def test_steps(self, made: Appointment, nina: User) -> None:
        api, url = api_of(nina), f"{URL}/{made.pk}/status"
        assert api.post(url, {"status": "arrived"}).json()["status"] == "arrived"
        chair = Chair.objects.get(name="Chair 2")
        assert api.post(url, {"status": "seated", "chairId": chair.pk}).json()["seatedInId"] == chair.pk

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({}, 400, "invalid"),
            ({"status": "flying"}, 400, "invalid"),
            ({"status": ["arrived"]}, 400, "invalid"),
            ({"status": "completed"}, 409, "status_conflict"),
            ({"status": "arrived", "expected": "no_show"}, 409, "status_conflict"),
            ({"status": "arrived", "chairId": "x"}, 404, "not_found"),
        ],
    )
    def test_steps_that_are_refused(
        self, body: dict[str, Any], status: int, code: str, made: Appointment, nina: User
    ) -> None:
        answer = api_of(nina).post(f"{URL}/{made.pk}/status", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json().get("status", "booked") == "booked"


class TestIdempotency:
    """The same key, the same answer."""

    def test_a_repeat(self, practice: Location, dana: User, pia: Patient) -> None:
        key = {"Idempotency-Key": "6f1c"}
        answers = [api_of(dana).post(URL, wish(pia, dana, monday(9)), headers=key) for _n in range(3)]
        assert [answer.status_code for answer in answers] == [201] * 3
        assert len({answer.content for answer in answers}) == 1
        assert Appointment.objects.count() == 1

    def test_another_body(self, practice: Location, dana: User, pia: Patient) -> None:
        key = {"Idempotency-Key": "6f1c"}
        api_of(dana).post(URL, wish(pia, dana, monday(9)), headers=key)
        answer = api_of(dana).post(URL, wish(pia, dana, monday(10)), headers=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")

    def test_a_refusal_is_not_kept(self, practice: Location, dana: User, pia: Patient, make_patient: Any) -> None:
        key = {"Idempotency-Key": "6f1c"}
        first = book(dana, make_patient(), dana, monday(9))
        refused = api_of(dana).post(URL, wish(pia, dana, monday(9)), headers=key)
        assert refused.status_code == 409
        assert refused.json()["nextFree"]
        actions.cancel(by=dana, appointment=first)
        assert api_of(dana).post(URL, wish(pia, dana, monday(9)), headers=key).status_code == 201

    def test_keys_are_a_persons_own(self, practice: Location, dana: User, omar: User, pia: Patient) -> None:
        key = {"Idempotency-Key": "6f1c"}
        assert api_of(dana).post(URL, wish(pia, dana, monday(9)), headers=key).status_code == 201
        assert api_of(omar).post(URL, wish(pia, dana, monday(9)), headers=key).status_code == 409
