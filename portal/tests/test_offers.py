"""A family answers what the clinic offers from its wait list."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from appointments.actions import wait_list
from appointments.models import Appointment, Location, WaitlistOffer
from appointments.tests.desk import kind, monday
from core import clock
from patients.models import Patient
from portal.tests.people import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(rita: User, dana: User, pia: Patient, practice: Location) -> WaitlistOffer:
    entry = wait_list.wish(by=rita, patient=pia, type=kind("BOND"))  # no kind that is booked online
    return wait_list.offer(by=rita, entry=entry, start=monday(), doctor=dana, location=practice)


def test_a_father_says_yes(gus: User, offer: WaitlistOffer) -> None:
    browser = signed_in(gus)
    assert "The clinic offers you a time" in words(browser.get(reverse("portal:home")))

    answer = browser.post(reverse("portal:offer-answer", args=[offer.pk]), {"step": "accept"}, follow=True)

    assert "Booked:" in words(answer)
    assert (Appointment.objects.get().start, Appointment.objects.get().history.get().by) == (monday(), gus)
    assert "The clinic offers" not in words(browser.get(reverse("portal:home")))


def test_or_no(gus: User, offer: WaitlistOffer) -> None:
    signed_in(gus).post(reverse("portal:offer-answer", args=[offer.pk]), {"step": "decline"})
    assert (WaitlistOffer.objects.get().state, Appointment.objects.count()) == ("declined", 0)


def test_too_late_is_told(gus: User, offer: WaitlistOffer) -> None:
    WaitlistOffer.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    answer = signed_in(gus).post(reverse("portal:offer-answer", args=[offer.pk]), {"step": "accept"}, follow=True)
    assert "This offer has run out." in words(answer)
    assert Appointment.objects.count() == 0


def test_a_strangers_offer_is_none(offer: WaitlistOffer, make_user: type, gus: User) -> None:
    other = signed_in(make_user("Stranger", "patient"))
    assert other.post(reverse("portal:offer-answer", args=[offer.pk]), {"step": "accept"}).status_code == 404
    assert "Nothing is offered" in words(other.get(reverse("portal:offer-list")))
    assert signed_in(gus).get(reverse("portal:offer-answer", args=[offer.pk])).status_code == 405
