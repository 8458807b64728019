"""JSON and nothing else, without the gaps that let one body mean two things."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from core.errors import Refused

_DRAIN_LIMIT = 64 * 1024 * 1024
_DEEPEST = 20


class StrictJSONParser(BaseParser):
    """Reads one JSON object in UTF-8. Refuses duplicate keys, NaN, NUL characters, deep nesting and large bodies."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        raw = _read(stream)
        try:
            data = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not valid JSON.")) from error
        if not isinstance(data, dict):
            raise ParseError(_("Send a JSON object."))
        _check(data, _DEEPEST)
        return data


def _read(stream: IO[Any]) -> bytes:
    raw: bytes = stream.read(settings.API_BODY_LIMIT + 1)
    if len(raw) > settings.API_BODY_LIMIT:
        _drain(stream)
        raise Refused(_("The body is larger than 1 MB."), code="too_large")
    return raw


def _drain(stream: IO[Any]) -> None:
    # A client that is still sending would see a broken connection instead of the answer.
    left = _DRAIN_LIMIT
    while left > 0 and (chunk := stream.read(65536)):
        left -= len(chunk)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ParseError(_("A key stands twice in the same object."))
    return data


def _no_constant(name: str) -> NoReturn:
    raise ParseError(_("Numbers must be finite."))


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise ParseError(_("The body is nested too deeply."))
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)


def _check_text(text: str) -> None:
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ParseError(_("Text contains a character that cannot be stored."))
