"""AES-256-GCM with named keys: every value says which key opens it, so keys can be rotated."""

import base64
import os
from collections.abc import Mapping
from functools import cache

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import Refused

log = structlog.get_logger(__name__)

KEY_BYTES = 32
NONCE_BYTES = 12


class Undecipherable(Refused):
    """No key fits, or the text was altered or moved to another row; `model` says of what kind the row is."""

    def __init__(self, model: str) -> None:
        message = _(
            "A text here is encrypted, and its key is missing. Tell whoever runs the clinic's server: FIELD_KEYS."
        )
        super().__init__(message, code="key_missing")
        self.model = model


def parse_keys(text: str) -> dict[str, bytes]:
    """Read `id:base64,id:base64`; the first key encrypts, all of them decrypt. Raises ValueError."""
    keys: dict[str, bytes] = {}
    for part in text.split(","):
        name, _, encoded = part.strip().partition(":")
        key = base64.b64decode(encoded, validate=True)
        if not name.isalnum() or len(key) != KEY_BYTES:
            raise ValueError("expected id:base64 of 32 bytes")
        keys[name] = key
    return keys


@cache
def _keys() -> Mapping[str, bytes]:
    return parse_keys(settings.FIELD_KEYS)


def encrypt(text: str, *, place: str) -> str:
    """Encrypt for one place (model, field and row): the value `v1:<key id>:<base64>` opens nowhere else."""
    name, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), place.encode())
    return f"v1:{name}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(value: str, *, place: str) -> str:
    """Open a value of `encrypt`. Raises Undecipherable."""
    try:
        _version, name, encoded = value.split(":", 2)
        raw = base64.b64decode(encoded)
        return AESGCM(_keys()[name]).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
    except (ValueError, KeyError, InvalidTag) as error:
        model = place.split("/")[0]
        log.error("undecipherable", model=model)
        raise Undecipherable(model) from error
