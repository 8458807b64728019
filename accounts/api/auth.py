"""Registering, signing in and out through the API."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.access import PUBLIC, SIGNED_IN
from accounts.actions import registration, sessions
from accounts.api import shapes
from accounts.api.views import ClinicView
from accounts.models import ApiSession, User
from accounts.passwords import prepare
from accounts.permissions import STAFF_ROLES, Permission
from accounts.sign_in import check_credentials
from core import context, throttle
from core.api.schema import errors
from core.errors import Refused

_PATIENT = "patient"
# Security requirements as OpenAPI writes them.
_NO_SIGN_IN: Any = [{}]
_SIGN_IN_OPTIONAL: Any = [{}, {"bearer": []}]
_REFUSED_ROLES_PER_HOUR = 1000


class RegisterView(ClinicView):
    """Anybody becomes a patient or parent; nobody becomes more by asking for it."""

    required = {"POST": PUBLIC}

    @extend_schema(
        operation_id="auth_register",
        request=shapes.RegisterRequest,
        responses={201: shapes.Registered, **errors(409, 413, 415)},
        auth=_SIGN_IN_OPTIONAL,
    )
    def post(self, request: Request) -> Response:
        """Make an account. `role` is absent or "patient"; an admin's token may create staff."""
        by = request.user if isinstance(request.user, User) else None
        data: Any = request.data
        role = _role(by, data.get("role", _PATIENT))
        body = shapes.RegisterBody(data=data)
        body.is_valid(raise_exception=True)
        user = _register(by, role, **body.validated_data)
        return Response({"message": "User registered successfully", "userId": user.pk}, status=201)


class LoginView(ClinicView):
    """E-mail and password for tokens."""

    required = {"POST": PUBLIC}
    authentication_classes = ()

    @extend_schema(
        operation_id="auth_login",
        request=shapes.LoginBody,
        responses={200: shapes.LoggedIn, **errors(413, 415)},
        auth=_NO_SIGN_IN,
    )
    def post(self, request: Request) -> Response:
        """Sign in."""
        body = shapes.LoginBody(data=request.data)
        body.is_valid(raise_exception=True)
        user = check_credentials(**body.validated_data)
        pair = tokens.issue(sessions.open_api_session(by=user))
        return Response({"token": pair.access, "role": user.role, "refresh": pair.refresh})


class RefreshView(ClinicView):
    """A refresh token works once."""

    required = {"POST": PUBLIC}
    authentication_classes = ()

    @extend_schema(
        operation_id="auth_refresh",
        request=shapes.RefreshBody,
        responses={200: shapes.Tokens, **errors(413, 415)},
        auth=_NO_SIGN_IN,
    )
    def post(self, request: Request) -> Response:
        """A fresh pair for a refresh token; one that comes twice ends the session."""
        session_id, token_id = _read_refresh(request)
        pair = tokens.issue(sessions.rotate_api_session(by=None, session_id=session_id, refresh_id=token_id))
        return Response({"token": pair.access, "refresh": pair.refresh})


class LogoutView(ClinicView):
    """The session ends, and with it every token of it."""

    required = {"POST": SIGNED_IN}

    @extend_schema(operation_id="auth_logout", request=shapes.RefreshBody, responses={204: None, **errors(413, 415)})
    def post(self, request: Request) -> Response:
        """Sign out; the access token is dead at once."""
        session_id, _token_id = _read_refresh(request)
        by = request.user
        assert isinstance(by, User)
        named = ApiSession.objects.visible_to(by).filter(pk=session_id, user_id=by.pk).first()
        if named is None:
            raise _token_not_valid()
        sessions.end_api_session(by=by, session=named)
        if isinstance(request.auth, ApiSession) and request.auth.pk != named.pk:
            sessions.end_api_session(by=by, session=request.auth)
        return Response(status=204)


class MeView(ClinicView):
    """The person of the token."""

    required = {"GET": SIGNED_IN}

    @extend_schema(operation_id="auth_me", responses={200: shapes.Me, **errors()})
    def get(self, request: Request) -> Response:
        """Who am I?"""
        user = request.user
        assert isinstance(user, User)
        return Response({"_id": user.pk, "name": user.name, "email": user.email, "role": user.role})


def _role(by: User | None, wanted: Any) -> str:
    """The role that is given. Raises Refused (`role_not_allowed`) for anything else, and remembers the attempt."""
    if wanted == _PATIENT and isinstance(wanted, str):
        return _PATIENT
    if isinstance(wanted, str) and wanted in STAFF_ROLES and by and by.may(Permission.STAFF_MANAGE):
        return wanted
    address = context.current().address
    throttle.hit("refused role", address, limit=_REFUSED_ROLES_PER_HOUR, window_seconds=settings.HOUR)
    registration.refuse_role(by=by, wanted=str(wanted))
    message = _("This role cannot be chosen at registration.")
    raise Refused(message, code="role_not_allowed", field="role")


def _register(by: User | None, role: str, name: str, email: str, password: str) -> User:
    password_hash = prepare(password, User(name=name, email=email))
    if role != _PATIENT and by:
        return registration.create_staff(by=by, name=name, email=email, password_hash=password_hash, role=role)
    address, limit = context.current().address, settings.REGISTRATIONS_PER_ADDRESS
    throttle.hit("registration", address, limit=limit, window_seconds=settings.HOUR)
    return registration.register(by=None, name=name, email=email, password_hash=password_hash)


def _read_refresh(request: Request) -> tuple[str, str]:
    body = shapes.RefreshBody(data=request.data)
    body.is_valid(raise_exception=True)
    claims = tokens.read_refresh(body.validated_data["refresh"])
    if claims is None:
        raise _token_not_valid()
    return claims


def _token_not_valid() -> Refused:
    return Refused(_("The token is not valid any more. Sign in again."), code="token_not_valid")
