"""One shape of errors for the API, one table of statuses for both doors."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions, serializers

from core.api.errors import handler
from core.api.names import camel
from core.errors import STATUS, NotFound, NotPermitted, PreconditionRequired, Refused, Stale, TooMany


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused("No.", code="outside_hours"), 422, "outside_hours"),
        (Refused("No.", code="slot_taken"), 409, "slot_taken"),
        (NotPermitted(), 403, "permission_denied"),
        (PermissionDenied(), 403, "permission_denied"),
        (NotFound(), 404, "not_found"),
        (Http404("Patient 7 of Pia"), 404, "not_found"),
        (Stale(), 412, "stale"),
        (PreconditionRequired(), 428, "precondition_required"),
        (TooMany(30), 429, "too_many_attempts"),
        (OperationalError("secret table"), 503, "busy"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/x"), 415, "unsupported_media_type"),
        (exceptions.ParseError(), 400, "invalid"),
    ],
)
def test_status_and_code(error, status, code):
    answer = handler(error, {})
    assert answer is not None
    assert answer.status_code == status
    assert set(answer.data) == {"message", "code", "errors"}
    assert (answer.data["code"], answer.data["errors"]) == (code, {})
    assert not {"Pia", "secret"} & set(answer.data["message"].split())


@pytest.mark.parametrize("code", STATUS)
def test_every_code_has_a_status_of_its_own_class(code):
    assert Refused("No.", code=code).status in {*range(400, 430), 503}


def test_a_refusal_names_its_field_as_the_api_does():
    answer = handler(Refused("Why?", code="reason_missing", field="override_reason"), {})
    assert answer.data["errors"] == {"overrideReason": ["Why?"]}


def test_more_facts_stand_beside():
    answer = handler(Refused("Taken.", code="slot_taken", extra={"nextFree": ["x"]}), {})
    assert answer.data["nextFree"] == ["x"]


@pytest.mark.parametrize(
    ("error", "header"),
    [
        (TooMany(30), ("Retry-After", "30")),
        (Refused("Busy.", code="busy"), ("Retry-After", "2")),
        (Refused("No.", code="invalid_credentials"), ("WWW-Authenticate", "Bearer")),
    ],
)
def test_headers(error, header):
    assert handler(error, {}).headers[header[0]] == header[1]


def test_what_nobody_expected_is_left_to_django():
    assert handler(RuntimeError("x"), {}) is None


def test_nested_shapes_are_named_by_their_path():
    class Item(serializers.Serializer):
        since = serializers.DateField()

    class Body(serializers.Serializer):
        name = serializers.CharField()
        items = Item(many=True)

    body = Body(data={"items": [{"since": "2026-01-01"}, {"since": "2026-02-30"}]})
    with pytest.raises(serializers.ValidationError) as error:
        body.is_valid(raise_exception=True)
    answer = handler(error.value, {})
    assert answer.status_code == 400
    assert set(answer.data["errors"]) == {"name", "items.1.since"}


@pytest.mark.parametrize(("name", "expected"), [("given_name", "givenName"), ("name", "name"), ("a.b_c", "a.bC")])
def test_names(name, expected):
    assert camel(name) == expected


def test_a_refusal_settles_once():
    calls = []
    refusal = Refused("No.", code="x", after=lambda: calls.append(1))
    refusal.settle()
    refusal.settle()
    assert calls == [1]


def test_a_database_that_does_not_answer_is_a_503_on_pages_too(rf):
    from django.db import OperationalError

    from core.pages import RefusalMiddleware

    answer = RefusalMiddleware(None).process_exception(rf.get("/patients/"), OperationalError("secret detail"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "secret detail" not in answer.content.decode()


@pytest.mark.parametrize(("path", "code"), [("/schedule/", "busy"), ("/api/appointments", '"code": "busy"')])
def test_so_is_one_that_is_away_while_the_session_is_looked_up(path, code, client, monkeypatch):
    def away(*_args, **_options):
        raise OperationalError("secret detail")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    client.raise_request_exception = False
    client.cookies["clinic_session"] = "k" * 32
    answer = client.get(path)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "2")
    assert code in answer.text
    assert "secret" not in answer.text
