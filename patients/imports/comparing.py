"""Told apart by digests: what changed in the file since it last came, and what was changed here since."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from django.utils.crypto import salted_hmac

_LENGTH: Final = 16
_SALT: Final = "patients.imports"


def digest(value: Any) -> str:
    """A short mark of a value; nobody without the clinic's secret can guess the value from it."""
    text = json.dumps(value, sort_keys=True, default=_plain, ensure_ascii=False)
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:_LENGTH]


def digests(values: Mapping[str, Any]) -> dict[str, str]:
    """The same for each of several."""
    return {name: digest(value) for name, value in values.items()}


def changes(
    present: Mapping[str, Any], coming: Mapping[str, Any], seen: Mapping[str, str], *, overwrite: bool
) -> tuple[dict[str, Any], list[str]]:
    """What the file changes, and which of its changes give way because somebody has changed the same here.

    A value that has not changed in the file since it last came changes nothing. `overwrite`: what never came from the
    file gives way to it too.
    """
    written: dict[str, Any] = {}
    kept: list[str] = []
    for name, value in coming.items():
        if present[name] == value or seen.get(name) == digest(value):
            continue
        came = name in seen
        is_ours = seen[name] == digest(present[name]) if came else overwrite or not present[name]
        if is_ours:
            written[name] = value
        else:
            kept.append(name)
    return written, kept


def short_id(*facts: Any) -> str:
    """A number for a row that has none of its own: the same for the same facts."""
    return "~" + hashlib.sha256(json.dumps(facts, default=_plain).encode()).hexdigest()[:32]


def _plain(value: Any) -> str:
    return str(getattr(value, "pk", value))
