"""Two records of one person become one: what stays, what moves, who may, and what is refused."""

from datetime import date

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models

from core import clock
from core.errors import NotFound, NotPermitted, Refused, Stale
from core.models import AuditEvent
from patients import actions, moving, panels
from patients.models import (
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


@pytest.fixture
def two(make_patient):
    """The record that stays and the one that goes."""
    stays = make_patient("Pia", "Lindholm", phone="+41446681800", alerts=["Latex"])
    goes = make_patient("Pia", "Lindholm-Berg", email="pia@lindholm.example", alerts=["Faints"])
    return stays, goes


def merge(by, stays, goes, **more):
    return actions.merge(by=by, survivor=stays, other=goes, **more)


def refusal(code):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def fresh(*patients):
    found = [Patient.objects.get(pk=patient.pk) for patient in patients]
    return found if len(found) > 1 else found[0]


def test_a_value_of_its_own_stays_and_a_blank_one_is_filled(two, dana):
    stays, goes = two
    merge(dana, stays, goes)
    one = fresh(stays)
    assert (one.family_name, one.phone, one.email) == ("Lindholm", "+41446681800", "pia@lindholm.example")
    assert one.alerts == ["Latex", "Faints"]


def test_every_field_can_be_chosen(two, dana):
    stays, goes = two
    merge(dana, stays, goes, choices={"family_name": "other", "phone": "other", "alerts": "other"})
    one = fresh(stays)
    assert (one.family_name, one.phone, one.alerts, one.sort_key) == (
        "Lindholm-Berg",
        "",
        ["Faints"],
        "lindholm-berg\tpia",
    )


@pytest.mark.parametrize("choices", [{"given_name": "both"}, {"nonsense": "other"}, {"phone": "mine"}])
def test_a_choice_that_there_is_not(two, dana, choices):
    with refusal("invalid"):
        merge(dana, *two, choices=choices)


def test_what_both_have_is_not_doubled_and_not_lost(two, dana):
    stays, goes = two
    guardian = Guardian.objects.create(given_name="Gus", family_name="Lindholm")
    for patient, restriction in ((stays, "No phone calls"), (goes, "Not at school")):
        MedicalEntry.objects.create(patient=patient, description="Latex", category="allergy")
        ContactPreference.objects.create(patient=patient, channel="sms", allowed=patient == stays)
        Relationship.objects.create(
            guardian=guardian, patient=patient, kind="father", restrictions=restriction, may_sign_in=patient == goes
        )
    MedicalEntry.objects.create(patient=goes, description="Latex", category="allergy", critical=True)
    merge(dana, stays, goes)
    assert sorted(stays.medical_entries.values_list("critical", flat=True)) == [False, True]
    assert ContactPreference.objects.get(patient=stays).allowed
    family = Relationship.objects.get(patient=stays)
    assert (family.may_sign_in, family.restrictions) == (False, "No phone calls; Not at school")
    assert goes.medical_entries.count() == goes.contact_preferences.count() == goes.relationships.count() == 1


def test_the_only_sign_in_goes_along(pia, make_patient, dana):
    stays, user = make_patient("Pia", "L"), pia.user
    merge(dana, stays, pia, choices={"user": "survivor"})
    assert fresh(stays).user == user
    assert user.session_epoch == type(user).objects.get(pk=user.pk).session_epoch
    assert list(Patient.objects.own_of(user)) == [stays]


@pytest.mark.parametrize(("choice", "wins"), [(None, "other"), ("survivor", "survivor")])
def test_of_two_sign_ins_one_stays(pia, make_user, make_patient, dana, choice, wins):
    newer = make_user("Pia", "patient", email="new@test.example", last_login=clock.now())
    goes = make_patient("Pia", "L", user=newer)
    users = {"survivor": pia.user, "other": newer}
    merge(dana, pia, goes, choices={"user": choice} if choice else {})
    lost = next(user for who, user in users.items() if who != wins)
    assert fresh(pia).user == users[wins]
    assert not Patient.objects.visible_to(lost).exists()
    assert type(lost).objects.get(pk=lost.pk).session_epoch == 1
    assert AuditEvent.objects.filter(event="patient.sign_in_unlinked", patient_id=pia.pk).count() == 1


def test_the_photo_that_is_not_chosen_is_kept(two, dana):
    stays, goes = two
    for patient in two:
        patient.change(photo=default_storage.save("photos/a.jpg", ContentFile(patient.pk.encode())))
    merge(dana, stays, goes, choices={"photo": "other"})
    one, gone = fresh(stays, goes)
    for record, was in ((one, goes), (gone, stays)):
        with default_storage.open(record.photo) as file:
            assert file.read() == was.pk.encode()


def test_somebody_changed_one_of_them_meanwhile(two, dana):
    stays, goes = two
    for versions in ({"survivor_version": 9}, {"other_version": 9}):
        with pytest.raises(Stale):
            merge(dana, stays, goes, **versions)
    Patient.objects.get(pk=goes.pk).change(school="North")
    with pytest.raises(Stale):
        merge(dana, stays, goes)
    assert not MergeRecord.objects.exists()


def test_who_may(two, dana, rita, nina, gus, ada):
    stays, goes = two
    for who in (rita, nina, gus):
        with pytest.raises(NotPermitted):
            merge(who, stays, goes)
    merge(ada, stays, goes)


def test_who_may_not_see_one_of_them_cannot(two, dana, ada):
    stays, goes = two
    goes.change(sensitive=True)
    with pytest.raises(NotFound):
        merge(dana, stays, goes)
    with pytest.raises(NotFound):
        merge(dana, goes, stays)


def test_a_sensitive_one_makes_the_whole_sensitive(two, dana, ada, omar):
    stays, goes = two
    actions.set_sensitive(by=ada, patient=goes, sensitive=True)
    actions.grant_access(by=ada, patient=goes, user=dana)
    merge(dana, stays, fresh(goes))
    assert fresh(stays).sensitive
    assert granted_user_ids(stays) == [dana.pk]
    assert not Patient.objects.visible_to(omar).filter(pk=stays.pk).exists()


def test_not_with_itself_nor_into_an_archived_one(two, dana):
    stays, goes = two
    with refusal("same_record"):
        merge(dana, stays, fresh(stays))
    actions.archive(by=dana, patient=stays, reason="Moved away")
    with refusal("archived"):
        merge(dana, stays, goes)
    merge(dana, goes, fresh(stays))


def test_nobody_writes_beside_a_record_that_has_just_gone(two, dana):
    stays, goes = two
    seen_before = fresh(goes)
    person = {"family_name": "Lindholm"}
    merge(dana, stays, goes)
    for act in (
        lambda: actions.add_medical_entry(by=dana, patient=seen_before, fields={"description": "Asthma"}),
        lambda: actions.give_consent(
            by=dana, patient=seen_before, kind="photos", given_by="Gus", given_on=date(2020, 1, 1)
        ),
        lambda: actions.set_contact_preferences(by=dana, patient=seen_before, allowed={"sms": True}),
        lambda: actions.add_guardian(by=dana, patient=seen_before, terms={"kind": "father"}, person=person),
    ):
        with refusal("archived"):
            act()
    with refusal("merged"):
        actions.restore(by=dana, patient=fresh(goes))


def test_the_audit_tells_both_records(two, dana):
    stays, goes = two
    record = merge(dana, stays, goes, reason="Typed twice")
    rows = AuditEvent.objects.filter(event="patient.merged")
    assert {(row.patient_id, row.object_id, row.reason) for row in rows} == {
        (stays.pk, record.pk, "Typed twice"),
        (goes.pk, record.pk, "Typed twice"),
    }
    assert rows.get(patient_id=stays.pk).changes["email"] == ["", "pia@lindholm.example"]


def test_the_snapshot_is_encrypted(two, dana, settings):
    from django.db import connection

    record = merge(dana, *two)
    table = MergeRecord._meta.db_table
    if connection.vendor == "mongodb":
        raw = str(connection.get_collection(table).find_one({"_id": record.pk}))
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT snapshot FROM {table}")
            raw = str(cursor.fetchone())
    assert "lindholm" not in raw.lower()
    assert "lindholm" in MergeRecord.objects.get().snapshot


def test_it_is_in_no_list_and_found_by_its_number(two, dana):
    stays, goes = two
    SearchKey.objects.write(goes)
    merge(dana, stays, goes)
    assert not SearchKey.objects.filter(patient=goes).exists()
    assert list(Patient.objects.visible_to(dana)) == [stays]
    assert MergeRecord.objects.chart_numbers_of(stays.pk) == [goes.chart_number]


def patient_models():
    """Labels of every model that points to a patient."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            points = isinstance(field, models.ForeignKey | models.ManyToManyField) and field.related_model is Patient
            if points or (isinstance(field, models.Field) and field.name in {"patient_id", "patient"}):
                yield model._meta.label


def test_every_model_that_points_to_a_patient_moves_or_says_why_not():
    moved = {label for mover in moving.all_movers().values() for label in mover.models}
    said = moved | {*moving.STAYS, *panels.stays_when_merged}
    assert set(patient_models()) - said == set()
