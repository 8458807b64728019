"""Visits go along when two records become one; two at the same time are refused, and the page says so."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from appointments.models import Appointment, Claim
from appointments.tests.desk import api_of, book, check_claims, kind, monday, refusal, wish
from patients import actions
from patients.models import Consent, MedicalEntry
from patients.tests.test_merge import fresh, merge
from patients.tests.test_merge_pages import form, page, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(make_patient):
    """The record that stays and the one that goes."""
    return make_patient("Pia", "Lindholm", alerts=["Latex"]), make_patient("Pia", "Berg", alerts=["Faints"])


def web(user):
    client = Client()
    client.force_login(user)
    return client


def test_everything_that_hangs_on_it_moves(two, dana, practice):
    stays, goes = two
    past = Appointment.objects.create(
        patient=goes,
        doctor=dana,
        location=practice,
        type=kind("CONS"),
        start=datetime(2020, 1, 6, 9, tzinfo=UTC),
        minutes=5,
        pattern="A",
    )
    visit = book(dana, goes, dana, monday(9))
    book(dana, stays, dana, monday(11))
    actions.add_medical_entry(by=dana, patient=goes, fields={"description": "Asthma"})
    Consent.objects.create(patient=goes, kind="photos", given_by="Gus")
    merge(dana, *fresh(stays, goes))
    assert set(Appointment.objects.filter(patient=stays).values_list("pk", flat=True)) >= {past.pk, visit.pk}
    for model in (Appointment, MedicalEntry, Consent):
        assert not model.objects.filter(patient=goes).exists()
    assert not Claim.objects.filter(resource=f"patient:{goes.pk}").exists()
    check_claims()
    assert MedicalEntry.objects.get().description == "Asthma"


def test_visits_at_the_same_time_are_named(two, dana, omar, practice):
    stays, goes = two
    book(dana, stays, dana, monday(9))
    book(dana, goes, omar, monday(9, 10))
    with refusal("visits_overlap") as caught:
        merge(dana, *fresh(stays, goes))
    assert "09:00 and 09:10" in str(caught.value)
    assert not fresh(goes).is_archived
    check_claims()


def test_a_visit_that_is_over_today_is_no_obstacle(two, dana, omar, practice):
    stays, goes = two
    for patient, doctor in ((stays, dana), (goes, omar)):
        book(dana, patient, doctor, monday(9))
    Appointment.objects.filter(patient=goes).update(status="completed")
    merge(dana, *fresh(stays, goes))
    assert Appointment.objects.filter(patient=stays).count() == 2


def test_booking_under_the_old_id_is_refused(two, dana, practice):
    stays, goes = two
    merge(dana, stays, goes)
    answer = api_of(dana).post("/api/appointments", wish(goes, dana, monday()), format="json")
    assert (answer.status_code, answer.json()["code"], answer.json()["survivorId"]) == (409, "merged", stays.pk)


def test_side_by_side(two, dana, practice):
    stays, goes = two
    book(dana, goes, dana, monday(9))
    Consent.objects.create(patient=goes, kind="photos", given_by="Gus", given_on=date(2020, 1, 1))
    shown = text(web(dana).get(page(stays, goes)))
    assert f'name="family_name" value="{stays.pk}" checked' in shown
    assert f'name="family_name" value="{goes.pk}"' in shown
    assert 'name="alerts" value="both" checked' in shown
    assert 'name="given_name"' not in shown
    assert "Visits: 1" in shown
    assert "Consents: 1" in shown


def test_a_refusal_is_told_on_the_page(two, dana, omar, practice):
    stays, goes = two
    for patient, doctor in ((stays, dana), (goes, omar)):
        book(dana, patient, doctor, monday(9))
    answer = web(dana).post(page(stays, goes), form(stays, goes, reason="Twice"))
    assert answer.status_code == 409
    assert 'data-code="visits_overlap"' in text(answer)
    assert 'value="Twice"' in text(answer)
    assert "09:00 and 09:00" in text(answer)
