"""300 planted faults in thousands of rows (10,000 with LONG=1): each is found and named, and nothing else changes."""

import csv
import io
import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.models import User
from core.models import AuditEvent
from patients import actions
from patients.models import Guardian, ImportedRecord, MedicalEntry, Patient, Relationship, SearchKey
from patients.tests.bringing import bring, report, run, tried

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FAULTS = 300
ROWS = 10_000 if os.environ.get("LONG") else 2_500
HEAD = (
    "Patient ID,Last name,First name,DOB,Sex,Phone,E-mail,Doctor,Status,Treatment start,Est. completion,"
    "Alerts,Guardian,Guardian phone,Guardian e-mail,Relation,Allergies"
).split(",")
GIVEN = "Ana Ben Cem Dua Eva Finn Gül Hugo Ida Jan Kim Lea Max Nia Oli Pia Quy Roy Sam Tia".split()
FAMILY = (
    "Ames Bell Carr Dahl Egli Frei Graf Haas Isler Jung Koch Lang Maag Nagel Ott Pfau Quint Roth Senn Thoma".split()
)
Row = dict[str, str]
Fault = tuple[Callable[[Row], None], str]


def put(**cells: str) -> Callable[[Row], None]:
    """Write these cells of a row; `_` stands for a blank in a heading."""
    return lambda row: row.update({name.replace("_", " "): text for name, text in cells.items()})


KINDS: list[Fault] = [
    (put(Last_name=""), "Give at least a family name."),
    (put(Last_name="N" * 101), "Family name: Ensure this value has at most 100 characters (it has 101)."),
    (put(DOB="31.02.2012"), "Date of birth: “31.02.2012” is no day of the calendar."),
    (put(DOB="soon"), "Date of birth: “soon” is no day of the calendar."),
    (put(DOB="01.01.2199"), "The date of birth lies in the future."),
    (put(DOB="01.01.1812"), "The date of birth lies before 1900."),
    (put(Sex="purple"), "Sex: “purple” is not known here."),
    (put(Phone="1" * 41), "Phone: Ensure this value has at most 40 characters (it has 41)."),
    ((lambda row: row.update({"E-mail": "nobody"})), "E-mail: Enter a valid email address."),
    (put(Doctor="Dr. Who"), "Treating doctor: there is no doctor “Dr. Who” here."),
    (put(Status="perhaps"), "Care status: “perhaps” is not known here."),
    (put(Treatment_start="30.02.2020"), "Treatment started: “30.02.2020” is no day of the calendar."),
    (
        (lambda row: row.update({"Treatment start": "01.05.2024", "Est. completion": "01.04.2024"})),
        "The end lies before",
    ),
    (put(Alerts=";".join("abcdefghijklmnopqrstu")), "At most 20 alerts of at most 200 characters each."),
    (put(Guardian="", Guardian_phone="123"), "First guardian: there is no family name."),
    ((lambda row: row.update({"Guardian e-mail": "at home"})), "First guardian, e-mail: Enter a valid email address."),
    (put(Relation="neighbour"), "First guardian, relation to the patient: “neighbour” is not known here."),
    (put(Patient_ID="9" * 81), "The number in the other system is longer than 80 characters."),
    (put(extra="cut in two"), "There are more cells than headings: is a text cut in two?"),
]


def rows(count: int) -> Iterator[Row]:
    for n in range(count):
        given, family = GIVEN[n % 20] + GIVEN[n // 20 % 20].lower(), FAMILY[n // 400 % 20] + FAMILY[n % 19].lower()
        yield dict.fromkeys(HEAD, "") | {
            "Patient ID": str(n),
            "Last name": family,
            "First name": given,
            "DOB": f"{date(2000, 1, 1) + timedelta(days=n % 6000):%d.%m.%Y}",
            "Sex": "fm"[n % 2],
            "Phone": f"+4144{1000000 + n}",
            "Doctor": "Dana" if n % 3 else "",
            "Guardian": f"Mona {family}" if n % 4 == 0 else "",
            "Guardian phone": f"+4179{1000000 + n // 8}" if n % 4 == 0 else "",
            "Relation": "mother" if n % 4 == 0 else "",
            "Allergies": "Latex" if n % 50 == 0 else "",
        }


def planted(count: int, faults: int) -> tuple[bytes, dict[int, str]]:
    """The file, and what should be said of which row."""
    expected: dict[int, str] = {}
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(HEAD)
    step = count // faults
    for n, row in enumerate(rows(count)):
        if n % step == 3 and len(expected) < faults:
            spoil, sentence = KINDS[len(expected) % len(KINDS)]
            spoil(row)
            if "Patient ID" in row and len(row["Patient ID"]) > 80:
                row["Patient ID"] = f"{n}{row['Patient ID']}"[:81]
            expected[n + 2] = sentence
        writer.writerow(row.values())
    return target.getvalue().encode(), expected


def rows_of_everything() -> dict[str, dict[str, int]]:
    models = (Patient, Guardian, Relationship, MedicalEntry, ImportedRecord)
    return {model.__name__: dict(model.objects.values_list("pk", "version")) for model in models}


def test_three_hundred_faults_in_thousands_of_rows(ada: User, dana: User) -> None:
    # On the servers, where each row is a few round trips, a smaller file.
    count, faults = (ROWS, FAULTS) if connection.vendor == "sqlite" else (1_000, 100)
    content, expected = planted(count, faults)
    assert len(expected) == faults
    here = [actions.add(by=ada, fields={"family_name": f"Here{n}", "given_name": "Xaver"}) for n in range(5)]
    before = rows_of_everything()

    trial = tried(ada, content)
    assert rows_of_everything() == before
    told = {row: why for row, (outcome, why) in report(trial, done=False).items() if outcome == "refused"}
    assert told.keys() == expected.keys()
    assert {row: why for row, why in told.items() if expected[row] not in why} == {}

    done = run(ada, trial)
    assert done.counts == {"create": count - faults, "refused": faults}
    assert {row: why for row, (outcome, why) in report(done).items() if outcome == "refused"} == told
    assert Patient.objects.count() == count - faults + len(here)
    assert {patient.pk: patient.version for patient in here} == before["Patient"]
    assert AuditEvent.objects.filter(event="patient.added", source="import").count() == count - faults
    refused = {str(row - 2) for row in expected}
    assert not ImportedRecord.objects.filter(kind="patients", external_id__in=refused).exists()
    assert MedicalEntry.objects.count() == sum(1 for n in range(0, count, 50) if n + 2 not in expected)

    after, keys = rows_of_everything(), SearchKey.objects.count()
    events = AuditEvent.objects.exclude(event__startswith="import.").count()
    again = bring(ada, content)
    assert again.counts == {"same": count - faults, "refused": faults}
    assert rows_of_everything() == after
    assert SearchKey.objects.count() == keys
    assert AuditEvent.objects.exclude(event__startswith="import.").count() == events
