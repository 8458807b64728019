"""Default deny for pages: a view says who may use it, or nobody may."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeAlias

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import ResolverMatch
from rest_framework.request import Request

from accounts.models import User
from accounts.permissions import Permission, require
from core.errors import NotPermitted

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"

View: TypeAlias = Callable[..., HttpResponseBase]

# Everything that answers without a sign-in; nothing else may. The route tests compare this list with the URLconf.
PUBLIC_ROUTES = frozenset(
    {
        "healthz",
        "readyz",
        "metrics",
        "accounts:session-create",
        "accounts:oidc-begin",
        "accounts:oidc-callback",
        "accounts:first-run",
        "accounts:password-reset",
        "accounts:password-reset-sent",
        "accounts:password-choose",
        "accounts:password-chosen",
        "accounts:theme-set",
        "api:auth-register",
        "api:auth-login",
        "api:auth-refresh",
        "api:schema",
        "api:docs",
        "admin:login",
    }
)

# Third-party views that guard themselves (Django admin: `is_staff`).
SELF_GUARDED_NAMESPACES = frozenset({"admin"})


def allow(*permissions: Permission | str, also: Permission | None = None) -> Callable[[View], View]:
    """Any one of the rights opens the view; `allow(SIGNED_IN)` opens it to everybody who has signed in.

    `also` is a right that it takes besides.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if SIGNED_IN not in permissions:
                require(request.user, *(Permission(permission) for permission in permissions))  # type: ignore[arg-type]
            if also:
                require(request.user, also)  # type: ignore[arg-type]
            return view(request, *args, **kwargs)

        guarded.access, guarded.also = permissions, also  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """The view answers without a sign-in; its name must also stand in PUBLIC_ROUTES."""
    view.access = (PUBLIC,)  # type: ignore[attr-defined]
    return login_not_required(view)


def me(request: HttpRequest | Request) -> User:
    """The person who has signed in; for views that are not public."""
    assert isinstance(request.user, User)
    return request.user


def access_of(view: Any) -> tuple[str, ...] | None:
    """What a view declares; None for a view that declares nothing."""
    declared = getattr(view, "access", None) or getattr(getattr(view, "cls", None), "access", None)
    return tuple(str(item) for item in declared) if declared else None


class AccessMiddleware:
    """Refuses every view that does not say who may use it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        match = request.resolver_match
        if access_of(view) or (match and _guards_itself(match)) or hasattr(view, "cls"):
            return
        raise NotPermitted


def _guards_itself(match: ResolverMatch) -> bool:
    return bool(SELF_GUARDED_NAMESPACES & set(match.namespaces))
