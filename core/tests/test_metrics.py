"""/metrics: who may read it, what it counts, and that it names nobody."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from huey.contrib.djhuey import HUEY, task

from core import audit, metrics, metrics_folder
from core.actions import audited
from core.errors import Refused

TOKEN = "a-token-of-twenty-one"
pytestmark = pytest.mark.django_db


@pytest.fixture
def token(settings):
    settings.METRICS_TOKEN = TOKEN
    return TOKEN


def read():
    return Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})


def figure(name, **labels):
    """The present value of one series; 0 before it exists."""
    return metrics.REGISTRY.get_sample_value(name, labels) or 0


def test_without_a_token_the_address_does_not_exist(settings):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ü"]
)
def test_without_the_right_token_nothing_is_told(token, header):
    answer = Client().get("/metrics", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_signed_in_admin_needs_the_token_too(token, ada):
    client = Client()
    client.force_login(ada)
    assert client.get("/metrics").status_code == 401


def test_requests_are_counted_by_route_with_time_and_queries(token, rita, pia):
    client = Client()
    client.force_login(rita)
    labels = {"route": "patients:patient-detail", "method": "GET"}
    before = figure("clinic_requests_total", status="2xx", **labels)
    assert client.get(f"/patients/{pia.pk}/").status_code == 200
    assert figure("clinic_requests_total", status="2xx", **labels) == before + 1
    assert figure("clinic_request_seconds_count", **labels) >= 1
    assert figure("clinic_request_queries_sum", route="patients:patient-detail") > 0


def test_an_unknown_address_and_an_invented_method_make_no_series_of_their_own(token):
    Client().get("/no-such-page-Quixote")
    Client().generic("QUIXOTE", "/no-such-page")
    told = read().content.decode()
    assert "uixote" not in told.lower()
    assert 'route="(none)"' in told
    assert 'method="other"' in told


def test_the_questions_of_machines_are_not_counted(token):
    before = figure("clinic_requests_total", route="healthz", method="GET", status="2xx")
    Client().get("/healthz")
    assert figure("clinic_requests_total", route="healthz", method="GET", status="2xx") == before == 0


@audited
def visit(*, refuse=False):
    audit.record(None, "test.visited", "clinic.Test")
    if refuse:
        raise Refused("No.", code="slot_taken")


@pytest.mark.django_db(transaction=True)
def test_what_was_done_is_counted_once_it_stands_and_what_was_refused_by_its_code():
    done = {"action": "core.visit", "result": "done"}
    refused = {"action": "core.visit", "result": "slot_taken"}
    event = {"event": "test.visited", "outcome": "success"}
    before = [figure("clinic_actions_total", **done), figure("clinic_audit_events_total", **event)]
    with pytest.raises(Refused):
        visit(refuse=True)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        visit()
        raise ZeroDivisionError
    assert [figure("clinic_actions_total", **done), figure("clinic_audit_events_total", **event)] == before
    visit()
    assert [figure("clinic_actions_total", **done), figure("clinic_audit_events_total", **event)] == [
        count + 1 for count in before
    ]
    assert figure("clinic_actions_total", **refused) == 1


@task()
def job_of_the_test(fail):
    if fail:
        raise ValueError(fail)


@pytest.mark.parametrize(("fail", "result"), [("", "done"), ("Zebedee", "failed")])
def test_jobs_are_counted_by_how_they_ended(token, fail, result):
    assert HUEY.immediate
    job_of_the_test(fail)
    assert figure("clinic_jobs_total", job="job_of_the_test", result=result) == 1
    assert "Zebedee" not in read().content.decode()


def test_no_label_holds_an_id_or_a_name(token, rita, pia):
    client = Client()
    client.force_login(rita)
    client.get(f"/patients/{pia.pk}/")
    client.get("/patients/?q=Lindholm")
    told = read().content.decode()
    assert "patients:patient-list" in told
    assert not re.search(r"[0-9a-f]{24}|lindholm|@", told, re.IGNORECASE)


COUNT = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
django.setup()
from core import metrics
metrics._audit_events.labels("test.event", "success").inc(3)
"""
ADD_UP = COUNT + "print(metrics.exposition().decode())"


def test_the_figures_of_several_processes_are_added_up(tmp_path, monkeypatch):
    monkeypatch.setattr(metrics_folder, "MEMORY", tmp_path / "none")
    monkeypatch.setenv(metrics_folder.FOLDER_VARIABLE, "")
    metrics_folder.claim(tmp_path)
    environment = os.environ | {"DATA_DIR": str(tmp_path / "data")}
    subprocess.run([sys.executable, "-c", COUNT], env=environment, check=True)
    told = subprocess.check_output([sys.executable, "-c", ADD_UP], env=environment, text=True)
    assert 'clinic_audit_events_total{event="test.event",outcome="success"} 6.0' in told


CLAIM = "import sys; from pathlib import Path; from core import metrics_folder as m; m.MEMORY = Path('/none'); " + (
    "print(m.claim(Path(sys.argv[1])), flush=True); sys.stdin.read()"
)


def test_a_folder_is_taken_over_by_nobody_while_its_owner_lives_and_removed_after(tmp_path):
    def claim():
        process = subprocess.Popen(
            [sys.executable, "-c", CLAIM, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return process, Path(process.stdout.readline().strip())

    (first, folder), (second, other) = claim(), claim()
    assert folder.is_dir() and other.is_dir() and folder != other
    first.kill()
    first.communicate()
    third, last = claim()
    assert not folder.exists()
    assert other.is_dir() and last.is_dir()
    for process in (second, third):
        process.communicate("")
