"""What the provider publishes about itself: its addresses (discovery) and its keys, fetched seldom and kept."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import jwt
import requests
from django.conf import settings

from accounts.oidc.errors import ProviderUnreachable, ProviderWrong, TokenWrong

T = TypeVar("T")

TIMEOUT_SECONDS = 5
KEPT_SECONDS = 10 * 60
# While the provider does not answer, what it said last is good for a day.
STALE_SECONDS = 24 * 60 * 60
# An unknown key or a failure is asked about again after so long, however many tokens come.
PAUSE_SECONDS = 10

ALGORITHMS: Mapping[str, str] = {"RS256": "RSA", "ES256": "EC"}
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Kept(Generic[T]):
    """One document of the provider; `read` makes something of it or raises ProviderWrong."""

    def __init__(self, address: str, read: Callable[[dict[str, Any]], T]) -> None:
        self._address, self._read = address, read
        self._lock = threading.Lock()
        self._value: T | None = None
        self._failure: ProviderUnreachable | ProviderWrong | None = None
        self._fetched_at = self._asked_at = float("-inf")

    def get(self, *, newer: bool = False) -> T:
        """The document; `newer` asks again, unless that was done a moment ago. Raises ProviderUnreachable/Wrong."""
        with self._lock:
            now = time.monotonic()
            is_due = newer or now - self._fetched_at > KEPT_SECONDS
            if is_due and now - self._asked_at > PAUSE_SECONDS:
                self._ask(now)
            if self._value is not None and now - self._fetched_at < STALE_SECONDS:
                return self._value
            failure = self._failure or ProviderUnreachable("asked a moment ago")
            raise type(failure)(failure.why)

    def _ask(self, now: float) -> None:
        self._asked_at = now
        try:
            self._value = self._read(fetch(self._address))
            self._fetched_at, self._failure = now, None
        except (ProviderUnreachable, ProviderWrong) as failure:
            self._failure = failure


class Provider:
    """The provider with this issuer."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._configuration = Kept(f"{issuer.rstrip('/')}/.well-known/openid-configuration", self._check)
        self._keys: dict[str, Kept[list[dict[str, Any]]]] = {}

    def configuration(self) -> dict[str, Any]:
        """The discovery document, checked. Raises ProviderUnreachable, ProviderWrong."""
        return self._configuration.get()

    def key(self, key_id: str | None, algorithm: str) -> Any:
        """The public key with this id; a new one is fetched when it is unknown. Raises TokenWrong and the above."""
        address = self.configuration()["jwks_uri"]
        keys = self._keys.setdefault(address, Kept(address, _read_keys))
        found = _choose(keys.get(), key_id, algorithm) or _choose(keys.get(newer=True), key_id, algorithm)
        if found is None:
            raise TokenWrong("unknown key")
        return found

    def usable_keys(self) -> int:
        """How many of the published keys we can check signatures with. Raises ProviderUnreachable, ProviderWrong."""
        address = self.configuration()["jwks_uri"]
        keys = self._keys.setdefault(address, Kept(address, _read_keys)).get()
        return sum(1 for entry in keys if any(_fits(entry, None, name) for name in ALGORITHMS))

    def _check(self, found: dict[str, Any]) -> dict[str, Any]:
        if found.get("issuer") != self.issuer:
            raise ProviderWrong("discovery names another issuer")
        for name in [*NEEDED, *(["userinfo_endpoint"] if "userinfo_endpoint" in found else [])]:
            if not _is_address(found.get(name), like=self.issuer):
                raise ProviderWrong(f"discovery has no usable {name}")
        return found


_known: dict[str, Provider] = {}


def current() -> Provider:
    """The provider of the settings; what it publishes is kept in this process."""
    return _known.setdefault(settings.OIDC_ISSUER, Provider(settings.OIDC_ISSUER))


def forget() -> None:
    """Drop everything that was fetched."""
    _known.clear()


def fetch(address: str, **headers: str) -> dict[str, Any]:
    """One JSON object. Raises ProviderUnreachable, ProviderWrong; a redirect is not followed."""
    try:
        answer = requests.get(address, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise ProviderUnreachable(type(error).__name__) from None
    if answer.status_code >= 500:
        raise ProviderUnreachable(f"status {answer.status_code}")
    if answer.status_code != 200:
        raise ProviderWrong(f"status {answer.status_code}")
    try:
        found = answer.json()
    except ValueError:
        raise ProviderWrong("no JSON") from None
    if not isinstance(found, dict):
        raise ProviderWrong("no JSON object")
    return found


def _is_address(value: object, *, like: str) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    # A provider on https must not send anybody, or any secret of ours, elsewhere.
    return bool(parts.hostname) and parts.scheme in {"https", urlsplit(like).scheme}


def _read_keys(found: dict[str, Any]) -> list[dict[str, Any]]:
    keys = found.get("keys")
    if not isinstance(keys, list):
        raise ProviderWrong("no keys")
    return [entry for entry in keys if isinstance(entry, dict)]


def _choose(keys: list[dict[str, Any]], key_id: str | None, algorithm: str) -> Any:
    fitting = [entry for entry in keys if _fits(entry, key_id, algorithm)]
    if len(fitting) != 1:  # without an id only where there is no choice
        return None
    try:
        return jwt.PyJWK(fitting[0], algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None


def _fits(entry: dict[str, Any], key_id: str | None, algorithm: str) -> bool:
    return (
        entry.get("kty") == ALGORITHMS[algorithm]
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", algorithm) == algorithm
        and (key_id is None or entry.get("kid") == key_id)
    )
