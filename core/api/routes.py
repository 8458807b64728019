"""A route of the API answers with and without a trailing slash, under one name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, path, register_converter

from core.ids import ID_PATTERN


class IdConverter:
    """`<id:pk>`: anything that is no id is no address (404)."""

    regex = ID_PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(IdConverter, "id")


@dataclass(frozen=True)
class Route:
    """`address` without slashes around it, relative to /api/; `name` is reversed as `api:<name>`."""

    address: str
    view: Callable[..., Any]
    name: str

    def patterns(self) -> list[URLPattern]:
        """The named pattern and its twin with a slash."""
        named = path(self.address, self.view, name=self.name)
        return [named, path(f"{self.address}/", self.view, name=f"{self.name}/")]
