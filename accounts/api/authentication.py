"""Bearer tokens: ours, good only while their session row is, or the sign-in provider's, good for who is linked."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import tokens
from accounts.models import ApiSession, User
from accounts.oidc import api_tokens
from accounts.oidc.api_tokens import ProviderToken


class SessionTokenAuthentication(BaseAuthentication):
    """Checks signature, expiry and kind of the token, then its session and its person, on every request.

    What is no token of ours may be one of the provider, where OIDC_API_AUDIENCE lets those in.
    """

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiSession | ProviderToken] | None:
        scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not raw.strip():
            raise AuthenticationFailed(_("Send the header as: Authorization: Bearer <token>."), "not_authenticated")
        found = self._ours(raw.strip()) or (api_tokens.person_of(raw.strip()) if api_tokens.is_on() else None)
        if found is None:
            raise AuthenticationFailed(_("The token is not valid any more. Sign in again."), "token_not_valid")
        return found

    def _ours(self, raw: str) -> tuple[User, ApiSession] | None:
        session_id = tokens.read_access(raw)
        if session_id is None:
            return None
        # read-scope: the token is the proof
        session = ApiSession.objects.open().select_related("user").filter(pk=session_id).first()
        return (session.user, session) if session and session.user.is_active else None


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the scheme in the API's schema."""

    target_class = SessionTokenAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
