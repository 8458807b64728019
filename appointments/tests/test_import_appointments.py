"""Visits from another system: the past as it was, overlaps as overbookings, and safe to run twice."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from appointments import actions
from appointments.models import Appointment, Chair, Claim, Location, NextVisit, StatusEvent
from appointments.tests.desk import book, check_claims, monday
from core import clock
from core.models import AuditEvent
from patients import actions as patient_actions
from patients.imports.kinds import kinds
from patients.models import Patient
from patients.tests.bringing import bring, csv, report, tried

pytestmark = pytest.mark.django_db

HEAD = "Appt ID,Patient ID,Date,Time,Minutes,Doctor,Chair,Type,Status,Notes"
PATIENTS = "1,Ames,Ann,01.02.2012,,\n2,Bell,Bob,03.04.2013,,"


@pytest.fixture
def there(ada: User, practice: Location) -> None:
    bring(ada, csv(PATIENTS))


def visits(*rows: str, head: str = HEAD) -> str:
    return csv(*rows, head=head)


def line(number: int, patient: int, start: Any, **more: str) -> str:
    cells = {"minutes": "30", "doctor": "Dana", "chair": "", "type": "CONS", "status": "", "note": ""} | more
    return ",".join([f"A{number}", str(patient), f"{start:%d.%m.%Y}", f"{start:%H:%M}", *cells.values()])


def test_a_visit_of_the_past(there: None, ada: User, dana: User) -> None:
    start = monday(9, weeks=-20)
    done = bring(ada, visits(line(1, 1, start, status="No show", note="Was ill")), kind="appointments")
    visit = Appointment.objects.get()
    assert report(done) == {2: ("create", "")}
    assert (visit.start, visit.minutes, visit.doctor, visit.status) == (start, 30, dana, "no_show")
    assert (visit.patient.family_name, visit.reason, visit.origin) == ("Ames", "Was ill", "import")
    assert not Claim.objects.exists()
    assert StatusEvent.objects.get().to_status == "no_show"
    event = AuditEvent.objects.get(event="appointment.brought_over")
    assert (event.source, event.patient_id) == ("import", visit.patient_id)


def test_past_visits_without_a_status_have_taken_place(there: None, ada: User) -> None:
    bring(ada, visits(line(1, 1, monday(9, weeks=-2)), line(2, 1, monday(9))), kind="appointments")
    assert [visit.status for visit in Appointment.objects.order_by("start")] == ["completed", "booked"]


def test_overlaps_come_in_as_overbookings(there: None, ada: User, rita: User, dana: User) -> None:
    own = book(rita, Patient.objects.get(family_name="Bell"), dana, monday(9), chair=Chair.objects.get(name="Chair 1"))
    rows = [line(number, 1, monday(9), chair="Chair 1", type="BOND") for number in (1, 2, 3)]
    done = bring(ada, visits(*rows), kind="appointments")
    assert {outcome for outcome, _why in report(done).values()} == {"create"}
    brought = Appointment.objects.exclude(pk=own.pk)
    assert [visit.overbooked for visit in brought] == [True, True, True]
    assert {visit.override_reason for visit in brought} == {"Brought over from Old system"}
    assert report(done)[2][1] == "Overbooked: it overlaps another visit."
    check_claims()


def test_a_free_time_is_no_overbooking(there: None, ada: User) -> None:
    bring(ada, visits(line(1, 1, monday(9)), line(2, 2, monday(14))), kind="appointments")
    assert not Appointment.objects.filter(overbooked=True).exists()
    check_claims()


def test_the_same_file_again_changes_nothing(there: None, ada: User) -> None:
    file = visits(line(1, 1, monday(9)), line(2, 2, monday(9, weeks=-3)))
    bring(ada, file, kind="appointments")
    before = (
        sorted(Appointment.objects.values_list("pk", "version")),
        AuditEvent.objects.filter(source="import").count(),
    )
    done = bring(ada, file, kind="appointments")
    assert {outcome for outcome, _why in report(done).values()} == {"same"}
    after = sorted(Appointment.objects.values_list("pk", "version"))
    assert (after, AuditEvent.objects.filter(source="import").count() - 1) == before  # the import's own event


def test_a_visit_that_moved_there_moves_here(there: None, ada: User) -> None:
    bring(ada, visits(line(1, 1, monday(9))), kind="appointments")
    done = bring(ada, visits(line(1, 1, monday(11))), kind="appointments")
    assert report(done)[2][0] == "update"
    assert Appointment.objects.get().start == monday(11)
    check_claims()


def test_a_visit_that_was_moved_here_stays(there: None, ada: User, rita: User) -> None:
    bring(ada, visits(line(1, 1, monday(9))), kind="appointments")
    actions.move(by=rita, appointment=Appointment.objects.get(), start=monday(15))
    done = bring(ada, visits(line(1, 1, monday(11))), kind="appointments")
    assert report(done) == {2: ("kept", "Stays, for it was changed here.")}
    assert Appointment.objects.get().start == monday(15)


def test_called_off_over_there_frees_the_time(there: None, ada: User) -> None:
    bring(ada, visits(line(1, 1, monday(9))), kind="appointments")
    bring(ada, visits(line(1, 1, monday(9), status="cancelled")), kind="appointments")
    assert Appointment.objects.get().status == "cancelled"
    assert not Claim.objects.exists()


FAULTS = [
    ({"doctor": "Who"}, "Doctor: there is no doctor “Who” here."),
    ({"chair": "Throne"}, "Chair: there is no chair “Throne” here."),
    ({"type": "XYZ"}, "Kind of visit: there is no kind of visit “XYZ” here."),
    ({"minutes": "7"}, "Minutes: Give the length in minutes as a multiple of 5, from 5 to 480."),
    ({"minutes": "long"}, "Minutes: “long” is no whole number."),
    ({"status": "maybe"}, "Status: “maybe” is not known here."),
    ({"status": "completed"}, "Status: “Completed”, but the visit is still to come."),
    ({"patient": "99"}, "There is no patient “99” here. Bring the patients over first."),
    ({"time": "25:00"}, "Day, or day and time: “25:00” is no time of the day."),
    ({"time": "09:03"}, "Day, or day and time: Visits start on a multiple of 5 minutes."),
]


def test_faults_are_named(there: None, ada: User) -> None:
    rows = []
    for number, (cells, _sentence) in enumerate(FAULTS):
        told = line(number, 1, monday(9), **{k: v for k, v in cells.items() if k not in {"patient", "time"}}).split(",")
        told[1], told[3] = cells.get("patient", told[1]), cells.get("time", told[3])
        rows.append(",".join(told))
    done = tried(ada, visits(*rows), kind="appointments")
    assert [why for _outcome, why in report(done, done=False).values()] == [sentence for _cells, sentence in FAULTS]


def test_an_hour_that_the_clock_skips(there: None, ada: User, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Zurich"
    told = report(tried(ada, visits("A1,1,30.03.2025,02:30,30,Dana,,CONS,,"), kind="appointments"), done=False)
    assert "02:30 does not exist on that day" in told[2][1]


def test_the_length_there_holds_even_if_it_cuts_the_doctor_short(there: None, ada: User) -> None:
    bring(ada, visits(line(1, 1, monday(9), minutes="5", type="BOND")), kind="appointments")
    assert len(Appointment.objects.get().pattern) == 1


def test_patients_are_found_by_their_chart_number_there(ada: User, practice: Location) -> None:
    bring(ada, csv("7,Ames,K-1", head="ID,Last name,Chart no"))
    head = "Chart no,Start,Doctor"
    bring(ada, csv(f"K-1,{monday(9):%Y-%m-%d %H:%M},dana@test.example", head=head), kind="appointments")
    assert Appointment.objects.get().patient.family_name == "Ames"


def test_a_merged_patient_is_found(there: None, ada: User) -> None:
    ann, bob = (Patient.objects.get(family_name=name) for name in ("Ames", "Bell"))
    patient_actions.merge(by=ada, survivor=bob, other=ann)
    bring(ada, visits(line(1, 1, monday(9))), kind="appointments")
    assert Appointment.objects.get().patient == bob


def test_recalls_come_with_the_patients(ada: User) -> None:
    head = "ID,Last name,Recall date,Recall type,Recall note"
    bring(ada, csv("1,Ames,31.12.2030,CONS,Growth", head=head))
    due = NextVisit.objects.get()
    assert (str(due.due_on), due.type.code, due.note, due.origin) == ("2030-12-31", "CONS", "Growth", "import")
    bring(ada, csv("1,Ames,01.12.2030,CONS,Growth", head=head))
    assert str(NextVisit.objects.get().due_on) == "2030-12-01"


def test_recalls_in_months(ada: User) -> None:
    bring(ada, csv("1,Ames,6", head="ID,Last name,Recall interval"))
    days = NextVisit.objects.get().due_on - clock.today()
    assert timedelta(days=180) <= days <= timedelta(days=185)


def test_the_patient_page_shows_what_is_due(ada: User, client: Any) -> None:
    bring(ada, csv("1,Ames,31.12.2030,Growth", head="ID,Last name,Recall date,Recall note"))
    due = NextVisit.objects.get()
    client.force_login(ada)
    page = client.get(f"/patients/{due.patient_id}/").content.decode()
    assert "31 Dec 2030" in page
    assert "Growth" in page
    client.post(f"/next-visits/{due.pk}/settle/")
    assert "31 Dec 2030" not in client.get(f"/patients/{due.patient_id}/").content.decode().split("Timeline")[0]
    bring(ada, csv("1,Ames,01.01.2031,Growth", head="ID,Last name,Recall date,Recall note"))
    assert NextVisit.objects.get().done_at is not None


def test_kinds_are_offered() -> None:
    assert set(kinds) == {"patients", "photos", "appointments"}
