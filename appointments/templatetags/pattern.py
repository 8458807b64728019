"""The picture of a visit's pattern: who is needed in which five minutes."""

import re
from itertools import groupby

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

UNIT_WIDTH, HEIGHT = 8, 14
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_HEIGHTS = {"A": 4, "d": 9, "D": 14}


@register.simple_tag
def strip(pattern: str, colour: str) -> SafeString:
    """A bar along the visit: low for the assistant, higher for a check, full for a procedure."""
    fill = colour if _COLOUR.fullmatch(colour or "") else "#857e70"
    rect = '<rect x="{}" y="{}" width="{}" height="{}"/>'
    bars = format_html_join("", rect, (_bar(position, unit) for position, unit in enumerate(pattern)))
    form = '<svg class="strip" width="{}" height="{}" fill="{}" role="img" aria-label="{}">{}</svg>'
    return format_html(form, len(pattern) * UNIT_WIDTH, HEIGHT, fill, spell(pattern), bars)


@register.simple_tag
def sample(colour: str, text: str, *, tinted: bool = False) -> SafeString:
    """How white text looks on a colour; where `tinted`, static/js/pattern.js does it anew while somebody chooses."""
    form = (
        '<svg class="sample" width="64" height="24" role="img" aria-label="{}">'
        '<rect width="64" height="24" rx="4" fill="{}"{}/>'
        '<text x="32" y="16.5" text-anchor="middle" font-size="13" font-weight="600" fill="#ffffff">{}</text></svg>'
    )
    fill = colour if _COLOUR.fullmatch(colour or "") else "#857e70"
    return format_html(form, text, fill, SafeString(" data-tinted" if tinted else ""), text)


@register.filter
def spell(pattern: str) -> str:
    """`A2 d1 A1` for `AAdA`: shorter to read."""
    return " ".join(f"{unit}{len(list(run))}" for unit, run in groupby(pattern))


def _bar(position: int, unit: str) -> tuple[int, int, int, int]:
    height = _HEIGHTS.get(unit, 0)
    return position * UNIT_WIDTH, HEIGHT - height, UNIT_WIDTH - 1, height
