"""Searches on a real Elasticsearch: it finds what the database finds, and follows every change."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core import clock
from patients.models import Guardian, Patient, Relationship, SearchChange, SearchKey, SearchTurn
from patients.search import checking, elastic, index, jobs, link, outbox, rebuilding, telling, turns
from patients.search.database import DatabaseEngine
from patients.search.documents import Entry, PatientDocument, entries
from patients.search.elastic import ElasticEngine, ElasticOrDatabase
from patients.search.finding import find
from patients.search.keys import Key, Kind
from patients.search.query import parse

pytestmark = pytest.mark.once(reason="about Elasticsearch, whatever database stands behind it")

TEXTS = [
    *("Jane Doe", "doe jane", "jnae deo", "jan do", "Janet", "0800", "668 18", "17.05.2012", "2012 doe"),
    *("jane@test.exam", "sjoberg", "Sjöberg", "soeberg", "shoberg", "T0", "wanda", "kowalsky", "bob"),
    *("o'connor", "connor", "elizabeht", "elisabet", "roebrt", "nobody at all", "x", "'; --", "*", "wanda 0800"),
    *("2 jan 2009", "2009-01", "bob kowalski", "00001", "+41 44 668 18 00", "oconnor 2009", "{}", "\U0001f601"),
]


def who(found):
    """Ids in order."""
    return [hit.patient.pk for hit in found]


def nothing(_done, _total):
    """Nobody looks."""


@pytest.fixture
def server(db, elasticsearch, searching_with):
    """An empty index that serves."""
    searching_with(elasticsearch.uri())
    rebuilding.rebuild(nothing)
    return elasticsearch


@pytest.fixture
def save(make_patient):
    """A patient as an action saves one."""

    def save(*args, guardian=None, **fields):
        patient = make_patient(*args, **fields)
        if guardian:
            Relationship.objects.create(patient=patient, guardian=Guardian.objects.create(**guardian), kind="mother")
        SearchKey.objects.write(patient)
        return patient

    return save


def rename(patient, name):
    patient.change(family_name=name)
    SearchKey.objects.write(patient)


def indexed(text, **options):
    """Who is found by Elasticsearch alone."""
    found = ElasticEngine().candidates(parse(text), archived=None, most=50, **options)
    return {one.patient_id for one in found}


def command(name, *options):
    said = StringIO()
    call_command(name, *options, stdout=said)
    return said.getvalue()


def test_a_prepared_document_is_not_empty(save):
    # From elasticsearch 9.4.0 on django-elasticsearch-dsl 9.0 prepares {}, without an error.
    jane = save("Jane", "Müller", phone="+41 44 668 18 00", guardian={"family_name": "Doe", "given_name": "Ann"})
    document = PatientDocument().prepare(entries([jane.pk])[jane.pk])
    assert document["name"] == ["jane", "muller"]
    assert document["gname"] == ["ann", "doe"]
    assert "6681800" in document["phone"]
    assert document["born"] == ["2012-05-17"]
    assert (document["patient_id"], document["version"], document["archived"]) == (jane.pk, jane.version, False)


def test_the_document_has_no_more_than_its_mapping(save):
    jane = save("Jane", "Doe", email="jane@test.example")
    document = PatientDocument().prepare(entries([jane.pk])[jane.pk])
    assert set(document) <= set(PatientDocument._doc_type.mapping.to_dict()["properties"])


class TestSearching:
    def test_finds_whom_the_database_finds(self, server, save, rita):
        save("Jane", "Doe", phone="+41 44 668 18 00", email="jane@test.example")
        save("Robert", "Sjöberg", guardian={"given_name": "Wanda", "family_name": "Kowalski", "phone": "+41446680800"})
        save("Elisabeth", "O'Connor", birth_date=date(2009, 1, 2), archived_at=clock.now())
        expected = {text: who(with_database(find, text, by=rita)) for text in TEXTS}
        telling.tell()
        # With two slips in a word it finds more.
        assert {text: who(find(text, by=rita))[: len(expected[text])] for text in TEXTS} == expected
        assert sum(map(bool, expected.values())) >= 25

    @pytest.mark.parametrize("archived", [True, False, None])
    def test_archived_ones_alone_or_not_at_all(self, server, save, archived):
        save("Jane", "Doe")
        save("Joe", "Doe", archived_at=clock.now())
        telling.tell()
        save("Ann", "Doe")
        save("Zoe", "Doe", archived_at=clock.now())
        found = ElasticEngine().candidates(parse("doe"), archived=archived, most=50)
        assert len(found) == (4 if archived is None else 2)
        assert {one.archived for one in found} == ({True, False} if archived is None else {archived})

    def test_a_change_is_found_before_the_index_was_told(self, server, save):
        jane = save("Jane", "Doe")
        telling.tell()
        rename(jane, "Lindholm")
        assert indexed("lindholm") == {jane.pk}
        assert jane.pk not in {
            one.patient_id
            for one in ElasticEngine().candidates(parse("doe"), archived=None, most=50)
            if Key(Kind.NAME, "doe") in one.keys
        }

    def test_of_a_common_name_exact_ones_come_and_todays_first(self, server, save, monkeypatch):
        people = [save("Pat", "Smithson") for _ in range(5)] + [save("Pat", "Smith") for _ in range(5)]
        telling.tell()
        monkeypatch.setattr(elastic.panels, "patients_of_today", [lambda: {people[0].pk, people[9].pk}])
        found = ElasticEngine().candidates(parse("smith"), archived=None, most=3)
        assert people[9].pk in {one.patient_id for one in found}
        assert {Key(Kind.NAME, "smith") in one.keys for one in found[:3]} == {True}

    def test_who_is_far_behind_leaves_it_to_the_database(self, server, save, monkeypatch):
        jane = save("Jane", "Doe")
        monkeypatch.setattr(elastic, "MOST_CHANGED", 0)
        with pytest.raises(link.Unavailable):
            indexed("doe")
        (found,) = ElasticOrDatabase().candidates(parse("doe"), archived=None, most=50)
        assert found.patient_id == jane.pk


def with_database(call, *args, **options):
    """The same, answered by the database engine."""
    patch = pytest.MonkeyPatch()
    with patch.context() as patched:
        patched.setattr(elastic.ElasticEngine, "candidates", DatabaseEngine.candidates)
        return call(*args, **options)


class TestFollowing:
    def test_every_kind_of_change_arrives(self, server, save):
        jane, joe, zoe = save("Jane", "Doe"), save("Joe", "Doe"), save("Zoe", "Doe")
        assert telling.tell() == 3
        rename(jane, "Lindholm")
        joe.change(archived_at=clock.now())
        SearchKey.objects.mark_archived(joe)
        zoe.change(merged_into=joe)
        SearchKey.objects.write(zoe)
        telling.tell()
        assert not SearchChange.objects.exists()
        held = index.held([jane.pk, joe.pk, zoe.pk])
        wanted = entries([jane.pk, joe.pk, zoe.pk])
        assert {pk: one.mark for pk, one in held.items()} == {pk: one.mark for pk, one in wanted.items()}
        assert set(wanted) == {jane.pk, joe.pk}

    def test_an_older_state_never_replaces_a_newer_one(self, server, save):
        jane = save("Jane", "Doe")
        early = turns.take()
        old = entries([jane.pk])
        rename(jane, "Lindholm")
        telling.tell()
        written = index.write([index.serving()], old, early)
        assert (written.done, written.overtaken) == (set(), {jane.pk})
        assert indexed("lindholm") == {jane.pk}

    def test_two_who_tell_of_the_same_change_are_both_done(self, server, save, monkeypatch):
        jane = save("Jane", "Doe")
        take = turns.take

        def overtaken():
            early = take()
            monkeypatch.setattr(turns, "take", take)
            index.write([index.serving()], entries([jane.pk]), take())
            return early

        monkeypatch.setattr(turns, "take", overtaken)
        assert telling.tell() == 1
        assert not SearchChange.objects.exists()

    def test_a_version_from_the_future_keeps_the_change_waiting_and_findable(self, server, save):
        jane = save("Jane", "Doe")
        index.write([index.serving()], entries([jane.pk]), turns.take() + 10**9)
        rename(jane, "Lindholm")
        telling.tell()
        assert set(SearchChange.objects.values_list("refusals", flat=True)) == {2}
        assert indexed("lindholm") == {jane.pk}
        SearchChange.objects.all().delete()
        drift = checking.compare(nothing)
        assert drift.stale == {jane.pk}
        assert checking.repair(drift) == 1
        assert checking.compare(nothing).ids == set()

    def test_a_refused_document_is_put_off_and_stops_nobody(self, server, save, monkeypatch):
        jane, joe = save("Jane", "Doe"), save("Joe", "Doe")
        prepare = PatientDocument.prepare

        def spoilt(self, entry: Entry):
            more = {"tooth": 11} if entry.patient_id == jane.pk else {}
            return prepare(self, entry) | more

        monkeypatch.setattr(PatientDocument, "prepare", spoilt)
        assert telling.tell() == 1
        assert telling.tell() == 0
        assert SearchChange.objects.get().patient_id == jane.pk
        assert set(index.held([jane.pk, joe.pk])) == {joe.pk}
        assert indexed("doe") == {jane.pk, joe.pk}

    def test_a_job_builds_what_is_missing(self, elasticsearch, searching_with, save, rita):
        searching_with(elasticsearch.uri())
        jane = save("Jane", "Doe")
        assert who(find("doe", by=rita)) == [jane.pk]
        jobs.keep_up()
        assert indexed("doe") == {jane.pk}
        assert not SearchChange.objects.exists()

    def test_after_a_restore_a_job_builds_anew(self, server, save):
        before = index.places().serving
        outbox.note_everybody()
        with pytest.raises(link.Unavailable):
            indexed("doe")
        jobs.keep_up()
        assert index.places().serving != before
        assert indexed("doe") == set()

    def test_an_index_of_another_database_is_not_trusted(self, server, save):
        SearchTurn.objects.all().delete()
        assert not telling.is_right()
        jobs.keep_up()
        assert telling.is_right()


class TestRebuilding:
    def test_saved_meanwhile_is_not_lost(self, server, save, monkeypatch):
        jane, joe = save("Jane", "Doe"), save("Joe", "Doe")
        telling.tell()
        pages = rebuilding.pages

        def with_people_at_work():
            yield from pages()
            rename(jane, "Lindholm")
            save("Ann", "Lindholm")
            assert telling.tell() == 2  # the outbox is empty again before the new index serves

        monkeypatch.setattr(rebuilding, "pages", with_people_at_work)
        rebuilding.rebuild(nothing)
        assert not SearchChange.objects.exists()
        assert len(indexed("lindholm")) == 2
        assert indexed("joe") == {joe.pk}
        assert checking.compare(nothing).ids == set()

    def test_an_interrupted_one_leaves_the_old_index_serving(self, server, save, monkeypatch):
        jane = save("Jane", "Doe")
        telling.tell()
        before = index.places()
        monkeypatch.setattr(rebuilding, "_fill", interrupted := _raises(KeyboardInterrupt))
        with pytest.raises(CommandError, match="Stopped"):
            command("search_rebuild")
        assert interrupted.called
        assert index.places() == before
        assert indexed("doe") == {jane.pk}

    def test_leftovers_of_a_killed_one_go_with_the_next(self, server):
        first = index.places().serving
        left = index.create()
        said = command("search_rebuild")
        assert "1 left by interrupted rebuilds deleted" in said
        assert set(index._indices()) == {index.places().serving}
        assert not {first, left} & set(index._indices())

    def test_two_at_once_are_one(self, server):
        lease = turns.Lease()
        assert lease.begin()
        with pytest.raises(CommandError, match="already"):
            command("search_rebuild")
        lease.end()
        assert "Building the index: 0 of 0" in command("search_rebuild")

    def test_who_has_lost_the_turn_meanwhile_changes_nothing(self, server, monkeypatch):
        before = index.places()
        monkeypatch.setattr(turns.Lease, "goes_on", lambda _lease: False)
        with pytest.raises(rebuilding.Busy):
            rebuilding.rebuild(nothing)
        assert index.places() == before

    def test_twice_in_one_process(self, server, save):
        jane = save("Jane", "Doe")
        for _ in range(2):
            command("search_rebuild")
        assert indexed("doe") == {jane.pk}


class _raises:  # noqa: N801 - reads as a verb
    def __init__(self, error):
        self.error, self.called = error, False

    def __call__(self, *_args):
        self.called = True
        raise self.error


class TestChecking:
    def test_says_what_differs_and_repairs_it(self, server, save, make_patient):
        jane, joe, zoe = save("Jane", "Doe"), save("Joe", "Doe"), save("Zoe", "Doe")
        telling.tell()
        jane.change(family_name="Lindholm")
        SearchKey.objects.write(jane)
        SearchChange.objects.all().delete()  # lost
        index.write([index.serving()], {joe.pk: None, "f" * 24: entries([zoe.pk])[zoe.pk]}, turns.take())
        with pytest.raises(SystemExit) as ended:
            command("search_check")
        assert ended.value.code == 1
        assert "Repaired: 3" in (said := command("search_check", "--repair"))
        assert "1 missing, 1 out of date" in said
        assert said.rstrip().endswith("No drift.")
        assert "No drift." in command("search_check")
        assert indexed("lindholm") == {jane.pk}

    def test_what_waits_in_the_outbox_is_no_drift(self, server, save):
        save("Jane", "Doe")
        said = command("search_check")
        assert "changes waiting 1" in said
        assert "No drift." in said

    def test_many_pages(self, server, monkeypatch):
        monkeypatch.setattr(rebuilding, "PORTION", 3)
        monkeypatch.setattr(index, "_PAGE", 2)
        people = Patient.objects.bulk_create(
            Patient(family_name="Doe", chart_number=f"{number:06d}", sort_key="doe") for number in range(10)
        )
        SearchKey.objects.write_new(people, {})
        SearchChange.objects.all().delete()
        assert len(checking.compare(nothing).missing) == 10
        rebuilding.rebuild(nothing)
        assert indexed("doe") == {patient.pk for patient in people}
        drift = checking.compare(nothing)
        assert (drift.patients, drift.documents, drift.ids) == (10, 10, set())

    def test_the_nightly_job_repairs(self, server, save):
        jane = save("Jane", "Doe")
        SearchChange.objects.all().delete()
        assert indexed("doe") == set()
        jobs.check_the_index.call_local()
        assert indexed("doe") == {jane.pk}

    def test_without_an_index_it_says_so(self, elasticsearch, searching_with, db):
        searching_with(elasticsearch.uri())
        with pytest.raises(CommandError, match="no complete index"):
            command("search_check")

    @pytest.mark.parametrize("name", ["search_check", "search_rebuild"])
    def test_commands_need_the_variable(self, settings, name):
        settings.ELASTICSEARCH_URL = ""
        with pytest.raises(CommandError, match="ELASTICSEARCH_URL is not set"):
            command(name)
