"""While two records become one, others book and write: nothing is left on the record that is put away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appointments.models import Appointment
from appointments.tests.desk import book, check_claims, monday
from appointments.tests.served import furnish, own_clinic
from appointments.tests.test_race import at_once
from patients import actions
from patients.models import MedicalEntry, MergeRecord, Patient

pytestmark = pytest.mark.slow

ROUNDS = 6


@pytest.fixture
def clinic(tmp_path: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    with own_clinic(tmp_path, django_db_blocker):
        yield furnish(patients=2 * ROUNDS)


def test_nothing_is_left_behind(clinic: Any) -> None:
    _rita, doctors, patients = clinic
    doctor = doctors[0]
    pairs = list(zip(patients[::2], patients[1::2], strict=True))
    for number, (stays, goes) in enumerate(pairs):
        fresh = {pk: Patient.objects.get(pk=pk) for pk in (stays.pk, goes.pk)}
        start = monday(9, weeks=number + 1)

        def merge(one: str, other: str, seen: dict[str, Patient] = fresh) -> str:
            actions.merge(by=doctor, survivor=seen[one], other=seen[other])
            return "merged"

        def visit(patient: Patient = goes, when: Any = start) -> str:
            book(doctor, Patient.objects.get(pk=patient.pk), doctor, when)
            return "booked"

        def entry(patient: Patient = goes) -> str:
            actions.add_medical_entry(by=doctor, patient=patient, fields={"description": "Asthma"})
            return "written"

        works = [lambda: merge(stays.pk, goes.pk), lambda: merge(goes.pk, stays.pk), visit, entry]  # noqa: B023
        done = at_once(works)
        assert done["merged"] == 1, done
        assert set(done) <= {"merged", "booked", "written", "stale", "archived", "patient_archived", "not_found"}, done
    gone = list(MergeRecord.objects.values_list("other_id", flat=True))
    assert len(gone) == ROUNDS
    for model in (Appointment, MedicalEntry):
        assert not model.objects.filter(patient_id__in=gone).exists()
    check_claims()
