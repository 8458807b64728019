"""An action that MongoDB will not take to its end: one clear answer at both doors, tried once, nothing half done."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from accounts.models import User
from clinic.tests.api import Api
from conftest import PASSWORD
from core import audit
from core.models import AuditEvent
from core.mongodb.errors import LONGEST_TRANSACTION_SECONDS

pytestmark = [pytest.mark.django_db, pytest.mark.mongodb]


def outlive():
    """The server ends the transaction, as it does after a minute."""
    connection.transaction_began -= LONGEST_TRANSACTION_SECONDS
    connection.connection.admin.command("killSessions", [connection.session.session_id])


def overfill():
    AuditEvent.objects.create(event="x", source="x", object_type="x", reason="x" * 17_000_000)


@pytest.fixture
def tries(monkeypatch):
    """A function that breaks every action of ours behind its audit row; counts how often one was tried."""
    record = audit.record
    seen = []

    def break_by(happening):
        def record_and_break(*args, **options):
            record(*args, **options)
            seen.append(args[1])
            happening()

        monkeypatch.setattr(audit, "record", record_and_break)
        return seen

    return break_by


REGISTRATION = {"email": "new@test.example", "password": PASSWORD, "name": "New"}


@pytest.mark.parametrize(("happening", "status", "code"), [(outlive, 503, "busy"), (overfill, 500, "server_error")])
class TestAnswers:
    def test_of_the_api(self, tries, happening, status, code):
        before = AuditEvent.objects.count()
        seen = tries(happening)
        answer = Api().post("/api/auth/register", REGISTRATION)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["message"]
        assert ("Retry-After" in answer.headers) is (status == 503)
        assert b"MongoDB" not in answer.content
        assert len(seen) == 1
        assert not User.objects.filter(email=REGISTRATION["email"]).exists()
        assert AuditEvent.objects.count() == before

    def test_of_a_page(self, tries, ada, happening, status, code):
        browser = Client(raise_request_exception=False)
        browser.post("/sign-in/", {"email": ada.email, "password": PASSWORD})
        before = AuditEvent.objects.count()
        seen = tries(happening)
        answer = browser.post("/admin/auth/group/add/", {"name": "finance"})
        assert answer.status_code == status
        assert ("Retry-After" in answer.headers) is (status == 503)
        assert b"MongoDB" not in answer.content
        assert len(seen) == 1
        assert not Group.objects.filter(name="finance").exists()
        assert AuditEvent.objects.count() == before
