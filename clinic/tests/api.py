"""A small client of the REST API, as a mobile app would be one."""

import json
from typing import Any

from django.test import Client

from accounts.models import User
from conftest import PASSWORD


class Api:
    """Speaks JSON; `sign_in` keeps the token."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        self.refresh = ""

    def sign_in(self, user: User, password: str = PASSWORD) -> "Api":
        answer = self.post("/api/auth/login", {"email": user.email, "password": password})
        assert answer.status_code == 200, answer.content
        self.headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        self.refresh = answer.json()["refresh"]
        return self

    def call(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        body = "" if data is None else (data if isinstance(data, str | bytes) else json.dumps(data))
        content_type = headers.pop("content_type", "application/json")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, path, body, content_type=content_type, headers=self.headers | named)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.call("POST", path, data, **headers)

    def patch(self, path: str, data: Any, **headers: str) -> Any:
        return self.call("PATCH", path, data, **headers)

    def put(self, path: str, data: Any, **headers: str) -> Any:
        return self.call("PUT", path, data, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)


def api_of(user: User | None) -> Api:
    """A client signed in as this person, or nobody's."""
    return Api() if user is None else Api().sign_in(user)
