"""Ten accept one freed time at once: one has it, nine are told."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from appointments.actions import wait_list
from appointments.models import Appointment, AppointmentType, Location, WaitlistOffer
from appointments.tests.desk import check_claims, kind, monday
from appointments.tests.served import furnish, own_clinic
from appointments.tests.test_race import at_once
from patients.models import Patient

pytestmark = pytest.mark.slow


@pytest.fixture
def clinic(
    tmp_path: Path, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[User, list[User], list[Patient]]]:
    with own_clinic(tmp_path, django_db_blocker):
        yield furnish(patients=10)


def test_one_of_ten_has_it(clinic: tuple[User, list[User], list[Patient]]) -> None:
    rita, doctors, patients = clinic
    AppointmentType.objects.filter(code="ADJ").update(pattern="DDDD")  # the doctor alone
    place: dict[str, Any] = {"start": monday(), "doctor": doctors[0], "location": Location.objects.first()}
    made = [
        wait_list.offer(by=rita, entry=wait_list.wish(by=rita, patient=patient, type=kind("ADJ")), **place)
        for patient in patients
    ]

    def take(pk: str) -> str:
        wait_list.accept(by=rita, offer=WaitlistOffer.objects.select_related("entry").get(pk=pk))
        return "booked"

    outcome = at_once([partial(take, offer.pk) for offer in made])

    assert outcome["booked"] == 1
    assert outcome["offer_gone"] + outcome["slot_taken"] + outcome["not_waiting"] == 9
    assert Appointment.objects.count() == 1
    assert sorted(WaitlistOffer.objects.values_list("state", flat=True)) == ["accepted", *["withdrawn"] * 9]
    check_claims()
