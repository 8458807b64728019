"""A signature drawn on screen, as an SVG path in a box of 600 by 200 units; the hash of the words that were signed."""

import hashlib
import re
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.errors import Refused

WIDTH: Final = 600
HEIGHT: Final = 200
LONGEST: Final = 50_000  # characters; a long signature takes about 5,000
_LEAST_WIDE: Final = 30  # units; a dot or a tap is no signature
# A stroke: M x y, then L x y again and again. Nothing else is drawn, nothing else gets in.
_PATH: Final = re.compile(r"(?:M\d{1,3} \d{1,3}(?: ?L\d{1,3} \d{1,3})* ?)+")
_POINT: Final = re.compile(r"(\d+) (\d+)")


def check_drawn(path: str, *, field: str = "drawn") -> None:
    """Raises Refused: `signature_missing`, `too_long`, `signature_invalid` for anything but strokes in the box."""
    if not path:
        message = _("Draw the signature in the box: a typed name alone is not enough.")
        raise Refused(message, code="signature_missing", field=field)
    if len(path) > LONGEST:
        raise Refused(_("This drawing is too large. Clear it and sign again."), code="too_long", field=field)
    points = [(int(x), int(y)) for x, y in _POINT.findall(path)] if _PATH.fullmatch(path) else []
    if not points or any(x > WIDTH or y > HEIGHT for x, y in points):
        message = _("The drawing could not be read. Clear it and sign again.")
        raise Refused(message, code="signature_invalid", field=field)
    across = [x for x, _y in points]
    if max(across) - min(across) < _LEAST_WIDE:
        message = _("This is too small for a signature. Clear it and sign again.")
        raise Refused(message, code="signature_missing", field=field)


def tidied(text: str) -> str:
    """The words as they are hashed and kept: one kind of line end, nothing around them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def hash_of(text: str) -> str:
    """SHA-256 of the words in UTF-8, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
