"""What these tests share: calls of the API, and mails that were sent."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.tests.single_sign_on import okta, provider_process, staffed
from conftest import PASSWORD

__all__ = ["okta", "provider_process", "staffed"]

NEW_PASSWORD = "four unrelated words please"


class Api:
    """A mobile app: JSON and a bearer token."""

    def __init__(self) -> None:
        self.client = Client()
        self.token = self.refresh = ""

    def call(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        if self.token and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.client.generic(method, f"/api/{path}", data or "", "application/json", headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        import json

        return self.call("POST", path, data if isinstance(data, str) else json.dumps(data or {}), **headers)

    def login(self, email: str, password: str = PASSWORD) -> Any:
        return self.post("auth/login", {"email": email, "password": password})

    def as_user(self, user: User) -> "Api":
        answer = self.login(user.email).json()
        self.token, self.refresh = answer["token"], answer["refresh"]
        return self


@pytest.fixture
def api(db: None) -> Api:
    """Nobody's."""
    return Api()


@pytest.fixture
def api_of(db: None) -> Callable[[User], Api]:
    """Somebody's, signed in."""
    return lambda user: Api().as_user(user)


@pytest.fixture
def browser_of(db: None) -> Callable[[User], Client]:
    """A browser in which somebody has signed in by the form."""

    def sign_in(user: User, password: str = PASSWORD) -> Client:
        client = Client()
        answer = client.post("/sign-in/", {"email": user.email, "password": password})
        assert answer.status_code == 302, answer.content
        return client

    return sign_in


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Any:
    """What is to happen after the commit, happens at the end of the block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def link_in_mail() -> str:
    """The path of the link in the latest mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]
