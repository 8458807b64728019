"""Patients from another system: what a row makes, what a second run does, and what gives way to what."""

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from core.models import AuditEvent
from patients import actions
from patients.models import Guardian, ImportedRecord, MedicalEntry, Patient, Relationship
from patients.tests.bringing import bring, csv, everything, report, tried

pytestmark = pytest.mark.django_db

ROW = "17,Keller,Zoë,31.12.2012,+41 44 668 18 00,zoe@home.example"
ZOE = {"given_name": "Zoë", "family_name": "Keller", "birth_date": date(2012, 12, 31)}


def test_a_row_makes_a_patient(ada: User) -> None:
    done = bring(ada, csv(ROW))
    patient = Patient.objects.get()
    assert (patient.name, patient.birth_date, patient.phone) == ("Zoë Keller", date(2012, 12, 31), "+41446681800")
    assert report(done) == {2: ("create", "")}
    assert done.counts == {"create": 1}
    event = AuditEvent.objects.get(event="patient.added")
    assert (event.source, event.request_id, event.actor_id) == ("import", done.pk, ada.pk)
    assert AuditEvent.objects.get(event="import.finished").changes == {"source": "Old system", "create": 1}


def test_the_trial_run_says_the_same_and_writes_nothing(ada: User) -> None:
    before = everything()
    done = tried(ada, csv(ROW, "18,,Nobody,,,"))
    assert everything() == before
    assert report(done, done=False) == {2: ("create", ""), 3: ("refused", "Give at least a family name.")}


def test_the_same_file_again_changes_nothing(ada: User) -> None:
    bring(ada, csv(ROW))
    before = everything()
    assert report(bring(ada, csv(ROW))) == {2: ("same", "")}
    assert everything() == before


def test_what_changed_in_the_file_is_changed_here(ada: User) -> None:
    bring(ada, csv(ROW))
    done = bring(ada, csv(ROW.replace("+41 44 668 18 00", "+41 44 668 18 01")))
    assert report(done) == {2: ("update", "Phone")}
    assert Patient.objects.get().phone == "+41446681801"


def test_what_was_changed_here_since_stays(ada: User) -> None:
    bring(ada, csv(ROW))
    patient = Patient.objects.get()
    actions.change(by=ada, patient=patient, fields={"phone": "+41446681899", "school": "Park"})
    changed = ROW.replace("18 00", "18 01").replace("zoe@", "z@")
    done = bring(ada, csv(changed))
    assert report(done) == {2: ("update", "E-mail. Stays, for it was changed here: Phone.")}
    patient.refresh_from_db()
    assert (patient.phone, patient.email, patient.school) == ("+41446681899", "z@home.example", "Park")
    assert report(bring(ada, csv(changed))) == {2: ("kept", "Stays, for it was changed here: Phone.")}


def test_an_empty_cell_changes_nothing(ada: User) -> None:
    bring(ada, csv(ROW))
    bring(ada, csv("17,Keller,Zoë,31.12.2012,,"))
    assert Patient.objects.get().email == "zoe@home.example"


def test_a_patient_who_is_here_already(ada: User) -> None:
    here = actions.add(by=ada, fields=ZOE, chart_number="000123")
    assert report(bring(ada, csv(ROW))) == {2: ("duplicate", "Duplicate of 000123.")}
    assert Patient.objects.get() == here
    done = bring(ada, csv(ROW), duplicates="update")
    assert report(done)[2][0] == "update"
    here.refresh_from_db()
    assert here.email == "zoe@home.example"
    assert report(bring(ada, csv(ROW))) == {2: ("same", "")}


def test_a_duplicate_may_be_brought_over_all_the_same(ada: User) -> None:
    actions.add(by=ada, fields=ZOE)
    bring(ada, csv(ROW), duplicates="create")
    assert Patient.objects.count() == 2


def test_a_hidden_chart_is_not_told_of(ada: User) -> None:
    Patient.objects.filter(pk=actions.add(by=ada, fields=ZOE).pk).update(sensitive=True)
    assert report(bring(ada, csv(ROW)))[2] == ("create", "")


def test_rows_that_repeat_one_another(ada: User) -> None:
    done = bring(ada, csv(ROW, ROW, ROW.replace("17,", "18,")))
    assert report(done) == {
        2: ("create", ""),
        3: ("refused", "The number “17” stands in row 2 too."),
        4: ("duplicate", "Duplicate of row 2."),
    }


def test_without_numbers_name_and_birth_date_tell_rows_apart(ada: User) -> None:
    file = csv("Keller,Zoë,31.12.2012", "Keller,Max,31.12.2012", head="Last name,First name,Date of birth")
    bring(ada, file)
    assert {outcome for outcome, _why in report(bring(ada, file)).values()} == {"same"}
    assert Patient.objects.count() == 2


def test_a_free_chart_number_is_kept(ada: User, make_patient: Any) -> None:
    make_patient("Otto", "Other", chart_number="K-2")
    done = bring(ada, csv("1,Ames,K-1", "2,Bell,K-2", head="ID,Last name,Chart no"))
    assert Patient.objects.get(family_name="Ames").chart_number == "K-1"
    assert Patient.objects.get(family_name="Bell").chart_number == "000001"
    assert "taken" in report(done)[3][1]
    assert ImportedRecord.objects.get(external_id="2").legacy_number == "K-2"


def test_guardians_of_brothers_are_one_person(ada: User) -> None:
    head = "ID,Last name,First name,Guardian,Guardian phone,Guardian relation"
    file = csv("1,Ames,Ann,Mary Ames,+41446681800,mother", "2,Ames,Bob,Mary Ames,+41446681800,mother", head=head)
    bring(ada, file)
    mother = Guardian.objects.get()
    assert (mother.name, mother.phone) == ("Mary Ames", "+41446681800")
    assert {row.kind for row in Relationship.objects.all()} == {"mother"}
    assert Relationship.objects.count() == 2
    assert not Relationship.objects.filter(may_sign_in=True).exists()
    before = everything()
    bring(ada, file)
    assert everything() == before
    done = bring(ada, file.replace("81800", "81801"))
    # The first row changes the mother; by the second one she is as the file has her.
    assert [outcome for outcome, _why in report(done).values()] == ["update", "same"]
    bring(ada, file.replace("81800", "81801") + "3,Ames,Cem,Mary Ames,+41446681801,mother\n")
    assert Guardian.objects.get() == mother
    mother.refresh_from_db()
    assert mother.phone == "+41446681801"


def test_what_was_changed_about_a_guardian_stays(ada: User) -> None:
    head = "ID,Last name,Guardian,Guardian phone"
    bring(ada, csv("1,Ames,Mary Ames,+41446681800", head=head))
    relationship = Relationship.objects.get()
    names = {"given_name": "Mary", "family_name": "Ames"}
    actions.change_family_member(by=ada, relationship=relationship, terms={}, person=names | {"phone": "+41446681899"})
    for _again in range(2):
        done = bring(ada, csv("1,Ames,Mary Ames,+41446681801", head=head))
        assert report(done) == {2: ("kept", "Stays, for it was changed here: First guardian.")}
    assert Guardian.objects.get().phone == "+41446681899"


def test_alerts_for_everybody_and_critical_ones(ada: User) -> None:
    head = "ID,Last name,Alerts,Allergies,Referred by,Doctor,Status"
    row = "1,Ames,Calls at night; Pays cash,Latex,Dr. Smile,,active"
    bring(ada, csv(row, head=head))
    patient = Patient.objects.get()
    assert patient.alerts == ["Calls at night", "Pays cash"]
    assert (patient.referrer, patient.care_status) == ("Dr. Smile", "active")
    entry = MedicalEntry.objects.get()
    assert (entry.description, entry.critical) == ("Latex", True)
    actions.end_medical_entry(by=ada, entry=entry)
    bring(ada, csv(row.replace("Pays cash", "Pays late"), head=head))
    assert MedicalEntry.objects.count() == 1


FAULTS = [
    ("1,Ames,Ann,31.02.2012,,", "Date of birth: “31.02.2012” is no day of the calendar."),
    ("1,Ames,Ann,01.01.2199,,", "The date of birth lies in the future."),
    ("1,Ames,Ann,01.01.1812,,", "The date of birth lies before 1900."),
    ("1,Ames,Ann,,,nobody", "E-mail: Enter a valid email address."),
    (f"1,{'A' * 101},Ann,,,", "Family name: Ensure this value has at most 100 characters (it has 101)."),
    ("1,Ames,Ann,,,,extra", "There are more cells than headings: is a text cut in two?"),
    (f"{'9' * 81},Ames,Ann,,,", "The number in the other system is longer than 80 characters."),
]


@pytest.mark.parametrize(("row", "sentence"), FAULTS, ids=[sentence[:20] for _row, sentence in FAULTS])
def test_a_fault_is_named_and_the_row_stays_out(ada: User, row: str, sentence: str) -> None:
    done = bring(ada, csv(row, "2,Bell,Bob,,,"))
    assert report(done) == {2: ("refused", sentence), 3: ("create", "")}


def test_all_faults_of_a_row_are_named_at_once(ada: User) -> None:
    head = "ID,Last name,Sex,Doctor,Guardian phone,Phase"
    told = report(tried(ada, csv("1,Ames,purple,Dr. Who,123,never", head=head)), done=False)[2][1]
    assert "Sex: “purple” is not known here." in told
    assert "Treating doctor: there is no doctor “Dr. Who” here." in told
    assert "First guardian: there is no family name." in told
    assert "Phase: “never” is not known here." in told


def test_a_formula_is_a_text(ada: User) -> None:
    bring(ada, csv('1,"=HYPERLINK(""http://x"")",Ann,,,'))
    assert Patient.objects.get().family_name == '=HYPERLINK("http://x")'


def test_an_archived_record_is_not_changed(ada: User) -> None:
    bring(ada, csv(ROW))
    patient = Patient.objects.get()
    actions.archive(by=ada, patient=patient, reason="Moved")
    assert report(bring(ada, csv(ROW)))[2][0] == "same"
    done = bring(ada, csv(ROW.replace("18 00", "18 01")))
    assert report(done)[2] == ("refused", f"The record {patient.chart_number} is archived here. Restore it first.")
