"""Bodies of the API mean one thing or nothing."""

import io
import json

import pytest
from rest_framework.exceptions import ParseError

from core.api.parsers import StrictJSONParser
from core.errors import Refused


def parse(body):
    return StrictJSONParser().parse(io.BytesIO(body if isinstance(body, bytes) else body.encode()))


@pytest.mark.parametrize("data", [{}, {"a": [1, 2.5, True, None, "ü"]}, {"a": {"b": {"c": "{{7*7}}"}}}])
def test_an_object(data):
    assert parse(json.dumps(data)) == data


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"x"',
        "1",
        "null",
        "{'a': 1}",
        '{"a": 1,}',
        '{"a": 1} x',
        b"\xff\xfe",
        b'{"a": "\xff"}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1, "a": 2}',
        '{"x": {"a": 1, "a": 1}}',
        '{"a": "\\u0000"}',
        '{"\\u0000": 1}',
        '{"a": ["\\ud800"]}',
        '{"a": ' + "[" * 30 + "]" * 30 + "}",
        "[" * 100_000,
    ],
)
def test_anything_else_is_refused(body):
    with pytest.raises(ParseError):
        parse(body)


def test_a_large_body(settings):
    settings.API_BODY_LIMIT = 100
    assert parse('{"a": "' + "x" * 80 + '"}')
    with pytest.raises(Refused) as refusal:
        parse('{"a": "' + "x" * 100 + '"}')
    assert refusal.value.status == 413


def test_a_large_body_is_read_to_its_end(settings):
    settings.API_BODY_LIMIT = 100
    stream = io.BytesIO(b"x" * 1_000_000)
    with pytest.raises(Refused):
        StrictJSONParser().parse(stream)
    assert stream.read() == b""
