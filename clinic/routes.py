"""Every route of the URLconf with who may use it: what `docs/access.md` shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import access_of
from accounts.permissions import ROLES, Permission


@dataclass(frozen=True)
class RouteAccess:
    """One address and one kind of request; `needs` are rights of which any one suffices, with `also` besides."""

    address: str
    name: str
    methods: str
    needs: tuple[str, ...]
    also: str | None = None

    @property
    def roles(self) -> list[str]:
        """The default groups that may, in order of precedence; empty for what everybody may."""
        rights = {need for need in self.needs if need in set(Permission)}
        return [role for role, carried in ROLES.items() if rights & carried and {self.also} <= {None, *carried}]


def routes() -> list[RouteAccess]:
    """All routes but those of Django admin, which guards itself; twins with a trailing slash are left out."""
    found = list(_walk(get_resolver().url_patterns, "/", ""))
    return sorted(found, key=lambda route: (route.address.startswith("/api"), route.address, route.methods))


def _walk(patterns: list[Any], prefix: str, namespace: str) -> Iterator[RouteAccess]:
    for item in patterns:
        address = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            if item.namespace != "admin":
                inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
                yield from _walk(item.url_patterns, address, inner)
        elif isinstance(item, URLPattern) and item.name and not item.name.endswith("/"):
            yield from _facts(address, namespace + item.name, item.callback)


def _facts(address: str, name: str, view: Any) -> Iterator[RouteAccess]:
    required = getattr(getattr(view, "cls", None), "required", None)
    if required is None:
        yield RouteAccess(address, name, ", ".join(_methods(view)), access_of(view) or (), getattr(view, "also", None))
        return
    for method, need in required.items():
        needs = need if isinstance(need, tuple) else (need,)
        yield RouteAccess(address, name, method, tuple(str(item) for item in needs), view.cls.also.get(method))


def _methods(view: Any) -> list[str]:
    """What `require_http_methods` lets through; a page without it takes GET and POST."""
    while view is not None:
        names = getattr(getattr(view, "__code__", None), "co_freevars", ())
        if "request_method_list" in names:
            allowed = view.__closure__[names.index("request_method_list")].cell_contents
            return [method for method in allowed if method != "HEAD"]
        view = getattr(view, "__wrapped__", None)
    return ["GET", "POST"]
