"""Every route of the URLconf, flat, with what it declares: the tests walk this list, so nothing can be left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import PUBLIC, SIGNED_IN, access_of
from accounts.permissions import Permission


@dataclass(frozen=True)
class RouteFacts:
    """One named route: `needs[method]` is what opens it, as the view declares it."""

    name: str
    pattern: str
    parameters: tuple[str, ...]
    view: Any

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/")

    @property
    def view_class(self) -> Any:
        return getattr(self.view, "cls", None) or getattr(self.view, "view_class", None)

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods worth trying: what the view takes, or GET and POST for a page."""
        required = getattr(self.view_class, "required", None)
        return tuple(required) if required else ("GET", "POST")

    def needs(self, method: str) -> tuple[str, ...]:
        """Rights of which any one opens the route; PUBLIC or SIGNED_IN."""
        required = getattr(self.view_class, "required", None)
        if required:
            needed = required[method]
            return tuple(str(item) for item in (needed if isinstance(needed, tuple) else (needed,)))
        return access_of(self.view) or ()

    def also(self, method: str) -> str | None:
        """The right that it takes besides."""
        if getattr(self.view_class, "required", None):
            right = getattr(self.view_class, "also", {}).get(method)
        else:
            right = getattr(self.view, "also", None)
        return None if right is None else str(right)

    def opens_for(self, rights: frozenset[str] | None, method: str) -> bool:
        """Whether a person with these rights may use it; None is nobody who has signed in."""
        needed = self.needs(method)
        if PUBLIC in needed:
            return True
        if rights is None or not {self.also(method)} <= {None, *rights}:
            return False
        return SIGNED_IN in needed or bool(rights & set(needed))


def own_routes() -> list[RouteFacts]:
    """All named routes but Django admin's, which has tests of its own; the twins with a slash are left out."""
    return [route for route in _walk(get_resolver().url_patterns, "", "") if not route.name.endswith("/")]


def _walk(patterns: list[Any], prefix: str, namespace: str) -> Iterator[RouteFacts]:
    for item in patterns:
        address = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            if item.namespace == "admin":
                continue
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from _walk(item.url_patterns, address, inner)
        elif isinstance(item, URLPattern) and item.name:
            yield RouteFacts(namespace + item.name, address, tuple(item.pattern.converters), item.callback)


ALL_RIGHTS = frozenset(permission.value for permission in Permission)
