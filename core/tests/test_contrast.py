"""Every pair of colours that the style sheets put together reaches WCAG 2.2 AA, in light and in dark."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
GROUNDS = ("canvas", "surface", "raised", "sunken")
TONES = ("grey", "blue", "amber", "orange", "teal", "green", "violet", "red")
TEXT, SHAPE = 4.5, 3.0

TEXT_PAIRS = [
    *((ink, ground) for ground in GROUNDS for ink in ("ink", "ink-soft", "ink-mute", "accent", "accent-strong")),
    *((ink, f"{tone}-bg") for tone in TONES for ink in (f"{tone}-ink", "ink", "ink-soft")),
    *(("red-ink", ground) for ground in GROUNDS),
    *((ink, "accent-soft") for ink in ("accent-strong", "ink", "ink-soft", "ink-mute")),
    ("rail-ink", "rail"),
    ("rail-ink", "rail-active"),
    ("rail-mute", "rail"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-red", "red"),
]
SHAPE_PAIRS = [
    *((mark, ground) for ground in GROUNDS for mark in ("line-strong", "focus", *TONES)),
    *(("rail-mark", ground) for ground in ("rail", "rail-active")),
]


def colours(theme):
    names = ("tokens.css",) if theme == "light" else ("tokens.css", "dark.css")
    text = "".join((CSS / name).read_text() for name in names)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", text))


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_PAIRS, TEXT), (SHAPE_PAIRS, SHAPE)], ids=["text", "shapes"])
def test_pairs_of_colours_are_told_apart(theme, pairs, least):
    values = colours(theme)

    weak = {pair: round(contrast(values[pair[0]], values[pair[1]]), 2) for pair in pairs}

    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


def test_dark_overrides_only_colours_that_exist():
    assert set(re.findall(r"--([\w-]+):", (CSS / "dark.css").read_text())) <= set(
        re.findall(r"--([\w-]+):", (CSS / "tokens.css").read_text())
    )
