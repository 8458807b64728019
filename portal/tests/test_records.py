"""The own record: read all of it, change contact data only."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from core.models import AuditEvent
from patients.models import MedicalEntry, Patient
from portal.tests.people import signed_in, words

pytestmark = pytest.mark.django_db


def contact(patient: Patient, **changes: str) -> dict[str, str]:
    names = ("phone", "phone_alternative", "email", "address", "language", "preferred_name")
    return {"version": str(patient.version), **{name: getattr(patient, name) for name in names}, **changes}


def edit(user: User, patient: Patient, **changes: str) -> Any:
    return signed_in(user).post(reverse("portal:record-edit", args=[patient.pk]), contact(patient, **changes))


def test_contact_treatment_and_medical_history(gus: User, pia: Patient, dana: User) -> None:
    pia.change(phone="+16465550100", care_status="active", care_phase="full", treating_doctor=dana)
    MedicalEntry.objects.create(patient=pia, category="allergy", description="Latex", critical=True)
    page = words(signed_in(gus).get(reverse("portal:record-detail", args=[pia.pk])))
    for text in ("+1 646-555-0100", "Full treatment", "Dr. Dana", "Latex", "Allergy"):
        assert text in page


def test_reading_is_on_record(gus: User, pia: Patient) -> None:
    signed_in(gus).get(reverse("portal:record-detail", args=[pia.pk]))
    assert AuditEvent.objects.filter(event="patient.opened", patient_id=pia.pk, actor_id=gus.pk).count() == 1


@pytest.mark.parametrize("name", ["record-detail", "record-edit"])
def test_other_peoples_records_do_not_exist(name: str, gus: User, make_patient: Any) -> None:
    stranger = make_patient("Otto", "Stranger", phone="+16465550123")
    for pk in (stranger.pk, "0" * 24):
        answer = signed_in(gus).get(reverse(f"portal:{name}", args=[pk]))
        assert answer.status_code == 404
        assert b"Stranger" not in answer.content
    assert signed_in(gus).post(reverse("portal:record-edit", args=[stranger.pk]), {"phone": "1"}).status_code == 404


def test_an_archived_record_is_the_clinics_only(gus: User, pia: Patient) -> None:
    from core import clock

    pia.change(archived_at=clock.now())
    assert signed_in(gus).get(reverse("portal:record-detail", args=[pia.pk])).status_code == 404


def test_a_father_changes_the_phone(gus: User, pia: Patient) -> None:
    assert edit(gus, pia, phone="+1 646 555 0177").status_code == 302
    pia.refresh_from_db()
    assert pia.phone == "+16465550177"


def test_names_and_care_stay_the_clinics(gus: User, pia: Patient) -> None:
    edit(gus, pia, phone="+16465550177", family_name="Hacked", birth_date="1999-01-01", care_status="released")
    pia.refresh_from_db()
    assert (pia.family_name, pia.care_status) == ("Lindholm", "inquiry")


def test_a_wrong_e_mail_comes_back_with_what_was_typed(gus: User, pia: Patient) -> None:
    answer = edit(gus, pia, email="not an address", phone="+16465550177")
    assert answer.status_code == 400
    assert 'value="not an address"' in answer.content.decode()
    assert 'value="+16465550177"' in answer.content.decode()


def test_somebody_else_changed_it_meanwhile(gus: User, pia: Patient) -> None:
    read = contact(pia, phone="+16465550111")
    pia.change(address="Elsewhere 1")
    answer = signed_in(gus).post(reverse("portal:record-edit", args=[pia.pk]), read)
    assert answer.status_code == 412
    pia.refresh_from_db()
    assert pia.phone == ""


def test_script_in_the_address_is_text(gus: User, pia: Patient) -> None:
    edit(gus, pia, address="<script>alert(1)</script>")
    body = signed_in(gus).get(reverse("portal:record-detail", args=[pia.pk])).content.decode()
    assert "<script>alert(1)" not in body
    assert "&lt;script&gt;alert(1)" in body
