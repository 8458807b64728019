"""What the demo clinic's patients wear beside wires: expanders, aligners, retainers, and when retention is checked."""

from datetime import date, timedelta
from typing import Any, Final

from charting.models import AlignerSeries, Appliance, ApplianceEvent, RetentionCheck
from charting.rules import plans
from charting.rules.aligners import Tracking
from clinic.demo.malocclusions import Malocclusion
from clinic.demo.stories import FINISHED, Story
from patients.rules import CarePhase

_P, _W = CarePhase, ApplianceEvent.What
_MOST_TRAYS: Final = 60
_BRANDS: Final = ("ClearCorrect", "In-house")
_ATTACHMENTS: Final = ("13,23", "13,12,22,23", "14,24,34,44", "13,23,33,43", "")
_STRIPPED: Final = ("13-12", "12-11", "11-21", "21-22", "22-23", "42-41", "41-31", "31-32")
_LAG: Final = ((0, Tracking.ON_TRACK),) * 5 + ((1, Tracking.WATCH), (2, Tracking.OFF_TRACK))
_DEBOND: Final = timedelta(days=7)  # until the removable retainer is ready


def worn_of(story: Story, malocclusion: Malocclusion) -> list[Any]:
    """Everything, in the order in which it is written."""
    if story.begun is None:
        return []
    if story.phase is _P.ALIGNER:
        return [_series(story, story.begun), *_after(story)]
    if story.phase is _P.PHASE_1:
        return [*_early(story, story.begun, malocclusion), *_after(story)]
    if story.phase in {_P.FULL, _P.PHASE_2, _P.SURGICAL} and story.chance(0.15):
        bar = _appliance(story, "Transpalatal arch", story.begun, "16,26", story.ended)
        return [bar, *_after(story)]
    return _after(story)


def _early(story: Story, begun: date, malocclusion: Malocclusion) -> list[Any]:
    """An expander that is turned at home for a few weeks, or a functional appliance."""
    if malocclusion.name == "division_1":
        twin = _appliance(story, "Twin Block", begun, "", story.ended)
        return [twin, *(_event(story, twin, day, _W.CHECKED) for day in story.checks[:4] if day > begun)]
    expander = _appliance(story, "Rapid palatal expander", begun, "16,26", story.ended)
    rows: list[Any] = [expander]
    for place, day in enumerate(day for day in story.checks if day > begun):
        if place < 2:
            rows.append(_event(story, expander, day, _W.ACTIVATED, turns=story.rng.randint(10, 20)))
        elif place == 2:
            rows.append(_event(story, expander, day, _W.CHECKED, note="Wide enough: holds for 6 months."))
    return rows


def _series(story: Story, begun: date) -> AlignerSeries:
    """As far as it is at the last visit; some teeth lag behind."""
    rng, days = story.rng, story.rng.choice([7, 10, 14])
    count = min(_MOST_TRAYS, max(10, story.months * 30 // days))
    seen = max([begun, *story.checks[-1:]])
    lag, tracking = rng.choice(_LAG)
    verified = min(count, max(0, (seen - begun).days // days - lag))
    row = AlignerSeries(
        patient_id=story.patient.pk,
        by_id=story.doctor.pk,
        brand=rng.choice(_BRANDS),
        started_on=begun,
        upper=count,
        lower=count - rng.choice([0, 0, 2, 5]),
        days_per_tray=days,
        hours=22,
        attachments=rng.choice(_ATTACHMENTS),
        ipr=_stripping(story),
        verified=verified,
        verified_on=seen if verified else None,
        delivered=min(count, verified + 80 // days),
        tracking=tracking,
        created_at=story.at(begun),
        updated_at=story.at(seen),
    )
    if story.ended:
        row.verified = row.delivered = count
        row.verified_on = row.ended_on = story.ended
        row.tracking = Tracking.ON_TRACK
    return row


def _stripping(story: Story) -> list[dict[str, Any]]:
    """Enamel at a few contacts of the front teeth, before one of the first aligners."""
    chosen = sorted(story.rng.sample(range(len(_STRIPPED)), story.rng.choice([0, 2, 3, 4])))
    return [
        {"contact": _STRIPPED[place], "mm": story.rng.choice(["0.2", "0.3"]), "tray": story.rng.randint(2, 9)}
        for place in chosen
    ]


def _after(story: Story) -> list[Any]:
    """Retainers and their checks, once the appliances are off."""
    if story.ended is None or story.status not in FINISHED:
        return []
    since, checked = story.ended, story.kept["RETC"]
    rows: list[Any] = []
    if story.chance(0.7):
        rows.append(_appliance(story, "Bonded retainer", since, "33,32,31,41,42,43"))
    if since + _DEBOND <= story.today:
        plate = _appliance(story, story.rng.choice(["Vacuum-formed retainer", "Hawley retainer"]), since + _DEBOND)
        rows.append(plate)
        rows += [_event(story, plate, day, _W.CHECKED) for day in checked if day >= plate.placed_on]
        if checked and checked[-1] >= plate.placed_on and story.rng.random() < 0.1:
            rows.append(_event(story, plate, checked[-1], _W.LOST, note="New scan taken."))
    return [*rows, *_checks(story, since, checked)]


def _checks(story: Story, since: date, checked: list[date]) -> list[RetentionCheck]:
    """1, 3, 6 and 12 months after the debond; done at the visits, or long ago."""
    rows = []
    days = [day for day in checked if day >= since]
    for place, due in enumerate(plans.retention_checks(since)):
        done = days[place] if place < len(days) else None
        if done is None and due < story.today - timedelta(days=200):
            done = due
        at = story.at(done or since, 13)
        note = story.rng.choice(["", "Bonded retainer holds.", "Worn every night.", "Fits well."]) if done else ""
        rows.append(
            RetentionCheck(
                patient_id=story.patient.pk,
                by_id=story.doctor.pk,
                due_on=due,
                done_on=done,
                note=note,
                created_at=story.at(since, 13),
                updated_at=at,
            )
        )
    return rows


def _appliance(story: Story, kind: str, placed: date, teeth: str = "", removed: date | None = None) -> Appliance:
    return Appliance(
        patient_id=story.patient.pk,
        by_id=story.doctor.pk,
        kind=kind,
        teeth=teeth,
        placed_on=placed,
        removed_on=removed,
        created_at=story.at(placed),
        updated_at=story.at(removed or placed),
    )


def _event(
    story: Story, worn: Appliance, on: date, what: str, *, turns: int | None = None, note: str = ""
) -> ApplianceEvent:
    at = story.at(on, 13)
    return ApplianceEvent(
        patient_id=worn.patient_id,
        by_id=worn.by_id,
        appliance=worn,
        on=on,
        what=what,
        turns=turns,
        note=note,
        created_at=at,
        updated_at=at,
    )
