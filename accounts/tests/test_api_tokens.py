"""Forged, borrowed and expired tokens open nothing."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
import time_machine
from django.conf import settings as live

from accounts.models import ApiSession, User
from core import clock
from core.ids import new_id

pytestmark = pytest.mark.django_db

DELETE = object()


@pytest.fixture
def session(rita):
    return ApiSession.objects.create(user=rita, refresh_id=new_id(), expires_at=clock.now() + timedelta(days=1))


def claims(session, **changes):
    now = int(clock.now().timestamp())
    facts = {
        "token_type": "access",
        "exp": now + 600,
        "iat": now,
        "jti": new_id(),
        "sid": session.pk,
        "aud": "clinic-api",
        "iss": "clinic",
    } | changes
    return {key: value for key, value in facts.items() if value is not DELETE}


def signed(payload, key=None, algorithm="HS256"):
    return jwt.encode(payload, live.JWT_SECRET if key is None else key, algorithm)


def unsigned(payload, algorithm="none"):
    def part(data):
        return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()

    return f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(payload)}."


def status(api, token):
    answer = api.get("auth/me", Authorization=f"Bearer {token}")
    if answer.status_code != 200:
        assert answer.json()["code"] == "token_not_valid"
    return answer.status_code


def test_a_good_one(api, session):
    assert status(api, signed(claims(session))) == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": DELETE},
        {"exp": "soon"},
        {"token_type": "refresh"},
        {"token_type": "sliding"},
        {"token_type": DELETE},
        {"aud": "another"},
        {"aud": DELETE},
        {"iss": "another"},
        {"iss": DELETE},
        {"sid": DELETE},
        {"sid": "0" * 24},
        {"sid": None},
        {"sid": {"$ne": ""}},
        {"sid": ["x"]},
        {"jti": DELETE},
    ],
)
def test_claims_that_do_not_fit(api, session, changes):
    assert status(api, signed(claims(session, **changes))) == 401


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS256", "RS256"])
def test_no_signature(api, session, algorithm):
    assert status(api, unsigned(claims(session), algorithm)) == 401


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_with_our_key(api, session, algorithm):
    assert status(api, signed(claims(session), algorithm=algorithm)) == 401


def test_a_public_key_algorithm(api, session):
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert status(api, signed(claims(session), key, "RS256")) == 401


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("key", ["", "secret", "changeme", "JWT_SECRET", "clinic", "superSecret", "k" * 64])
def test_keys_that_somebody_would_try(api, session, key):
    if key:
        assert status(api, signed(claims(session), key)) == 401


def test_not_signed_with_the_sites_other_secret(api, session):
    assert status(api, signed(claims(session), live.SECRET_KEY)) == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic cml0YTp4", "Token x", "x", "Bearer a b", "Bearer ü"])
def test_headers_that_are_none(api, rita, header):
    answer = api.get("auth/me", Authorization=header)
    assert answer.status_code == 401
    assert answer.json()["code"] in {"not_authenticated", "token_not_valid"}


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "." * 5000, "null"])
def test_garbage(api, rita, token):
    assert status(api, token) == 401


def test_the_refresh_token_is_no_access_token(api_of, rita):
    app = api_of(rita)
    assert status(app, app.refresh) == 401


def test_an_hour_later_it_has_expired(api, rita):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        token = api.login(rita.email).json()["token"]
        traveller.shift(timedelta(minutes=59))
        assert status(api, token) == 200
        traveller.shift(timedelta(minutes=2))
        assert status(api, token) == 401


def test_an_inactive_person_is_out_at_once(api_of, rita):
    app = api_of(rita)
    User.objects.filter(pk=rita.pk).update(is_active=False)
    assert status(app, app.token) == 401


def test_an_ended_session_is_out_at_once(api_of, rita):
    app = api_of(rita)
    ApiSession.objects.update(ended_at=clock.now())
    assert status(app, app.token) == 401


def test_rights_are_read_at_every_request(api_of, dana, ada):
    from accounts.actions import staff

    app = api_of(dana)
    staff.change_role(by=ada, user=dana, role="receptionist")
    assert app.get("auth/me").json()["role"] == "receptionist"
