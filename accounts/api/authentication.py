"""Bearer tokens: signed by simplejwt, and good only while their session row is."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import tokens
from accounts.models import ApiSession, User


class SessionTokenAuthentication(BaseAuthentication):
    """Checks signature, expiry and kind of the token, then its session and its person, on every request."""

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiSession] | None:
        scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not raw.strip():
            raise AuthenticationFailed(_("Send the header as: Authorization: Bearer <token>."), "not_authenticated")
        session = self._session(raw.strip())
        if session is None or not session.user.is_active:
            raise AuthenticationFailed(_("The token is not valid any more. Sign in again."), "token_not_valid")
        return session.user, session

    def _session(self, raw: str) -> ApiSession | None:
        session_id = tokens.read_access(raw)
        if session_id is None:
            return None
        # read-scope: the token is the proof
        return ApiSession.objects.open().select_related("user").filter(pk=session_id).first()


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Names the scheme in the API's schema."""

    target_class = SessionTokenAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
