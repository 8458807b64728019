"""What changes is noted in the same transaction, and told in an order that never puts an older state over a newer."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from core import clock
from patients.models import SearchChange, SearchKey, SearchTurn
from patients.search import jobs, outbox, turns


@pytest.fixture
def used(settings, monkeypatch):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    monkeypatch.setattr(outbox, "_given_up", False)


@pytest.fixture
def not_used(settings, monkeypatch):
    settings.ELASTICSEARCH_URL = ""
    monkeypatch.setattr(outbox, "_given_up", False)


def noted():
    return sorted(SearchChange.objects.values_list("patient_id", flat=True))


@pytest.mark.usefixtures("used")
class TestNoting:
    def test_whoever_changes_is_noted(self, make_patient):
        patients = [make_patient(), make_patient()]
        SearchKey.objects.write_all(patients)
        assert noted() == sorted(patient.pk for patient in patients)

    def test_a_change_that_is_taken_back_leaves_nothing(self, transactional_db):
        with pytest.raises(RuntimeError), transaction.atomic():
            outbox.note("a" * 24)
            raise RuntimeError
        assert noted() == []

    def test_many_changes_of_a_second_ask_for_one_job(self, transactional_db, monkeypatch):
        asked = []
        monkeypatch.setattr(outbox, "_asked_at", -1e9)
        monkeypatch.setattr(jobs.tell_the_index, "schedule", lambda **options: asked.append(options))
        for number in range(5):
            outbox.note(f"{number:024d}")
        # It runs after all of them, however late in that second the last one was.
        assert asked == [{"delay": 1}]

    def test_a_queue_that_fails_does_not_undo_the_save(self, transactional_db, monkeypatch):
        monkeypatch.setattr(outbox, "_asked_at", -1e9)
        monkeypatch.setattr(jobs.tell_the_index, "schedule", lambda **_options: 1 / 0)
        outbox.note("a" * 24)
        assert noted() == ["a" * 24]

    def test_what_is_refused_waits_longer_each_time(self, db):
        outbox.note("a" * 24)
        rests = []
        for _ in range(20):
            (row,) = SearchChange.objects.all()
            outbox.put_off([row])
            rests.append(SearchChange.objects.get().due_at - clock.now())
            assert outbox.due(10) == []
        assert timedelta(seconds=50) < rests[0] < rests[3] < rests[-1] <= timedelta(days=1)
        with time_machine.travel(clock.now() + timedelta(days=2)):
            assert len(outbox.due(10)) == 1

    def test_too_many_changes_are_told_from_few(self, db):
        outbox.note("a" * 24, "b" * 24)
        assert outbox.changed(2) == {"a" * 24, "b" * 24}
        assert outbox.changed(1) is None
        outbox.note_everybody()
        assert outbox.changed(10) is None


@pytest.mark.usefixtures("not_used", "db")
class TestWithoutElasticsearch:
    def test_nothing_is_noted(self, make_patient):
        SearchKey.objects.write(make_patient())
        assert noted() == []

    def test_an_index_of_before_is_out_of_date_from_the_first_change_on(self):
        turns.take()
        outbox.note("a" * 24)
        outbox.note("b" * 24)
        assert noted() == [outbox.EVERYBODY]

    def test_jobs_do_nothing(self):
        jobs.keep_up()
        jobs.check_the_index.call_local()
        assert not SearchTurn.objects.exists()


@pytest.mark.usefixtures("db")
class TestTurns:
    def test_each_number_is_higher_even_when_the_clock_goes_back(self):
        numbers = [turns.take(), turns.take()]
        with time_machine.travel(clock.now() - timedelta(days=30)):
            numbers += [turns.take(), turns.take(at_least=numbers[0] + 10**6), turns.take()]
        assert numbers == sorted(set(numbers))
        assert numbers[3] == numbers[0] + 10**6

    def test_one_process_rebuilds_until_it_ends_or_dies(self):
        first, second = turns.Lease(), turns.Lease()
        assert first.begin()
        assert not second.begin()
        assert first.goes_on()
        first.end()
        assert second.begin()
        assert not first.goes_on()
        with time_machine.travel(clock.now() + timedelta(minutes=3)):
            assert first.begin()  # the second one died
            assert not second.goes_on()
