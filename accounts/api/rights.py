"""Default deny for the API."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access import PUBLIC, SIGNED_IN
from accounts.permissions import Permission, require
from core.errors import NotPermitted

if TYPE_CHECKING:
    from rest_framework.views import APIView

Needed: TypeAlias = str | Permission | tuple[Permission, ...]


class RefuseAll(BasePermission):
    """A view that forgot to say who may use it answers nobody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return False


class Declared(BasePermission):
    """What the view declares for this method: nothing declared, nobody allowed."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        method = str(request.method)
        declared: Mapping[str, Needed] = getattr(view, "required", {})
        needed = declared.get("GET" if method == "HEAD" else method)
        if needed == PUBLIC or not hasattr(view, method.lower()):  # an unknown method is answered with 405
            return True
        if needed is None:
            raise NotPermitted
        if not request.user.is_authenticated:
            raise NotAuthenticated
        if needed != SIGNED_IN:
            rights = needed if isinstance(needed, tuple) else (Permission(needed),)
            require(request.user, *rights)
        if also := getattr(view, "also", {}).get(method):
            require(request.user, also)
        return True
