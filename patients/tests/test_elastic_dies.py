"""Elasticsearch dies, freezes, loses its disk or is something else: saves and searches go on, and nothing is lost."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from elastic_transport import Urllib3HttpNode

from core.link import Link
from patients.models import SearchChange, SearchKey
from patients.search import checking, elastic, figures, index, jobs, link, outbox, rebuilding, telling
from patients.search.elastic import ElasticEngine
from patients.search.finding import find
from patients.search.query import parse

pytestmark = pytest.mark.not_on("postgresql", reason="Elasticsearch fails beside any database; two of them are enough")
once = pytest.mark.once(reason="Elasticsearch fails beside any database; what is saved meanwhile is tested on each")
LETTERS = "bdfgklmnprstvz"
SAVES = 200


def nothing(_done, _total):
    """Nobody looks."""


def name(number):
    """No two of them are alike."""
    return "".join(LETTERS[number // 14**place % 14] + "aeiou"[number // 14**place % 5] for place in range(3)) + "kov"


@pytest.fixture
def running(elasticsearch):
    """Whatever a test does to it, the next one finds it running."""
    yield elasticsearch
    elasticsearch.thaw()
    if elasticsearch.process.poll() is not None:
        elasticsearch.start()


@pytest.fixture
def jane(make_patient):
    jane = make_patient("Jane", "Doe")
    SearchKey.objects.write(jane)
    return jane


def indexed(text):
    """Who is found by Elasticsearch alone."""
    return {one.patient_id for one in ElasticEngine().candidates(parse(text), archived=None, most=50)}


@pytest.fixture
def fallbacks():
    """`fallbacks()` is how often the database answered instead, by reason."""
    before = {each.labels["why"]: each.value for each in _samples()}

    def since():
        now = {each.labels["why"]: each.value - before.get(each.labels["why"], 0) for each in _samples()}
        return {why: count for why, count in now.items() if count}

    return since


def _samples():
    return [each for metric in figures.fallbacks.collect() for each in metric.samples if each.name.endswith("_total")]


@pytest.mark.slow
def test_killed_during_200_saves_and_searches(
    seeded, transactional_db, running, searching_with, ada, api, fallbacks, monkeypatch
):
    searching_with(running.uri())
    monkeypatch.setattr(jobs.tell_the_index, "schedule", lambda **_options: None)  # the worker's part is played below
    client = api(ada)
    jobs.keep_up()
    saved, refused, unseen = [], [], []
    for number in range(SAVES):
        if number == 60:
            running.kill()
        if number == 140:
            assert SearchChange.objects.count() >= 60
            running.start()
        body = {"givenName": "Pat", "familyName": name(number), "birthDate": "2012-05-17"}
        answers = [client.post("/api/patients", body), client.get("/api/patients", {"search": name(number)})]
        refused += [answer.status_code for answer in answers if answer.status_code not in {200, 201}]
        saved.append(answers[0].json()["patientId"])
        unseen += [] if answers[1].json()[0]["_id"] == saved[-1] else [number]
        if number % 20 == 19:
            jobs.keep_up()  # every minute
    assert (refused, unseen) == ([], [])
    assert fallbacks()["down"] >= 60
    jobs.keep_up()
    assert not SearchChange.objects.exists()
    drift = checking.compare(nothing)
    assert (drift.patients, drift.documents, drift.ids) == (SAVES, SAVES, set())
    assert [number for number, pk in enumerate(saved) if pk not in indexed(name(number))] == []


@once
@pytest.mark.slow
def test_frozen_it_is_asked_once(db, running, searching_with, jane, rita, settings, monkeypatch, fallbacks):
    searching_with(running.uri())
    rebuilding.rebuild(nothing)
    settings.ELASTICSEARCH_DSL["default"]["request_timeout"] = 0.3
    link._client.cache_clear()
    monkeypatch.setattr(link, "LINK", Link("elasticsearch", seconds=3600))
    asked = []
    perform = Urllib3HttpNode.perform_request

    def counted(node, *args, **kwargs):
        asked.append(1)
        return perform(node, *args, **kwargs)

    monkeypatch.setattr(Urllib3HttpNode, "perform_request", counted)
    running.freeze()
    found = [[hit.patient.pk for hit in find("doe", by=rita)] for _ in range(20)]
    jobs.keep_up()
    assert found == [[jane.pk]] * 20
    assert len(asked) == 1
    assert fallbacks() == {"slow": 1, "resting": 19}


@once
@pytest.mark.slow
def test_back_with_an_empty_disk_it_is_filled_again(db, running, searching_with, jane, rita):
    searching_with(running.uri())
    jobs.keep_up()
    assert indexed("doe") == {jane.pk}
    running.kill()
    running.lose_everything()
    running.start()
    assert [hit.patient.pk for hit in find("doe", by=rita)] == [jane.pk]
    jobs.keep_up()
    assert indexed("doe") == {jane.pk}
    assert checking.compare(nothing).ids == set()


def test_an_index_that_cannot_be_made_stops_nobody(db, running, searching_with, jane, rita, fallbacks):
    searching_with(running.uri())
    # Somebody's own index has the name of our alias.
    with link.asking():
        link.patient_client().indices.create(index=index.building())
    SearchKey.objects.write(jane)
    jobs.keep_up()
    assert [hit.patient.pk for hit in find("doe", by=rita)] == [jane.pk]
    assert SearchChange.objects.count() == 1
    with link.asking():
        link.patient_client().indices.delete(index=index.building())
    jobs.keep_up()
    assert indexed("doe") == {jane.pk}
    assert set(fallbacks()) == {"down"}


@contextmanager
def answering(status, body=b"Welcome", **headers):
    """A web server that says the same to everybody; its address."""

    sent = {"Content-Length": str(len(body)), "Content-Type": "text/html"}
    sent |= {header.replace("_", "-"): value for header, value in headers.items()}

    class Answer(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            for header, value in sent.items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            """Say nothing."""

    for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
        setattr(Answer, f"do_{method}", Answer.answer)
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


ELASTIC = {"X_elastic_product": "Elasticsearch", "Content_Type": "application/vnd.elasticsearch+json;compatible-with=9"}
REFUSED = b'{"error": {"type": "parsing_exception", "reason": "no query [Doe]"}, "status": 400}'


@once
@pytest.mark.parametrize(
    ("status", "body", "headers", "why", "told"),
    [
        (200, b"Welcome", {}, "down", "no Elasticsearch"),
        (200, b"{}", {"Content_Type": "application/json"}, "down", "no Elasticsearch"),
        (401, b"{}", ELASTIC, "down", "the user or the password"),
        (404, b'{"error": {"type": "index_not_found_exception"}}', ELASTIC, "down", "index_not_found"),
        (429, b"{}", ELASTIC, "down", "429"),
        (503, b"{}", ELASTIC, "down", "503"),
        (200, b'{"hits": null}', ELASTIC, "odd", ""),
        (200, b'{"hits": {"hits": [{"_id": "x"}]}}', ELASTIC, "odd", ""),
        (400, REFUSED, ELASTIC, "refused", "parsing_exception"),
    ],
)
def test_whatever_answers_there_the_box_answers(
    db, searching_with, jane, rita, fallbacks, caplog, status, body, headers, why, told
):
    with answering(status, body, **headers) as address:
        searching_with(address)
        SearchKey.objects.write(jane)
        assert [hit.patient.pk for hit in find("doe", by=rita)] == [jane.pk]
        if why != "odd":  # then the job fails, as one with a defect should
            jobs.keep_up()
    assert fallbacks() == {why: 1}
    assert told in caplog.text
    assert "Doe" not in caplog.text
    assert SearchChange.objects.count() == 1


@once
def test_a_document_that_a_busy_server_sends_back_is_not_put_off(db, searching_with, jane, monkeypatch):
    searching_with("http://127.0.0.1:9")
    SearchKey.objects.write(jane)
    monkeypatch.setattr(index, "places", lambda: index.Places(serving="some"))
    busy = {"status": 429, "_id": jane.pk, "error": {"type": "es_rejected_execution_exception"}}

    class Client:
        def bulk(self, **_options):
            return {"items": [{"index": busy}]}

    monkeypatch.setattr(link, "patient_client", Client)
    with pytest.raises(link.Unavailable):
        telling.tell()
    assert SearchChange.objects.get().refusals == 0


@once
def test_what_is_searched_for_is_not_logged(db, searching_with, jane, rita, caplog):
    with answering(500) as address, caplog.at_level("DEBUG"):
        searching_with(address)
        find("Doe", by=rita)
    assert "doe" not in caplog.text.lower()


@once
def test_a_query_that_was_answered_in_part_is_asked_of_the_database(db, searching_with, jane, rita, monkeypatch):
    searching_with("http://127.0.0.1:9")
    asked = {}

    class Client:
        def search(self, **options):
            asked.update(options)
            return {"hits": {"hits": []}}

    monkeypatch.setattr(link, "client", Client)
    find("doe", by=rita)
    assert asked["allow_partial_search_results"] is False
    assert asked["timeout"] == elastic.SERVER_PATIENCE


@once
def test_the_outbox_is_read_before_the_index(db, searching_with, jane, monkeypatch):
    # The other way round, a patient told in between would be in neither.
    order = []
    searching_with("http://127.0.0.1:9")
    monkeypatch.setattr(outbox, "changed", lambda _most: order.append("outbox") or set())
    monkeypatch.setattr(ElasticEngine, "_ask", lambda *_args: order.append("index") or [])
    ElasticEngine().candidates(parse("doe"), archived=None, most=5)
    assert order == ["outbox", "index"]
