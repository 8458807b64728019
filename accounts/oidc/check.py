"""What is right and wrong with the sign-in provider, in plain words: lines of `manage.py doctor`."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from accounts import roles
from accounts.oidc import provider
from accounts.oidc.errors import ProviderUnreachable, ProviderWrong

OK, WARNING, PROBLEM = "ok", "unsafe", "problem"


def examine() -> Iterator[tuple[str, str]]:
    """State and sentence of each finding; asks the provider over the network."""
    if not settings.OIDC_ISSUER:
        yield OK, "Single sign-on: not used (OIDC_ISSUER would name a provider, such as Okta)"
        return
    yield OK, f"Single sign-on: {settings.OIDC_ISSUER}, the button says {settings.OIDC_BUTTON}"
    try:
        found, keys = provider.current().configuration(), provider.current().usable_keys()
    except ProviderUnreachable as failure:
        yield PROBLEM, f"Provider reachable: no, {failure.why}. Passwords still work for accounts that are not linked."
    except ProviderWrong as failure:
        yield PROBLEM, f"Provider usable: no, {failure.why}. Is OIDC_ISSUER written exactly as the provider writes it?"
    else:
        yield from _published(found, keys)
    yield from _settings()


def _published(found: dict[str, Any], keys: int) -> Iterator[tuple[str, str]]:
    if not keys:
        yield PROBLEM, "Provider usable: no, it publishes no key for RS256 or ES256. Choose one of the two there."
        return
    yield OK, f"Provider usable: yes; keys to check signatures with: {keys}"
    methods = found.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        yield WARNING, "The provider does not say that it checks PKCE (S256): see its settings of the application."


def _settings() -> Iterator[tuple[str, str]]:
    try:
        unknown = sorted(set(settings.OIDC_GROUPS.values()) - set(roles.offered()))
    except DatabaseError:
        unknown = []
    for role in unknown:
        yield PROBLEM, f"OIDC_GROUPS gives the role {role}, which the clinic does not have: nobody gets in by it."
    if not settings.PUBLIC_URL:
        yield WARNING, "PUBLIC_URL is not given: the provider is told to come back to whatever name the browser used."
    if settings.OIDC_TRUST_EMAIL:
        yield OK, "OIDC_TRUST_EMAIL: accounts of the staff are linked by a verified e-mail when they first come"
