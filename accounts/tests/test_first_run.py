"""A new clinic: the code of the terminal makes the first admin, once."""

import pytest

from accounts import first_run
from accounts.models import FirstRunCode, User
from accounts.rules import Event
from accounts.tests.conftest import NEW_PASSWORD
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def typed(code, **changes):
    data = {"one_time_code": code, "name": "Ada Osei", "email": "Ada@Clinic.example"}
    return data | {"password": NEW_PASSWORD, "repeat": NEW_PASSWORD} | changes


def test_the_code_makes_an_admin_who_is_signed_in(client):
    answer = client.post("/first-run/", typed(first_run.issue_code()))
    assert answer.status_code == 302
    user = User.objects.get()
    assert (user.role, user.email, user.is_person_of_staff) == ("admin", "ada@clinic.example", True)
    assert client.get("/account/").status_code == 200
    assert AuditEvent.objects.filter(event=Event.FIRST_ADMIN_CREATED).count() == 1


def test_small_letters_and_blanks_do_not_matter(client):
    code = first_run.issue_code().lower().replace("-", " ")
    assert client.post("/first-run/", typed(code)).status_code == 302


def test_the_sign_in_page_leads_there(client):
    assert client.get("/sign-in/").headers["Location"] == "/first-run/"


@pytest.mark.parametrize("code", ["", "AAAA-BBBB-CCCC", "ü" * 30])
def test_another_code_is_refused(client, code):
    first_run.issue_code()
    answer = client.post("/first-run/", typed(code))
    assert answer.status_code in {400, 422}
    assert not User.objects.exists()


def test_no_code_no_admin(client):
    assert client.post("/first-run/", typed("AAAA-BBBB-CCCC")).status_code == 422


def test_only_the_latest_code_works(client):
    old, new = first_run.issue_code(), first_run.issue_code()
    assert client.post("/first-run/", typed(old)).status_code == 422
    assert client.post("/first-run/", typed(new)).status_code == 302


def test_a_refusal_keeps_the_code_good(client):
    code = first_run.issue_code()
    assert client.post("/first-run/", typed(code, email="no address")).status_code == 400
    assert client.post("/first-run/", typed(code)).status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_is_gone_once_somebody_has_an_account(client, rita, method):
    code = first_run.issue_code()
    assert getattr(client, method)("/first-run/", typed(code)).status_code == 404
    assert User.objects.count() == 1


def test_the_code_is_kept_as_a_hash():
    code = first_run.issue_code()
    assert code not in FirstRunCode.objects.get().code_hash


def test_guessing_is_stopped(client, settings):
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 3
    code = first_run.issue_code()
    for _ in range(3):
        client.post("/first-run/", typed("AAAA-BBBB-CCCC"))
    assert client.post("/first-run/", typed(code)).status_code == 429
