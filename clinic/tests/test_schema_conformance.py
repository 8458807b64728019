"""The API against its own description: no 500, no answer that the schema does not promise, as each role."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, given
from hypothesis import settings as limits

from clinic.tests.api import api_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.not_on("postgresql", reason="about the API's shapes; two databases are enough"),
]

ROLES = ["nobody", "gus", "rita", "nina", "dana", "ada"]
# What is refused does not depend on the database; a few calls show that each can answer.
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES") or (8 if connection.vendor == "sqlite" else 3))
LIMITS = limits(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]


@contextmanager
def _one_connection() -> Iterator[None]:
    """Requests leave the connection open, on which the test's own transaction lives; Django's client does the same."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.mark.parametrize("who", ROLES)
def test_conforms(who: str, practice: Any, pia: Any, request: pytest.FixtureRequest, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = settings.REGISTRATIONS_PER_ADDRESS = settings.SIGN_IN_FAILURES_PER_ADDRESS = 10**9
    headers = api_of(None if who == "nobody" else request.getfixturevalue(who)).headers
    with _one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/schema", get_wsgi_application())
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) > 20
        for operation in operations:
            # Signing out would end the session that the other calls of this role use.
            mine = {} if operation.path == "/api/auth/logout" else headers
            _try(operation, mine)


def _try(operation: Any, headers: dict[str, str]) -> None:
    @LIMITS
    @given(case=operation.as_strategy())
    def conforms(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    conforms()
