"""Given a sign-in provider in a process of its own, when people come through it in a browser, then the rules hold.

Two providers: `oidc-provider-mock`, which somebody else wrote and which asks for consent, and our own, which can lie.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.rules import Event
from accounts.tests.oidc_provider import TestProvider
from accounts.tests.single_sign_on import configure, leave, okta, provider_process
from core.models import AuditEvent
from scripts.processes import free_port, spawn, stop

__all__ = ["okta", "provider_process"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("seeded"),
]


class Mock:
    """oidc-provider-mock: knows who is who, signs with RS256, has no key ids and no scope `groups`."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def is_about(self, subject: str, *groups: str, **claims: Any) -> None:
        person = {"email": f"{subject}@test.example", "email_verified": True, "name": subject.title()}
        told = person | {"groups": list(groups)} | claims
        requests.put(f"{self.issuer}/users/{subject}", json=told, timeout=5).raise_for_status()


@pytest.fixture(scope="module")
def mock_process() -> Iterator[Mock]:
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    process = spawn(command, subprocess.DEVNULL)
    try:
        yield Mock(_answering(f"http://127.0.0.1:{port}"))
    finally:
        stop([process])


def _answering(address: str) -> str:
    for _try in range(400):
        try:
            requests.get(f"{address}/jwks", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return address
    raise TimeoutError(address)


@pytest.fixture
def mock(mock_process: Mock, settings: Any, ada: User) -> Mock:
    configure(settings, mock_process.issuer)
    return mock_process


@pytest.fixture
def fresh(browser: Browser, live_server: Any) -> Iterator[Callable[[], Page]]:
    """A page of a browser that has never been here."""
    contexts = []

    def make() -> Page:
        context = browser.new_context(base_url=live_server.url)
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def press_the_button(page: Page, path: str = "/sign-in/") -> None:
    page.goto(path)
    page.get_by_role("link", name="Sign in with Okta").click()


def consent(page: Page, subject: str) -> None:
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize", exact=True).click()


def expect_refused(page: Page, code: str) -> None:
    expect(page.locator(f"[data-code={code}]")).to_be_visible()
    page.goto("/account/")
    assert urlsplit(page.url).path == "/sign-in/"


class TestAProviderOfSomebodyElse:
    def test_first_time_role_change_and_removal(
        self, mock: Mock, fresh: Callable[[], Page], check_accessibility: Callable[[Page], None]
    ) -> None:
        mock.is_about("dora", "clinic-doctors")
        page = fresh()
        page.goto("/sign-in/")
        check_accessibility(page)
        press_the_button(page, "/sign-in/?next=/account/")
        consent(page, "dora")
        page.wait_for_url("**/account/")
        expect(page.get_by_text("Dora", exact=False).first).to_be_visible()
        dora = User.objects.get(email="dora@test.example")
        assert dora.role == "doctor"

        mock.is_about("dora", "clinic-desk")
        second = fresh()
        press_the_button(second)
        consent(second, "dora")
        second.wait_for_url(lambda url: "/sign-in/" not in url)
        assert User.objects.get(pk=dora.pk).role == "receptionist"

        mock.is_about("dora", "strangers")
        third = fresh()
        press_the_button(third)
        consent(third, "dora")
        expect(third.get_by_text("Your account has no role in this clinic. Ask the admin.")).to_be_visible()
        check_accessibility(third)
        expect_refused_after_lock_out(third, page, second)
        assert User.objects.get(pk=dora.pk).role == ""
        told = AuditEvent.objects.filter(object_id=dora.pk).values_list("event", flat=True)
        assert {Event.USER_CREATED, Event.USER_ROLE_CHANGED, Event.USER_LOCKED_OUT} <= set(told)

    def test_whoever_says_no_there_is_told_so(self, mock: Mock, fresh: Callable[[], Page]) -> None:
        page = fresh()
        press_the_button(page)
        page.get_by_role("button", name="Deny").click()
        expect(page.locator("[data-code]")).to_be_visible()
        page.get_by_role("link", name="Back to sign-in").click()
        expect(page.get_by_label("E-mail")).to_be_visible()

    def test_an_unverified_email_takes_nobodys_account(
        self, mock: Mock, fresh: Callable[[], Page], rita: User, settings: Any
    ) -> None:
        settings.OIDC_TRUST_EMAIL = True
        mock.is_about("impostor", "clinic-desk", email=rita.email, email_verified=False)
        page = fresh()
        press_the_button(page)
        consent(page, "impostor")
        expect_refused(page, "email_not_verified")


def expect_refused_after_lock_out(*pages: Page) -> None:
    for page in pages:
        page.goto("/account/")
        assert urlsplit(page.url).path == "/sign-in/"


class TestAProviderThatLies:
    @pytest.fixture
    def liar(self, okta: TestProvider, ada: User) -> TestProvider:
        okta.is_about("dora", "clinic-doctors")
        return okta

    def test_a_token_for_another_application(self, liar: TestProvider, fresh: Callable[[], Page]) -> None:
        liar.set(id_token={"aud": "another-client"})
        page = fresh()
        press_the_button(page)
        expect_refused(page, "provider_answer_wrong")
        assert not User.objects.filter(email="dora@test.example").exists()

    def test_a_state_that_comes_twice(self, liar: TestProvider, fresh: Callable[[], Page]) -> None:
        page = fresh()
        came_back: list[str] = []
        page.on("request", lambda request: came_back.append(request.url) if "/callback/" in request.url else None)
        press_the_button(page)
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        assert len(came_back) == 1
        page.context.clear_cookies()
        page.goto(came_back[0])
        expect_refused(page, "sign_in_expired")

    def test_somebody_elses_return_address(self, liar: TestProvider, fresh: Callable[[], Page]) -> None:
        page = fresh()
        page.goto(leave(Client()))
        expect_refused(page, "sign_in_expired")

    def test_a_provider_that_is_away(self, liar: TestProvider, fresh: Callable[[], Page], settings: Any) -> None:
        configure(settings, "http://127.0.0.1:9")
        page = fresh()
        press_the_button(page)
        expect_refused(page, "provider_unreachable")
