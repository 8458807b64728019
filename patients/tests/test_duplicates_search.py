"""The nightly search: what comes onto the list, what never does, and how it goes on where it stopped."""

from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from core import clock
from core.models import AuditEvent
from patients import actions, pairing
from patients.models import DuplicatePair, SearchKey
from patients.models.duplicates import Decision
from patients.tasks import find_duplicates

pytestmark = pytest.mark.django_db

PHONE = "+41446681800"
BORN = date(2012, 2, 29)


@pytest.fixture
def known(make_patient):
    """A patient with search keys, last changed an hour ago."""

    def make(given, family, **fields):
        fields.setdefault("updated_at", clock.now() - timedelta(hours=1))
        patient = make_patient(given, family, **({"birth_date": BORN} | fields))
        SearchKey.objects.write(patient)
        return patient

    return make


@pytest.fixture
def pair(known):
    """Two records of Jane Doe, found."""
    known("Jane", "Doe")
    known("Jayne", "Doe")
    pairing.search()
    return DuplicatePair.objects.get()


def later(minutes=10):
    return time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False)


def test_only_those_who_may_be_one_person(known):
    one, other = known("Robert", "Doe", phone=PHONE), known("Bob", "Doe", phone=PHONE)
    known("Mia", "Doe", phone=PHONE)  # a twin
    known("Ida", "Doe", phone=PHONE, birth_date=date(2015, 1, 5))  # a sister
    known("Bob", "Doe", phone=PHONE, birth_date=date(1980, 7, 7))  # a father
    known("Leo", "Cruz")
    find_duplicates()
    found = DuplicatePair.objects.get()
    assert {found.one_id, found.other_id} == {one.pk, other.pk}
    assert found.one_id < found.other_id
    assert (found.reasons, found.is_strong) == (["similarName", "birthDate", "phone"], True)
    assert AuditEvent.objects.get(event="duplicate.searched").changes == {"looked": 6, "found": 1}


def test_again_changes_nothing(pair):
    pairing.start_over()
    done = pairing.search()
    assert (done.looked, done.found, DuplicatePair.objects.get().pk) == (2, 0, pair.pk)
    assert pairing.search().looked == 0


def test_it_goes_on_where_it_stopped(known, monkeypatch):
    monkeypatch.setattr(pairing, "CHUNK", 2)
    same = clock.now() - timedelta(hours=2)  # of one instant: the id breaks the tie
    for number in range(7):
        known("Jane", f"Doe{'abcdefg'[number]}xy", updated_at=same, birth_date=date(2000 + number, 1, 1))
    looked = []
    while (done := pairing.search(most=3)).looked:
        looked.append(done.looked)
    assert looked == [3, 3, 1]
    assert done.finished


def test_a_change_of_this_moment_waits_for_the_next_search(known):
    known("Jane", "Doe", updated_at=clock.now())
    assert pairing.search().looked == 0
    with later():
        assert pairing.search().looked == 1


def test_a_dismissed_pair_stays_away_until_a_record_says_something_else(pair, rita):
    actions.dismiss_duplicate(by=rita, pair=pair)
    pairing.start_over()
    with later():
        pairing.search()
    pair.refresh_from_db()
    assert pair.decision == Decision.DIFFERENT
    actions.change(by=rita, patient=pair.one, fields={"school": "Lincoln"})
    with later(20):
        pairing.search()
    pair.refresh_from_db()
    assert pair.decision == Decision.DIFFERENT
    actions.change(by=rita, patient=pair.one, fields={"phone": PHONE})
    with later(40):
        assert pairing.search().found == 1
    pair.refresh_from_db()
    assert (pair.decision, pair.decided_by_id) == (Decision.OPEN, "")


def test_a_pair_that_is_alike_no_more_leaves_the_list(pair, rita):
    actions.change(by=rita, patient=pair.other, fields={"given_name": "Hortensia"})
    with later():
        pairing.search()
    assert not DuplicatePair.objects.exists()


def test_two_archived_records_are_nobodys_business(known):
    gone = clock.now() - timedelta(days=5)
    known("Jane", "Doe", archived_at=gone)
    known("Jane", "Doe", archived_at=gone)
    pairing.search()
    assert not DuplicatePair.objects.exists()


def test_whoever_finds_another_search_ahead_stops(known, monkeypatch):
    known("Jane", "Doe")
    known("Jane", "Doe")
    real, nested = pairing._keep, []

    def keep_second(seen, chunk, attempt):
        if not nested:
            nested.append(True)
            nested.append(pairing.search().found)
        return real(seen, chunk, attempt)

    monkeypatch.setattr(pairing, "_keep", keep_second)
    monkeypatch.setattr(pairing, "in_transaction", lambda work: work(0))
    assert pairing.search().looked == 0
    assert nested == [True, 1]
    assert DuplicatePair.objects.count() == 1


def test_a_merge_settles_the_pair_and_its_undo_opens_it(pair, dana):
    record = actions.merge(by=dana, survivor=pair.one, other=pair.other)
    pair.refresh_from_db()
    assert pair.decision == Decision.MERGED
    with later():
        pairing.search()
    assert not DuplicatePair.objects.open().exists()
    actions.undo_merge(by=dana, record=record)
    pair.refresh_from_db()
    assert pair.decision == Decision.OPEN


def test_by_hand(known):
    known("Jane", "Doe")
    known("Jane", "Doe")
    out = StringIO()
    call_command("find_duplicates", stdout=out)
    assert "2 patients looked at, 1 new pairs" in out.getvalue()
    call_command("find_duplicates", all=True, stdout=out)
    assert "2 patients looked at, 0 new pairs" in out.getvalue()
