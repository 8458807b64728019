"""The pair of tokens of an API session: signed by simplejwt, bound to the session's row by the claim `sid`."""

from dataclasses import dataclass
from typing import Any

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import ApiSession

SESSION_CLAIM = "sid"


@dataclass(frozen=True)
class Pair:
    """What a mobile app keeps."""

    access: str
    refresh: str


def issue(session: ApiSession) -> Pair:
    """Tokens for the session as it stands; the refresh token lives as long as the session may."""
    refresh = RefreshToken()
    refresh["jti"] = session.refresh_id
    refresh["exp"] = int(session.expires_at.timestamp())
    return Pair(_bound(AccessToken(), session), _bound(refresh, session))


def read_access(raw: str) -> str | None:
    """The session's id out of a good access token."""
    claims = _claims(AccessToken, raw)
    return claims[0] if claims else None


def read_refresh(raw: str) -> tuple[str, str] | None:
    """The session's id and the token's own out of a good refresh token; whether it is still the latest is not known."""
    return _claims(RefreshToken, raw)


def _bound(token: Any, session: ApiSession) -> str:
    token[SESSION_CLAIM] = session.pk
    return str(token)


def _claims(kind: Any, raw: str) -> tuple[str, str] | None:
    try:
        token = kind(raw)
        session_id, token_id = token[SESSION_CLAIM], token["jti"]
    except (TokenError, KeyError, ValueError, TypeError):
        return None
    return (session_id, token_id) if isinstance(session_id, str) and isinstance(token_id, str) else None
