"""What the tests of the sign-in provider share: the provider, the settings and a browser that goes there and back."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.core.cache import caches
from django.test import Client

from accounts.oidc import provider as published
from accounts.oidc.links import make
from accounts.tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, TestProvider

GROUPS = {"clinic-admins": "admin", "clinic-doctors": "doctor", "clinic-desk": "receptionist"}
API_AUDIENCE = "clinic-api-of-the-tests"


def configure(settings: Any, issuer: str) -> None:
    """The variables of docs/okta.md."""
    settings.OIDC_ISSUER = issuer
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.OIDC_GROUPS = GROUPS
    published.forget()
    caches["throttle"].clear()


@pytest.fixture(scope="session")
def provider_process() -> Iterator[TestProvider]:
    with TestProvider() as running:
        yield running


@pytest.fixture
def okta(provider_process: TestProvider, settings: Any) -> TestProvider:
    """The provider, telling the truth, and the clinic that knows it."""
    provider_process.set(
        id_token={}, userinfo=None, discovery={}, answers={}, denies="", signs_with="now", algorithm="RS256", counts={}
    )
    configure(settings, provider_process.issuer)
    return provider_process


@pytest.fixture
def staffed(okta: TestProvider, ada: Any) -> TestProvider:
    """The same in a clinic that has its admin."""
    return okta


def leave(client: Client, **query: str) -> str:
    """Press the button and let the provider send the browser back: the path and query it comes back to."""
    answer = client.get("/sign-in/oidc/", query)
    assert answer.status_code == 302, code_of(answer)
    back = requests.get(answer.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def go(client: Client, **query: str) -> Any:
    """There and back: the clinic's answer."""
    return client.get(leave(client, **query))


def code_of(answer: Any) -> str:
    """The reason on the page."""
    return str(answer.content.decode().partition('data-code="')[2].partition('"')[0])


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


__all__ = ["API_AUDIENCE", "code_of", "configure", "go", "is_signed_in", "leave", "make"]
