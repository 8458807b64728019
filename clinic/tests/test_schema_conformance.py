"""The API against its own description: no 500, no answer that the schema does not promise, as each role."""

import logging
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from clinic.tests.api import api_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROLES = ["nobody", "gus", "rita", "nina", "dana", "ada"]
# What the tests of the single endpoints prove with real data, and this one cannot guess.
LEFT_OUT = {"ignored_auth", "positive_data_acceptance", "missing_required_header", "unsupported_method"}


@pytest.fixture
def api_schema(db: None, practice: Any, pia: Any) -> Any:
    logging.disable(logging.WARNING)
    return schemathesis.openapi.from_wsgi("/api/schema", get_wsgi_application())


schema = schemathesis.pytest.from_fixture("api_schema")


@pytest.mark.parametrize("who", ROLES)
@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_conforms(case: Any, who: str, request: pytest.FixtureRequest, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 10**9
    settings.REGISTRATIONS_PER_ADDRESS = 10**9
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 10**9
    headers = api_of(None if who == "nobody" else request.getfixturevalue(who)).headers
    excluded = [check for check in CHECKS.get_all() if check.__name__ in LEFT_OUT]
    case.call_and_validate(headers=headers, excluded_checks=excluded)
