"""Registration gives everybody the patients' role and nobody more."""

import json

import pytest
from django.contrib.auth.models import Group

from accounts.models import StaffProfile, User
from accounts.registration import after_registration
from accounts.rules import Event
from core.models import AuditEvent

pytestmark = pytest.mark.django_db

JOHN = {"name": "John Doe", "email": "john@example.com", "password": "SecurePass123", "role": "patient"}


def register(api, **changes):
    return api.post("auth/register", JOHN | changes)


def test_as_printed(api):
    answer = register(api)
    user = User.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"message": "User registered successfully", "userId": user.pk}
    assert (user.role, user.name, user.is_person_of_staff) == ("patient", "John Doe", False)


def test_the_role_may_be_absent(api):
    data = {key: value for key, value in JOHN.items() if key != "role"}
    assert api.post("auth/register", data).status_code == 201


def test_sign_in_works_at_once(api):
    register(api)
    assert api.login("JOHN@example.com", "SecurePass123").json()["role"] == "patient"


@pytest.mark.parametrize(
    "role",
    [
        "admin",
        "Patient",
        "PATIENT",
        " patient",
        "patient ",
        "pаtient",  # with a Cyrillic letter
        "",
        "doctor",
        ["patient"],
        ["admin"],
        {"role": "patient"},
        {"$ne": ""},
        0,
        1,
        1.5,
        True,
        False,
        None,
        "x" * 10_000,
    ],
)
def test_any_other_role_is_refused_and_remembered(api, role):
    answer = register(api, role=role)
    assert answer.status_code == 400
    assert answer.json()["code"] == "role_not_allowed"
    assert list(answer.json()["errors"]) == ["role"]
    assert not User.objects.exists()
    assert AuditEvent.objects.filter(event=Event.ROLE_REFUSED, outcome="failure").count() == 1


def test_a_key_twice_is_refused(api):
    body = json.dumps(JOHN)[:-1] + ', "role": "admin"}'
    answer = api.post("auth/register", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not User.objects.exists()


def test_unknown_keys_are_ignored(api, ada):
    more = {
        "is_staff": True,
        "is_superuser": True,
        "isSuperuser": True,
        "is_person_of_staff": True,
        "is_active": False,
        "groups": ["admin"],
        "user_permissions": [1],
        "id": ada.pk,
        "_id": ada.pk,
        "patient_id": "0" * 24,
        "patientId": "0" * 24,
        "session_epoch": 99,
    }
    answer = register(api, **more)
    user = User.objects.get(email="john@example.com")
    assert answer.status_code == 201
    assert user.pk != ada.pk
    assert (user.is_superuser, user.is_active, user.is_staff, user.session_epoch) == (False, True, False, 0)
    assert user.group_names == {"patient"}
    assert not user.user_permissions.exists()


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_json_only(api, content_type):
    answer = api.client.generic("POST", "/api/auth/register", "role=admin&name=x", content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("email", ["john@example.com", "JOHN@EXAMPLE.COM", " John@Example.com ", "ｊohn@example.com"])
def test_an_email_in_use_in_any_spelling(api, email):
    register(api)
    answer = register(api, email=email)
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": {"$gt": ""}}, "name"),
        ({"name": "\x01\x02"}, "name"),
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b@example.com"}, "email"),
        ({"email": "x" * 250 + "@example.com"}, "email"),
        ({"email": "ß" * 130 + "@example.com"}, "email"),
        ({"email": {"$ne": ""}}, "email"),
        ({"email": True}, "email"),
        ({"password": ""}, "password"),
        ({"password": "short"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"password": "john@example.com"}, "password"),
        ({"password": "x" * 10_000}, "password"),
        ({"password": {"$ne": ""}}, "password"),
        ({"password": None}, "password"),
    ],
)
def test_bad_input_names_the_field(api, changes, field):
    answer = register(api, **changes)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["errors"]) == [field]
    assert not User.objects.exists()


def test_missing_keys_are_all_named(api):
    assert set(api.post("auth/register", {}).json()["errors"]) == {"name", "email", "password"}


@pytest.mark.parametrize("body", ["", "[]", '"x"', "{", "null", '{"name": "a\\u0000b"}', '{"name": NaN}'])
def test_what_is_no_json_object(api, body):
    answer = api.client.generic("POST", "/api/auth/register", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_large_body(api):
    answer = register(api, name="x" * 2_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("name", ['"><img src=x onerror=alert(1)>', "{{7*7}}", "Zoë Müller-Øst", "王小明"])
def test_names_are_kept_as_they_are(api, name):
    register(api, name=name)
    assert User.objects.get().name == name


def test_blanks_at_the_ends_of_a_password_count(api):
    register(api, password="  SecurePass123  ")
    assert api.login("john@example.com", "SecurePass123").status_code == 401
    assert api.login("john@example.com", "  SecurePass123  ").status_code == 200


def test_sixty_an_hour_from_one_address(api, settings):
    settings.REGISTRATIONS_PER_ADDRESS = 2
    for number in range(2):
        assert register(api, email=f"p{number}@example.com").status_code == 201
    answer = register(api, email="p9@example.com")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert int(answer.headers["Retry-After"]) > 0


def test_what_others_registered_happens_in_the_same_transaction(api, monkeypatch):
    def fail(user):
        raise RuntimeError

    monkeypatch.setattr("accounts.actions.registration.after_registration", [fail])
    api.client.raise_request_exception = False
    assert register(api).status_code == 500
    assert not User.objects.exists()


def test_the_hook_gets_the_new_person(api, monkeypatch):
    seen = []
    monkeypatch.setattr("accounts.actions.registration.after_registration", [seen.append])
    register(api)
    assert seen == [User.objects.get()]
    assert isinstance(after_registration, list)


class TestAnAdminsToken:
    @pytest.mark.parametrize("role", ["receptionist", "assistant", "doctor", "admin"])
    def test_creates_staff(self, api_of, ada, role):
        answer = register(api_of(ada), role=role)
        user = User.objects.get(email="john@example.com")
        assert answer.status_code == 201
        assert (user.role, user.is_person_of_staff) == (role, True)
        assert StaffProfile.objects.filter(user=user).exists()
        event = AuditEvent.objects.get(event=Event.USER_CREATED)
        assert (event.actor_id, event.object_id) == (ada.pk, user.pk)

    @pytest.mark.parametrize("role", ["Doctor", "root", ["doctor"], None])
    def test_creates_nothing_else(self, api_of, ada, role):
        assert register(api_of(ada), role=role).json()["code"] == "role_not_allowed"

    def test_a_group_of_the_clinics_own_is_not_given_here(self, api_of, ada):
        Group.objects.create(name="finance")
        assert register(api_of(ada), role="finance").status_code == 400

    @pytest.mark.parametrize("who", ["rita", "dana", "nina"])
    def test_nobody_elses_token_does(self, api_of, request, who):
        person = request.getfixturevalue(who)
        assert register(api_of(person), role="doctor").json()["code"] == "role_not_allowed"
        assert AuditEvent.objects.get(event=Event.ROLE_REFUSED).actor_id == person.pk

    def test_a_dead_token_is_no_token(self, api):
        api.token = "nonsense"
        assert register(api).status_code == 401
