"""The way back in from the command line."""

import re

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.rules import Event
from accounts.tests.conftest import NEW_PASSWORD
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def recover(capsys, *args):
    call_command("recover_admin", *args)
    found = re.search(r"http://localhost:\d+(/\S+)", capsys.readouterr().out)
    assert found
    return found[1]


def test_a_shut_admin_comes_back(client, capsys, ada):
    User.objects.filter(pk=ada.pk).update(is_active=False)
    link = recover(capsys, "ADA@test.example")
    client.post(link, {"password": NEW_PASSWORD, "repeat": NEW_PASSWORD})
    assert client.post("/sign-in/", {"email": ada.email, "password": NEW_PASSWORD}).status_code == 302
    assert User.objects.get(pk=ada.pk).role == "admin"


def test_every_session_ends(browser_of, capsys, ada):
    browser = browser_of(ada)
    recover(capsys, ada.email)
    assert browser.get("/account/").status_code == 302


def test_a_new_account(capsys):
    recover(capsys, "new@clinic.example", "--name", "New Admin")
    user = User.objects.get()
    assert (user.role, user.name, user.is_invited) == ("admin", "New Admin", True)


def test_the_audit_says_it_was_a_command(capsys, ada):
    recover(capsys, ada.email)
    event = AuditEvent.objects.get(event=Event.ADMIN_RECOVERED)
    assert (event.source, event.actor_id, event.object_id) == ("command", "", ada.pk)


@pytest.mark.parametrize("args", [["no address", "--name", "x"], ["new@clinic.example"]])
def test_refusals_are_one_line(args):
    with pytest.raises(CommandError) as error:
        call_command("recover_admin", *args)
    assert "\n" not in str(error.value)
    assert not User.objects.exists()


@pytest.mark.parametrize("command", ["createsuperuser", "changepassword"])
def test_djangos_own_commands_point_here(command):
    with pytest.raises(CommandError, match="recover_admin"):
        call_command(command)
