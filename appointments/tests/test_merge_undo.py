"""Taking a merge back: everything as it was, what came later stays, and what stands in the way is named."""

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.serializers import serialize

from appointments.actions import cancel
from appointments.models import Appointment, Claim
from appointments.tests.desk import book, check_claims, monday, refusal
from core import clock
from core.errors import NotPermitted
from core.models import AuditEvent
from patients import actions
from patients.models import (
    Consent,
    ContactPreference,
    Guardian,
    MedicalEntry,
    MergeRecord,
    Patient,
    Relationship,
    SearchKey,
)
from patients.models.grants import granted_user_ids

pytestmark = pytest.mark.django_db

# What any write changes, and what is told to nobody.
UNTOLD = {"version", "updated_at", "booked_at"}


def merge(by, stays, goes, **more):
    return actions.merge(by=by, survivor=fresh(stays), other=fresh(goes), **more)


def undo(by, record):
    return actions.undo_merge(by=by, record=MergeRecord.objects.get(pk=record.pk))


def fresh(patient):
    return Patient.objects.get(pk=patient.pk)


def picture():
    """Every row that a merge may touch, without what any write changes."""
    models = (Patient, MedicalEntry, Relationship, Consent, ContactPreference, Appointment)
    rows = [row for model in models for row in json.loads(serialize("json", model.objects.order_by("pk")))]
    told = [(row["pk"], {name: row["fields"][name] for name in row["fields"].keys() - UNTOLD}) for row in rows]
    texts = sorted((entry.pk, entry.description) for entry in MedicalEntry.objects.all())
    claims = sorted(Claim.objects.values_list("resource", "cell", "lane", "appointment_id"))
    keys = sorted(SearchKey.objects.values_list("patient_id", "kind", "token"))
    return [(pk, {**fields, "description": None}) for pk, fields in told], texts, claims, keys


@pytest.fixture
def two(pia, make_user, make_patient, dana, omar, practice):
    """Two full records with sign-ins, visits, history, family and photos on both sides."""
    other_user = make_user("Pia", "patient", email="new@test.example", last_login=clock.now())
    goes = make_patient("Pia", "Lindholm-Berg", user=other_user, alerts=["Faints"], self_registered=True)
    guardian = Guardian.objects.create(given_name="Gus", family_name="Lindholm")
    for hour, patient in ((9, pia), (11, goes)):
        book(dana, patient, dana, monday(hour))
        book(dana, patient, omar, monday(hour + 3))
        for text in ("Latex", f"Since {hour}"):
            actions.add_medical_entry(by=dana, patient=patient, fields={"description": text})
        Consent.objects.create(patient=patient, kind="photos", given_by="Gus")
        ContactPreference.objects.create(patient=patient, channel="sms", allowed=hour == 9)
        terms = {"kind": "father", "restrictions": f"Not before {hour}"}
        Relationship.objects.create(guardian=guardian, patient=patient, **terms)
        fresh(patient).change(photo=default_storage.save("photos/one.jpg", ContentFile(str(hour).encode())))
        SearchKey.objects.write(fresh(patient))
    return fresh(pia), fresh(goes)


CHOICES = {"family_name": "other", "photo": "other", "user": "other", "alerts": "both"}


@pytest.mark.parametrize("choices", [{}, CHOICES])
def test_everything_is_as_it_was(two, dana, choices):
    stays, goes = two
    before = picture()
    record = merge(dana, stays, goes, choices=choices)
    assert picture() != before
    assert Appointment.objects.filter(patient=stays).count() == 4
    check_claims()
    undo(dana, record)
    assert picture() == before
    check_claims()
    for patient in two:
        with default_storage.open(fresh(patient).photo) as file:
            assert file.read() == (b"9" if patient == stays else b"11")


def test_what_came_later_stays_with_the_survivor(two, dana):
    stays, goes = two
    record = merge(dana, stays, goes)
    visit = book(dana, fresh(stays), dana, monday(16))
    entry = actions.add_medical_entry(by=dana, patient=fresh(stays), fields={"description": "Asthma"})
    actions.change(by=dana, patient=fresh(stays), fields={"school": "North"})
    undo(dana, record)
    assert fresh(stays).school == "North"
    assert {visit, entry} <= {*fresh(stays).appointments.all(), *fresh(stays).medical_entries.all()}
    check_claims()


def _field(dana, stays, goes):
    actions.change(by=dana, patient=fresh(stays), fields={"alerts": ["None"]})


def _visit(dana, stays, goes):
    cancel(by=dana, appointment=Appointment.objects.filter(patient=stays, start=monday(11)).get())


def _entry(dana, stays, goes):
    entry = next(row for row in MedicalEntry.objects.all() if row.description == "Since 11")
    actions.change_medical_entry(by=dana, entry=entry, fields={"critical": True})


def _family(dana, stays, goes):
    row = Relationship.objects.filter(patient=stays, restrictions__contains=";").get()
    actions.end_relationship(by=dana, relationship=row)


def _sign_in(dana, stays, goes):
    fresh(stays).change(user=None)


def _archived(dana, stays, goes):
    Appointment.objects.all().update(status="cancelled")
    actions.archive(by=dana, patient=fresh(stays), reason="Moved away")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_field, "alerts has changed"),
        (_visit, "the visit of"),
        (_entry, "a medical entry"),
        (_family, "somebody in the family"),
        (_sign_in, "own sign-in"),
        (_archived, "archived since"),
    ],
)
def test_what_stands_in_the_way_is_named(two, dana, change, named):
    stays, goes = two
    record = merge(dana, stays, goes)
    change(dana, stays, goes)
    before = picture()
    with refusal("cannot_undo") as caught:
        undo(dana, record)
    assert named in str(caught.value)
    assert picture() == before


def test_chains_lead_to_the_last_and_come_apart_from_the_end(make_patient, dana):
    first, second, third = (make_patient("Pia", name) for name in "ABC")
    one = merge(dana, first, second)
    two = merge(dana, third, first)
    assert MergeRecord.objects.survivor_of(second.pk) == third.pk
    assert set(MergeRecord.objects.chart_numbers_of(third.pk)) == {first.chart_number, second.chart_number}
    with refusal("cannot_undo") as caught:
        undo(dana, one)
    assert "later merge" in str(caught.value)
    undo(dana, two)
    undo(dana, one)
    assert MergeRecord.objects.survivor_of(second.pk) is None
    assert Patient.objects.visible_to(dana).current().count() == 3
    with refusal("cannot_undo"):
        undo(dana, one)


def test_two_into_one_come_apart_in_order_too(make_patient, dana):
    stays, first, second = (make_patient("Pia", name) for name in "ABC")
    one, two = (merge(dana, stays, goes) for goes in (first, second))
    with refusal("cannot_undo"):
        undo(dana, one)
    undo(dana, two)
    undo(dana, one)


def test_an_archived_one_is_archived_again(make_patient, dana):
    stays, goes = make_patient("Pia", "A"), make_patient("Pia", "B")
    actions.archive(by=dana, patient=goes, reason="Moved away")
    undo(dana, merge(dana, stays, goes))
    assert fresh(goes).archive_reason == "Moved away"


def test_access_is_given_back(make_patient, ada, dana, omar):
    stays, goes = make_patient("Pia", "A"), make_patient("Pia", "B")
    for patient, people in ((stays, [dana, ada, omar]), (goes, [dana, ada])):
        actions.set_sensitive(by=ada, patient=patient, sensitive=True)
        for user in people:
            actions.grant_access(by=ada, patient=patient, user=user)
    record = merge(dana, stays, goes)
    assert set(granted_user_ids(stays)) == {dana.pk, ada.pk}
    undo(dana, record)
    assert set(granted_user_ids(stays)) == {dana.pk, ada.pk, omar.pk}


def test_who_may_and_who_is_told(two, dana, rita):
    stays, goes = two
    record = merge(dana, stays, goes, reason="Typed twice")
    with pytest.raises(NotPermitted):
        undo(rita, record)
    undo(dana, record)
    told = AuditEvent.objects.filter(event="patient.merge_undone").values_list("patient_id", flat=True)
    assert set(told) == {stays.pk, goes.pk}
