"""The first page: whom a family sees, and what comes next."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from appointments.models import Location
from appointments.rules import Status
from core import clock
from patients.models import Patient, Relationship
from portal.tests.people import signed_in, visit, words

pytestmark = pytest.mark.django_db


def test_a_father_sees_his_daughter_and_her_next_visit(gus: User, pia: Patient, dana: User) -> None:
    visit(pia, dana, hours=48)
    page = words(signed_in(gus).get(reverse("portal:home")))
    assert "Hello Gus" in page
    assert "Pia Lindholm" in page
    assert "Friday 27 November 2026, 09:00" in page
    assert "in 2 days" in page
    assert "Retainer check, 15 minutes, with Dr. Dana" in page


def test_a_patient_sees_herself(pia: Patient) -> None:
    assert pia.user is not None
    page = words(signed_in(pia.user).get(reverse("portal:home")))
    assert "Hello Pia" in page
    assert "You have no visit booked." in page


def test_nobody_else_is_there(gus: User, make_patient: Any) -> None:
    make_patient("Otto", "Stranger")
    assert "Stranger" not in words(signed_in(gus).get(reverse("portal:home")))


def test_the_own_record_comes_first(gus: User, make_patient: Any) -> None:
    make_patient("Gus", "Zimmer", user=gus)
    page = words(signed_in(gus).get(reverse("portal:home")))
    assert page.index("Gus Zimmer") < page.index("Pia Lindholm")


def test_after_the_relationship_has_ended_there_is_nothing(gus: User, pia: Patient) -> None:
    Relationship.objects.filter(patient=pia).update(ends_on=clock.today())
    page = words(signed_in(gus).get(reverse("portal:home")))
    assert "No record is connected with your sign-in" in page
    assert "Lindholm" not in page.replace("Gus Lindholm", "")


def test_a_relationship_without_the_right_to_see_opens_nothing(gus: User, pia: Patient) -> None:
    Relationship.objects.filter(patient=pia).update(may_sign_in=False)
    assert "Pia" not in words(signed_in(gus).get(reverse("portal:home")))


def test_a_cancelled_visit_is_no_next_visit(gus: User, pia: Patient, dana: User) -> None:
    visit(pia, dana, status=Status.CANCELLED)
    assert "No visit is booked for Pia." in words(signed_in(gus).get(reverse("portal:home")))


def test_a_job_at_the_clinic_opens_no_portal_to_everybody(rita: User, pia: Patient) -> None:
    assert signed_in(rita).get(reverse("portal:home")).status_code == 403


def test_a_member_of_staff_who_is_a_parent_sees_only_the_family(gus: User, make_patient: Any) -> None:
    from django.contrib.auth.models import Group

    gus.groups.add(Group.objects.get(name="receptionist"))
    make_patient("Otto", "Stranger")
    page = words(signed_in(User.objects.get(pk=gus.pk)).get(reverse("portal:home")))
    assert "Pia" in page
    assert "Stranger" not in page


def test_names_are_text_whatever_they_hold(gus: User, pia: Patient, practice: Location) -> None:
    Patient.objects.filter(pk=pia.pk).update(given_name="<script>alert(1)</script>", alerts=["<b>x</b>"])
    practice.change(name='"><img src=x onerror=alert(1)>')
    for address in ("portal:home", "portal:visit-list", "portal:visit-create"):
        body = signed_in(gus).get(reverse(address)).content.decode()
        assert "<script>alert" not in body
        assert "<img src=x" not in body


def test_queries_do_not_grow_with_visits(
    gus: User, pia: Patient, dana: User, django_assert_max_num_queries: Any
) -> None:
    for day in range(1, 12):
        visit(pia, dana, hours=24 * day)
    client = signed_in(gus)
    client.get(reverse("portal:home"))
    with django_assert_max_num_queries(23):
        client.get(reverse("portal:home"))


def test_a_visit_of_weeks_ahead_is_said_in_weeks(gus: User, pia: Patient, dana: User) -> None:
    visit(pia, dana, hours=timedelta(days=35).total_seconds() / 3600)
    assert "in 5 weeks" in words(signed_in(gus).get(reverse("portal:home")))
