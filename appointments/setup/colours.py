"""Colours that a type may have: white text on them can be read (WCAG AA), and they show on a dark page too."""

import colorsys
from typing import Final

from django.utils.translation import gettext as _

from core.errors import Refused

LEAST_CONTRAST: Final = 4.5  # of white text
LEAST_ON_DARK: Final = 2.0  # against the surface of the dark page, static/css/dark.css
DARK: Final = "#182120"
WHITE: Final = "#ffffff"

# Readable and well apart; offered by the editor.
PALETTE: Final = (
    "#7a5195",
    "#8b4fa0",
    "#9a5b7d",
    "#c2334d",
    "#b5483c",
    "#a8632a",
    "#8a6d1f",
    "#75782f",
    "#5a7d3a",
    "#2e7d4f",
    "#2f7d6d",
    "#277591",
    "#3b6fb6",
    "#5a6fc0",
    "#55758c",
    "#6b6f76",
)


def contrast(one: str, other: str) -> float:
    """How far two colours (`#rrggbb`) are apart, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(colour: str) -> bool:
    """Whether white text can be read on it, and it can be told from the dark page."""
    return contrast(colour, WHITE) >= LEAST_CONTRAST and contrast(colour, DARK) >= LEAST_ON_DARK


def nearest_readable(colour: str) -> str:
    """The same hue, darker or lighter by as little as is needed."""
    hue, light, full = colorsys.rgb_to_hls(*_channels(colour))
    steps = (light + sign * step / 200 for step in range(201) for sign in (-1, 1))
    tried = (_spelled(*colorsys.hls_to_rgb(hue, level, full)) for level in steps if 0 <= level <= 1)
    return next(found for found in tried if is_readable(found))


def check_colour(colour: str) -> None:
    """Raises Refused (`unreadable_colour`) with the nearest readable one."""
    if is_readable(colour):
        return
    nearest = nearest_readable(colour)
    if contrast(colour, WHITE) < LEAST_CONTRAST:
        message = _("White text on %(colour)s cannot be read. The nearest readable colour is %(nearest)s.")
    else:
        message = _("%(colour)s cannot be told from a dark page. The nearest readable colour is %(nearest)s.")
    spoken = message % {"colour": colour, "nearest": nearest}
    raise Refused(spoken, code="unreadable_colour", field="colour", extra={"nearest": nearest})


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _spelled(*channels: float) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
