"""Day templates: what they may hold, the days built from them, and what they keep bookings out of."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import User
from appointments import actions, slots
from appointments.actions import day_plans
from appointments.day_plans.building import build
from appointments.day_plans.preview import Preview
from appointments.day_plans.reading import blocks_of
from appointments.models import BuiltDay, Chair, DayBlock, DayTemplate, Location, TemplateBlock
from appointments.tests.desk import book, kind, monday, refusal
from core import clock
from core.errors import NotPermitted, Stale
from core.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def usual(ada: User, practice: Location) -> DayTemplate:
    """Lunch for everybody at noon; chair 2 for long visits until ten, chair 3 for emergencies all morning."""
    template = day_plans.add_template(by=ada, location=practice, name="Usual day")
    add(ada, template, None, "12:00", "13:00", kind="lunch")
    add(ada, template, "Chair 2", "08:00", "10:00", kind="reserved", types="BOND DEB")
    add(ada, template, "Chair 3", "08:00", "12:00", kind="emergency")
    return template


def add(by: User, template: DayTemplate, chair: str | None, opens: str, closes: str, **more: Any) -> TemplateBlock:
    template.refresh_from_db()
    place = Chair.objects.get(location_id=template.location_id, name=chair) if chair else None
    times = {"opens": time.fromisoformat(opens), "closes": time.fromisoformat(closes)}
    return day_plans.add_block(by=by, template=template, version=template.version, chair=place, **times, **more)


def applied(by: User, template: DayTemplate, *days: date) -> list[BuiltDay]:
    template.refresh_from_db()
    return build(by=by, template=template, version=template.version, days=days)


def chair(name: str) -> Chair:
    return Chair.objects.get(name=name)


@pytest.mark.parametrize(
    ("place", "opens", "closes", "more", "code"),
    [
        ("Chair 1", "09:03", "10:00", {"kind": "meeting"}, "off_grid"),
        ("Chair 1", "10:00", "10:00", {"kind": "meeting"}, "closes_before_opens"),
        ("Chair 1", "09:00", "10:00", {"kind": "reserved"}, "required"),
        ("Chair 1", "09:00", "10:00", {"kind": "reserved", "types": "NONE"}, "not_found"),
        ("Chair 2", "09:30", "11:00", {"kind": "reserved", "types": "ADJ"}, "blocks_overlap"),
        (None, "12:30", "14:00", {"kind": "meeting"}, "blocks_overlap"),
    ],
)
def test_what_a_block_may_not_be(
    ada: User, usual: DayTemplate, place: str | None, opens: str, closes: str, more: dict[str, Any], code: str
) -> None:
    with refusal(code):
        add(ada, usual, place, opens, closes, **more)
    assert usual.blocks.count() == 3


def test_admins_only_and_nobody_over_somebody_else(ada: User, rita: User, usual: DayTemplate) -> None:
    usual.refresh_from_db()
    with pytest.raises(NotPermitted):
        day_plans.build_days(by=rita, template=usual, version=usual.version, days=[monday().date()])
    with pytest.raises(Stale):
        day_plans.build_days(by=ada, template=usual, version=usual.version - 1, days=[monday().date()])
    block = usual.blocks.get(kind="lunch")
    with pytest.raises(Stale):
        day_plans.change_block(by=ada, block=block, version=usual.version - 1, opens=time(11))
    block.refresh_from_db()
    assert block.opens == time(12)


def test_a_change_leaves_built_days_alone_until_they_are_built_anew(ada: User, usual: DayTemplate) -> None:
    day = monday().date()
    built = applied(ada, usual, day)[0]
    usual.refresh_from_db()
    lunch = usual.blocks.get(kind="lunch")
    day_plans.change_block(by=ada, block=lunch, version=usual.version, opens=time(12, 30), closes=time(13, 30))

    assert applied(ada, usual, day) == []
    assert DayBlock.objects.get(day=day, kind="lunch").opens == time(12)
    rebuilt = day_plans.rebuild_day(by=ada, built=BuiltDay.objects.get(pk=built.pk))
    assert DayBlock.objects.get(day=day, kind="lunch").opens == time(12, 30)
    assert AuditEvent.objects.filter(event="day_plan.rebuilt", object_id=built.pk).count() == 1
    with pytest.raises(Stale):
        day_plans.rebuild_day(by=ada, built=built)  # as it was read before
    day_plans.clear_day(by=ada, built=rebuilt)
    assert not DayBlock.objects.filter(day=day).exists()
    assert not BuiltDay.objects.filter(day=day).exists()


def test_the_preview_shows_conflicts_and_building_leaves_those_days_out(
    ada: User, rita: User, dana: User, pia: Patient, usual: DayTemplate
) -> None:
    first = monday().date()
    visit = book(rita, pia, dana, monday(12))
    fits = book(rita, pia, dana, monday(14))
    applied(ada, usual, first + timedelta(days=1))
    usual.refresh_from_db()

    preview = Preview(ada, usual, first, first + timedelta(days=6), [0, 1, 2, 6])

    assert [day.state for day in preview.days] == ["conflict", "built", "new", "closed"]
    assert [met.visit.pk for met in preview.days[0].conflicts] == [visit.pk]
    assert preview.to_build(beside_visits=False) == [first + timedelta(days=2)]
    applied(ada, usual, *preview.to_build(beside_visits=True))
    visit.refresh_from_db()
    assert (visit.start, visit.status) == (monday(12), "booked")
    assert BuiltDay.objects.filter(day=first).exists()
    assert fits.pk not in {met.visit.pk for met in Preview(ada, usual, first, first, [0]).days[0].conflicts}


def test_hundreds_of_days_are_built_in_lots(ada: User, usual: DayTemplate) -> None:
    days = [monday().date() + timedelta(days=offset) for offset in range(200)]
    assert len(applied(ada, usual, *days)) == 200
    assert DayBlock.objects.count() == 600


def test_what_is_kept_takes_nothing_else(
    ada: User, rita: User, dana: User, omar: User, pia: Patient, make_patient: Any, usual: DayTemplate
) -> None:
    applied(ada, usual, monday().date())
    with refusal("time_blocked") as caught:
        book(rita, pia, dana, monday(11, 45))
    assert caught.value.extra["keptFor"] == "lunch"
    with refusal("time_blocked"):
        book(rita, pia, dana, monday(9), chair=chair("Chair 2"))
    with refusal("time_blocked"):
        book(rita, pia, dana, monday(11), chair=chair("Chair 3"))

    ordinary = book(rita, pia, dana, monday(9))
    bonding = book(rita, make_patient(), omar, monday(8), "DEB")
    urgent = book(rita, make_patient(), dana, monday(11), "EMG")

    assert [row.chair.name for row in (ordinary, bonding, urgent) if row.chair] == ["Chair 1", "Chair 2", "Chair 3"]
    with refusal("slot_taken"):  # chair 1 is taken, the others are kept
        book(rita, make_patient(), omar, monday(9))
    walk_in = book(rita, make_patient(), omar, monday(11, 20), walk_in=True)
    assert walk_in.chair == chair("Chair 3")


def test_with_a_reason_the_plan_gives_way(ada: User, rita: User, dana: User, pia: Patient, usual: DayTemplate) -> None:
    applied(ada, usual, monday().date())
    visit = book(rita, pia, dana, monday(12), override_reason="Flies home at two")
    assert visit.override_reason == "Flies home at two"
    with refusal("time_blocked"):
        actions.move(by=rita, appointment=visit, start=monday(12, 20))


def test_a_move_leaves_a_chair_that_is_kept_then(
    ada: User, rita: User, dana: User, pia: Patient, usual: DayTemplate
) -> None:
    applied(ada, usual, monday().date())
    visit = book(rita, pia, dana, monday(14), chair=chair("Chair 2"))
    moved = actions.move(by=rita, appointment=visit, start=monday(9))
    assert moved.chair == chair("Chair 1")


def test_free_times_leave_out_what_is_kept(ada: User, dana: User, usual: DayTemplate) -> None:
    applied(ada, usual, monday().date())

    def chairs_at(code: str) -> dict[datetime, str | None]:
        day = monday().date()
        wanted = {"pattern": kind(code).pattern, "type_code": code}
        found = slots.free_slots(doctors=[dana], first_day=day, last_day=day, **wanted)
        return {slot.start: slot.chair_id for slot in found}

    ordinary = chairs_at("ADJ")
    assert not {monday(12), monday(12, 45), monday(11, 45)} & set(ordinary)
    assert ordinary[monday(8)] == chair("Chair 1").pk
    assert chairs_at("DEB")[monday(8)] == chair("Chair 2").pk
    assert chairs_at("EMG")[monday(11)] == chair("Chair 3").pk


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Zurich", date(2027, 3, 28), 1),  # 02:00-04:00 on the wall, of which one hour does not exist
        ("Europe/Zurich", date(2027, 10, 31), 3),
        ("Australia/Lord_Howe", date(2026, 10, 4), 1.5),  # the clock goes on by half an hour
        ("Asia/Kolkata", date(2027, 3, 28), 2),
    ],
)
def test_blocks_keep_the_wall_clock_when_clocks_change(
    ada: User, practice: Location, settings: Any, zone: str, day: date, hours: float
) -> None:
    settings.TIME_ZONE = zone
    place = {"location": practice, "day": day, "kind": "lunch"}
    DayBlock.objects.create(opens=time(1, 0), closes=time(4), **place)
    DayBlock.objects.create(opens=time(2, 10), closes=time(2, 25), **place)
    found = blocks_of([practice.pk], day, day)
    assert (found[0].end - found[0].start) == timedelta(hours=hours + 1)
    assert [f"{clock.wall(found[0].start):%H:%M}", f"{clock.wall(found[0].end):%H:%M}"] == ["01:00", "04:00"]
    skipped = zone != "Asia/Kolkata" and hours < 2
    assert len(found) == (1 if skipped else 2)


def test_a_template_applied_over_a_clock_change_stays_at_noon(
    ada: User, rita: User, dana: User, make_patient: Any, usual: DayTemplate, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Zurich"
    before, after = date(2027, 3, 27), date(2027, 3, 29)  # a Saturday in winter time, a Monday in summer time
    applied(ada, usual, before, after)
    noons = [block.start for block in blocks_of([usual.location_id], before, after) if block.kind == "lunch"]
    assert [f"{noon:%H:%M}" for noon in noons] == ["11:00", "10:00"]
    for noon in noons:
        with refusal("time_blocked"):
            book(rita, make_patient(), dana, noon)
        book(rita, make_patient(), dana, noon + timedelta(hours=1))
