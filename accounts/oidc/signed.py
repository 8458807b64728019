"""The one check of a token that the provider signed: ID tokens of a sign-in and access tokens of API clients."""

from typing import Any

import jwt

from accounts.oidc import provider
from accounts.oidc.errors import TokenWrong

LEEWAY_SECONDS = 60
_REQUIRED = ["iss", "sub", "aud", "exp", "iat"]
_LONGEST_TOKEN = 16 * 1024
LONGEST_SUBJECT = 191


def read(raw: object, *, audience: str) -> dict[str, Any]:
    """The claims of a token of our provider for `audience`, good now give or take a minute.

    Raises TokenWrong; ProviderUnreachable and ProviderWrong when the keys cannot be had. Nothing is asked of the
    provider for a token that does not even claim to be from it and for us.
    """
    if not isinstance(raw, str) or len(raw) > _LONGEST_TOKEN:
        raise TokenWrong("no token")
    header = _header(raw)
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in provider.ALGORITHMS or not isinstance(key_id, str | None):
        raise TokenWrong("algorithm or key id")
    _decode(raw, "", audience, algorithm, is_checked=False)
    key = provider.current().key(key_id, algorithm)
    return _check(_decode(raw, key, audience, algorithm, is_checked=True), audience)


def _header(raw: str) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(raw)
    except jwt.PyJWTError as error:
        raise TokenWrong(type(error).__name__) from None


def _decode(raw: str, key: Any, audience: str, algorithm: str, *, is_checked: bool) -> dict[str, Any]:
    try:
        return jwt.decode(
            raw,
            key,
            algorithms=[algorithm],
            audience=audience,
            issuer=provider.current().issuer,
            leeway=LEEWAY_SECONDS,
            options={
                "require": _REQUIRED,
                "verify_signature": is_checked,
                "verify_exp": True,
                "verify_nbf": True,
                "verify_iat": True,
                "verify_aud": True,
                "verify_iss": True,
            },
        )
    except (jwt.ImmatureSignatureError, jwt.ExpiredSignatureError) as error:
        raise TokenWrong(type(error).__name__, "clocks_differ") from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise TokenWrong(type(error).__name__) from None


def _check(claims: dict[str, Any], audience: str) -> dict[str, Any]:
    subject, for_whom = claims["sub"], claims["aud"]
    if not isinstance(subject, str) or not subject or len(subject) > LONGEST_SUBJECT:
        raise TokenWrong("subject")
    # A token for several is ours only if we are the one who asked for it.
    if isinstance(for_whom, list) and len(for_whom) > 1 and claims.get("azp") != audience:
        raise TokenWrong("authorized party")
    return claims
