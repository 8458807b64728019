"""Template tags and filters of the design system."""

from datetime import UTC, date, datetime, time

import pytest
from django.template import Context, Template

from core.templatetags import ui


def render(text, **values):
    return Template(text).render(Context(values))


def test_an_icon_is_silent_without_a_label():
    assert 'aria-hidden="true"' in ui.icon("calendar")


def test_an_icon_speaks_with_a_label():
    assert 'role="img" aria-label="Archived"' in ui.icon("lock", label="Archived")


def test_arrows_turn_where_text_runs_from_right_to_left():
    assert "icon--turns" in ui.icon("arrow-right")
    assert "icon--turns" not in ui.icon("calendar")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Pia Keller", "PK"), ("Pia Anna von Keller", "PK"), ("Pia", "P"), ("", ""), ("李 小龍", "李小"), ("(x) Ö", "Ö")],
)
def test_initials(name, expected):
    assert ui.initials(name) == expected


def test_times_are_shown_on_the_clinics_wall(settings):
    settings.TIME_ZONE = "Europe/Zurich"
    instant = datetime(2025, 2, 10, 23, 30, tzinfo=UTC)

    assert ui.clock_datetime(instant) == "11 Feb 2025, 00:30"
    assert ui.clock_day(instant) == "Tuesday 11 Feb 2025"
    assert ui.clock_iso(instant) == "2025-02-10T23:30:00Z"


def test_plain_days_and_times_are_not_moved():
    assert ui.clock_date(date(2025, 2, 10)) == "10 Feb 2025"
    assert ui.clock_time(time(9, 5)) == "09:05"
    assert ui.clock_time(time(0, 0)) == "00:00"
    assert ui.clock_iso(date(2025, 2, 10)) == "2025-02-10"


@pytest.mark.parametrize("show", [ui.clock_time, ui.clock_date, ui.clock_day, ui.clock_datetime, ui.clock_iso])
def test_nothing_shows_as_nothing(show):
    assert show(None) == ""


def test_a_pattern_becomes_one_mark_a_run_of_doctor_units():
    drawing = ui.units("dAADDA", "#2f7fb8")

    assert drawing.count('class="d"') == 1
    assert '<rect x="6" y="3" width="5" height="2" class="D"/>' in drawing
    assert 'fill="#2f7fb8"' in drawing


@pytest.mark.parametrize("draw", [ui.swatch, lambda colour: ui.units("A", colour)])
def test_only_colours_are_drawn(draw):
    assert "script" not in draw('"><script>')


def test_names_are_escaped():
    assert "<b>" not in ui.status_badge("booked", "<b>")
    assert "<b>" not in ui.avatar("<b> <i>")


def test_a_captured_block_is_escaped_once():
    shown = render("{% capture as title %} {{ name }} {% endcapture %}[{{ title }}]", name="Pia & Gus")

    assert shown == "[Pia &amp; Gus]"


@pytest.mark.parametrize(("path", "below"), [("/patients/1", True), ("/patients", True), ("/design/", False)])
def test_a_page_below_a_part_of_the_navigation(path, below):
    assert ui.is_below(path, "/patients") is below
