"""The family editor, and invitations to the portal."""

from datetime import date

import pytest
from django.core import mail

from accounts.models import User
from core import clock
from core.models import AuditEvent
from patients.models import Guardian, Patient, Relationship

pytestmark = pytest.mark.django_db

PERSON = {"given_name": "Maja", "family_name": "Lindholm", "phone": "+41 44 668 18 00", "email": "maja@home.example"}
TERMS = {"kind": "mother", "same_household": "on", "may_consent": "on", "may_sign_in": "on"}


@pytest.fixture
def child(make_patient):
    return make_patient("Tim", "Lindholm", birth_date=date(clock.today().year - 10, 1, 1))


def new(child):
    return f"/patients/{child.pk}/family/new/"


@pytest.fixture
def mother(web, rita, child):
    web(rita).post(new(child), PERSON | TERMS)
    return Relationship.objects.get(patient=child)


def one(relationship, verb=""):
    return f"/patients/{relationship.patient_id}/family/{relationship.pk}/{verb}"


def test_a_new_person(mother, child):
    assert (mother.guardian.name, mother.guardian.phone) == ("Maja Lindholm", "+41446681800")
    assert mother.review_on == date(child.birth_date.year + 18, 1, 1)
    assert not mother.pays
    events = set(AuditEvent.objects.filter(patient_id=child.pk).values_list("event", flat=True))
    assert {"guardian.added", "relationship.added"} <= events


def test_a_person_known_already(web, rita, mother, make_patient):
    pia = make_patient("Pia", "Lindholm")
    page = web(rita).get(new(pia)).content.decode()
    assert "Maja Lindholm" in page
    web(rita).post(new(pia), TERMS | {"guardian": mother.guardian_id})
    assert Relationship.objects.get(patient=pia).guardian_id == mother.guardian_id
    assert Guardian.objects.count() == 1


def test_somebody_of_another_name_is_not_offered(web, rita, child):
    stranger = Guardian.objects.create(given_name="Zoe", family_name="Stranger")
    response = web(rita).post(new(child), TERMS | {"guardian": stranger.pk})
    assert response.status_code == 400
    assert not Relationship.objects.exists()


def test_bad_input_keeps_what_was_typed(web, rita, child):
    response = web(rita).post(new(child), PERSON | TERMS | {"email": "maja@", "kind": "witch"})
    assert response.status_code == 400
    assert "Maja" in response.content.decode()
    assert not Guardian.objects.exists()


def test_changed(web, rita, mother):
    web(rita).post(one(mother), PERSON | TERMS | {"phone": "", "pays": "on", "version": "1"})
    mother.refresh_from_db()
    assert mother.pays
    assert mother.guardian.phone == ""
    stale = web(rita).post(one(mother), PERSON | TERMS | {"version": "1"})
    assert stale.status_code == 412


def test_ended_and_taken_up_again(web, rita, mother, child):
    web(rita).post(one(mother, "end/"))
    mother.refresh_from_db()
    assert mother.ends_on == clock.today()
    assert not mother.is_running
    web(rita).post(new(child), TERMS | {"guardian": mother.guardian_id})
    mother.refresh_from_db()
    assert mother.is_running


def test_the_same_person_twice(web, rita, mother, child):
    from core.errors import Refused
    from patients import actions

    with pytest.raises(Refused) as refusal:
        actions.add_guardian(by=rita, patient=child, guardian=mother.guardian, terms={"kind": "mother"})
    assert refusal.value.code == "already_related"


def test_a_relationship_of_another_patient_is_not_there(web, rita, mother, make_patient):
    other = make_patient()
    assert web(rita).get(f"/patients/{other.pk}/family/{mother.pk}/").status_code == 404


def test_a_guardian_is_invited(web, rita, mother, child, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        web(rita).post(one(mother, "invite/"))
    mother.guardian.refresh_from_db()
    user = mother.guardian.user
    assert (user.email, user.role) == ("maja@home.example", "patient")
    assert [message.to for message in mail.outbox] == [["maja@home.example"]]
    assert list(Patient.objects.visible_to(user)) == [child]
    assert AuditEvent.objects.get(event="patient.portal_invited").patient_id == child.pk


def test_never_by_an_email_that_fits(web, rita, mother, make_user):
    make_user("Somebody Else", "patient", email="MAJA@home.example")
    response = web(rita).post(one(mother, "invite/"))
    assert response.status_code == 409
    mother.guardian.refresh_from_db()
    assert mother.guardian.user is None


@pytest.mark.parametrize("change", [{"may_sign_in": False}, {"ends_on": date(2020, 1, 1)}])
def test_only_who_may_see_the_record_is_invited(change, web, rita, mother):
    mother.change(**change)
    assert web(rita).post(one(mother, "invite/")).status_code == 422
    assert not User.objects.filter(email="maja@home.example").exists()


def test_a_patient_is_invited_once(web, rita, make_patient):
    adult = make_patient("Ann", "Adult", email="ann@home.example")
    assert web(rita).post(f"/patients/{adult.pk}/invite/").status_code == 302
    adult.refresh_from_db()
    assert adult.user.email == "ann@home.example"
    assert web(rita).post(f"/patients/{adult.pk}/invite/").status_code == 422


def test_without_an_email_nobody_is_invited(web, rita, make_patient):
    assert web(rita).post(f"/patients/{make_patient().pk}/invite/").status_code == 422


def test_of_age(web, rita, mother):
    mother.change(review_on=clock.today())
    page = web(rita).get(f"/patients/{mother.patient_id}/").content.decode()
    assert "is of age" in page


def test_registering_makes_an_own_record(make_patient):
    from accounts.actions import registration

    make_patient("John", "Doe", email="john@example.com")
    user = registration.register(by=None, name="John Doe", email="john@example.com", password_hash="!")
    own = Patient.objects.get(user=user)
    assert (own.name, own.email, own.self_registered) == ("John Doe", "john@example.com", True)
    assert Patient.objects.count() == 2
    assert list(Patient.objects.visible_to(user)) == [own]
    assert AuditEvent.objects.filter(event="patient.self_registered", patient_id=own.pk).exists()
