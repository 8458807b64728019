"""Template tags of the design system. All of them are built in: no template loads them."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache
from itertools import groupby

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.formats import date_format, time_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core import clock

register = template.Library()

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NO_COLOUR = "#857e70"
_WIDTHS = {"d": 3, "D": 5}  # a check is thinner than a procedure
_TURNS = ("arrow-", "chevron-left", "chevron-right", "sign-out")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A picture from static/icons.svg: decoration, unless a label makes it speak."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    begin, end = _picture(name, static("icons.svg"))
    return SafeString(begin + spoken + end)


@lru_cache(maxsize=256)  # a full day has a thousand of them, of forty kinds
def _picture(name: str, pictures: str) -> tuple[SafeString, SafeString]:
    turns = " icon--turns" if name.startswith(_TURNS) else ""
    begin = format_html('<svg class="icon{}" viewBox="0 0 24 24" ', turns)
    return begin, format_html('><use href="{}#{}"></use></svg>', pictures, name)


@register.simple_tag
def field(bound: BoundField, width: str = "", *, stacked: bool = False, optional: bool = True) -> SafeString:
    """A form field as templates/forms/field.html shows it.

    `width` inside a form__grid: "half", "third" or "two-thirds". `stacked` puts choices below one another;
    `optional=False` leaves the mark "optional" out (filters).
    """
    values = {"field": bound, "width": width, "stacked": stacked, "unmarked": not optional}
    return render_to_string("forms/field.html", values)


@register.simple_tag
def status_badge(status: str, label: str) -> SafeString:
    """The status of an appointment; the colours are in badge.css."""
    return format_html('<span class="badge" data-status="{}">{}</span>', status, label)


@register.simple_tag
def avatar(name: str, *, large: bool = False) -> SafeString:
    """Initials in a circle, beside the name itself: silent for screen readers."""
    size = " avatar--large" if large else ""
    return format_html('<span class="avatar{}" aria-hidden="true">{}</span>', size, initials(name))


@register.simple_tag
@lru_cache(maxsize=256)
def swatch(colour: str) -> SafeString:
    """A square of a colour that the clinic chose (`#rrggbb`); no style attribute, the policy forbids them."""
    form = '<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" fill="{}"/></svg>'
    return format_html(form, _safe_colour(colour))


@register.simple_tag
@lru_cache(maxsize=256)
def units(pattern: str, colour: str) -> SafeString:
    """The edge of a visit: its type's colour, and where the doctor is needed (d check, D procedure)."""
    rect = '<rect x="6" y="{}" width="{}" height="{}" class="{}"/>'
    marks = format_html_join("", rect, ((start, _WIDTHS[unit], size, unit) for unit, start, size in _runs(pattern)))
    form = (
        '<svg class="visit__units" viewBox="0 0 12 {}" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="5" height="{}" fill="{}"/>{}</svg>'
    )
    return format_html(form, len(pattern) or 1, len(pattern) or 1, _safe_colour(colour), marks)


@register.simple_block_tag
def capture(content: str) -> SafeString:
    """Keep what the block says: `{% capture as name %}...{% endcapture %}`. It was escaped when it was written."""
    return SafeString(content.strip())


@register.filter
def initials(name: object) -> str:
    """First letters of the first and the last word: "PK" for Pia Keller."""
    words = [word for word in str(name).split() if word[:1].isalpha()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


@register.filter
def is_below(path: str, prefix: str) -> bool:
    """Whether a page lies below a part of the navigation; a prefix that ends in `$` is that page alone."""
    if prefix.endswith("$"):
        return path == prefix[:-1]
    return bool(prefix) and path.startswith(prefix)


@register.filter
def clock_time(value: datetime | time | None) -> str:
    """09:15, on the clinic's wall."""
    if not value:
        return ""
    return time_format(clock.wall(value).time() if isinstance(value, datetime) else value, "TIME_FORMAT")


@register.filter
def clock_date(value: date | None) -> str:
    """10 Feb 2025, on the clinic's calendar."""
    return date_format(_day(value), "DATE_FORMAT") if value else ""


@register.filter
def clock_day(value: date | None) -> str:
    """Monday 10 Feb 2025, on the clinic's calendar."""
    return f"{date_format(_day(value), 'l')} {clock_date(value)}" if value else ""


@register.filter
def clock_datetime(value: datetime | None) -> str:
    """10 Feb 2025, 09:15, on the clinic's clock."""
    return f"{clock_date(value)}, {clock_time(value)}" if value else ""


@register.filter
def clock_iso(value: date | None) -> str:
    """For <time datetime="...">: an instant in UTC, or a plain day."""
    if not value:
        return ""
    return clock.iso(value) if isinstance(value, datetime) else value.isoformat()


def _day(value: date) -> date:
    return clock.wall(value).date() if isinstance(value, datetime) else value


def _safe_colour(colour: str) -> str:
    return colour if _COLOUR.fullmatch(colour or "") else _NO_COLOUR


def _runs(pattern: str) -> Iterator[tuple[str, int, int]]:
    """Unit, first position and length of every run of units that need the doctor."""
    start = 0
    for unit, members in groupby(pattern):
        size = len(list(members))
        if unit in _WIDTHS:
            yield unit, start, size
        start += size
