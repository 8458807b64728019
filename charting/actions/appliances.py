"""Appliances in and out, their activations; aligner series, what was delivered and verified; checks of retention."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from charting.actions.appliance_photos import SHOWS_LENGTH
from charting.actions.stored_photos import kept
from charting.models import AlignerSeries, Appliance, ApplianceEvent, RetentionCheck, ToothFinding
from charting.rules import aligners, plans, stripping
from charting.rules.events import Event
from charting.rules.findings import ABSENT
from charting.rules.procedures import check_turns
from charting.rules.teeth import Arch
from charting.rules.visits import check_length
from core import audit, clock
from core.actions import audited
from core.errors import Refused, Stale
from core.models import CHANGED
from patients.holding import hold
from patients.models import Patient
from patients.photos import Photo
from patients.rules import check_not_future

_SERIES = (
    "brand",
    "refinement",
    "started_on",
    "upper",
    "lower",
    "days_per_tray",
    "hours",
    "attachments",
    "ipr",
    "instructions",
)


@audited
def place_appliance(
    *, by: User, patient: Patient, kind: str, placed_on: date, teeth: str = "", note: str = ""
) -> Appliance:
    """Note that the patient wears something from that day on. Raises Refused (`in_the_future`)."""
    _begin(by, patient)
    check_not_future(placed_on, clock.today(), "placed_on")
    check_length(note, "note", 2000)
    made = Appliance.objects.create(patient=patient, by=by, kind=kind, placed_on=placed_on, teeth=teeth, note=note)
    changes = audit.snapshot(made, "kind", "placed_on", "teeth")
    audit.record(by, Event.APPLIANCE_PLACED, made, patient_id=patient.pk, changes=changes)
    return made


@audited
def remove_appliance(*, by: User, appliance: Appliance, removed_on: date) -> Appliance:
    """It is out. Raises Refused (`in_the_future`, `out_of_order`), Stale."""
    require(by, Permission.CHART_DRAFT)
    hold(appliance.patient)
    check_not_future(removed_on, clock.today(), "removed_on")
    if removed_on < appliance.placed_on:
        message = _("It was put in on %(day)s: it cannot be out before.") % {"day": appliance.placed_on}
        raise Refused(message, code="out_of_order", field="removed_on")
    changes = appliance.change(removed_on=removed_on)
    if changes:
        audit.record(by, Event.APPLIANCE_REMOVED, appliance, patient_id=appliance.patient_id, changes=changes)
    else:
        audit.no_change(by, Event.APPLIANCE_REMOVED, appliance)
    return appliance


@audited
def note_appliance_event(
    *,
    by: User,
    appliance: Appliance,
    what: str,
    on: date,
    turns: int | None = None,
    note: str = "",
    photo: Photo | None = None,
    shows: str = "",
) -> ApplianceEvent:
    """An activation (with turns of an expander), a repair, a loss; with a photo and what it shows, if there is one.

    Raises Refused (`in_the_future`, `out_of_range`, `out_of_order`, `too_long`).
    """
    require(by, Permission.CHART_DRAFT)
    hold(appliance.patient)
    check_not_future(on, clock.today(), "on")
    if turns is not None:
        check_turns(turns)
    if appliance.removed_on and on > appliance.removed_on:
        raise Refused(_("This appliance was out by then."), code="out_of_order", field="on")
    check_length(note, "note", 2000)
    check_length(shows, "shows", SHOWS_LENGTH)
    said = {"what": what, "on": on, "turns": turns, "note": note}
    with kept(photo) as name:
        made = ApplianceEvent.objects.create(
            patient_id=appliance.patient_id, by=by, appliance=appliance, photo=name, shows=shows if name else "", **said
        )
        changes = audit.snapshot(made, "what", "on", "turns") | ({"photo": [None, CHANGED]} if name else {})
        audit.record(by, Event.APPLIANCE_EVENT, made, patient_id=appliance.patient_id, changes=changes)
    return made


@audited
def start_series(*, by: User, patient: Patient, **fields: Any) -> AlignerSeries:
    """A series of aligners, or a refinement; the one before ends.

    `ipr` as in charting.rules.stripping. Raises Refused (`out_of_range`, and for what is planned beside the trays).
    """
    _begin(by, patient)
    made = AlignerSeries(patient=patient, by=by, **fields)
    aligners.check_series(made.as_series())
    made.attachments, made.ipr = _planned(made, made.attachments, made.ipr)
    for before in AlignerSeries.objects.of(patient).filter(ended_on=None):
        before.change(ended_on=max(made.started_on, before.started_on))
    made.save()
    audit.record(by, Event.ALIGNERS_STARTED, made, patient_id=patient.pk, changes=audit.snapshot(made, *_SERIES))
    return made


@audited
def plan_series(
    *, by: User, series: AlignerSeries, version: int, attachments: str, ipr: Sequence[Any], instructions: str
) -> AlignerSeries:
    """What goes with the trays: attachments, stripping, instructions. Raises Refused (as for a new one), Stale."""
    require(by, Permission.CHART_DRAFT)
    hold(series.patient)
    if version != series.version:
        raise Stale
    check_length(instructions, "instructions", 500)
    attachments, planned = _planned(series, attachments, ipr)
    fields = {"attachments": attachments, "ipr": planned, "instructions": instructions}
    return _changed(by, Event.ALIGNERS_PLANNED, series, fields)


@audited
def hand_out_aligners(*, by: User, series: AlignerSeries, delivered: int) -> AlignerSeries:
    """The patient has them up to this one. Raises Refused (`tray_beyond_series`, `out_of_order`), Stale."""
    require(by, Permission.CHART_DRAFT)
    hold(series.patient)
    _check_tray(series, delivered, "delivered")
    if delivered < series.verified:
        message = _("Aligner %(n)s has been verified already.") % {"n": series.verified}
        raise Refused(message, code="out_of_order", field="delivered")
    return _changed(by, Event.ALIGNERS_DELIVERED, series, {"delivered": delivered})


@audited
def verify_aligner(*, by: User, series: AlignerSeries, tray: int, on: date, tracking: str) -> AlignerSeries:
    """This one fits and is worn from that day on. Raises Refused, Stale.

    `tray_beyond_series`, `not_delivered` for one that the patient does not have, `in_the_future`.
    """
    require(by, Permission.CHART_DRAFT)
    hold(series.patient)
    _check_tray(series, tray, "tray")
    check_not_future(on, clock.today(), "on")
    if tray > series.delivered:
        message = _("Aligner %(n)s has not been delivered yet.") % {"n": tray}
        raise Refused(message, code="not_delivered", field="tray")
    return _changed(by, Event.ALIGNER_VERIFIED, series, {"verified": tray, "verified_on": on, "tracking": tracking})


@audited
def end_series(*, by: User, series: AlignerSeries, ended_on: date) -> AlignerSeries:
    """The last one has been worn, or the series is given up. Raises Refused (`in_the_future`), Stale."""
    require(by, Permission.CHART_DRAFT)
    hold(series.patient)
    check_not_future(ended_on, clock.today(), "ended_on")
    return _changed(by, Event.ALIGNERS_ENDED, series, {"ended_on": ended_on})


@audited
def plan_retention(*, by: User, patient: Patient, since: date) -> list[RetentionCheck]:
    """The checks 1, 3, 6 and 12 months after that day; those that are open already give way."""
    _begin(by, patient)
    RetentionCheck.objects.of(patient).filter(done_on=None).delete()
    made = [RetentionCheck(patient=patient, by=by, due_on=day) for day in plans.retention_checks(since)]
    RetentionCheck.objects.bulk_create(made)
    days = [row.due_on.isoformat() for row in made]
    audit.record(by, Event.RETENTION_PLANNED, patient, patient_id=patient.pk, changes={"due_on": [None, days]})
    return made


@audited
def note_retention_check(*, by: User, check: RetentionCheck, done_on: date, note: str = "") -> RetentionCheck:
    """It has been done. Raises Refused (`in_the_future`), Stale."""
    require(by, Permission.CHART_DRAFT)
    hold(check.patient)
    check_not_future(done_on, clock.today(), "done_on")
    check_length(note, "note", 2000)
    changes = check.change(done_on=done_on, note=note)
    if changes:
        audit.record(by, Event.RETENTION_CHECKED, check, patient_id=check.patient_id, changes=changes)
    else:
        audit.no_change(by, Event.RETENTION_CHECKED, check)
    return check


def _begin(by: User, patient: Patient) -> None:
    require(by, Permission.CHART_DRAFT)
    hold(patient)


def _planned(series: AlignerSeries, attachments: str, ipr: Sequence[Any]) -> tuple[str, list[dict[str, Any]]]:
    """Attachments and stripping as they are kept."""
    # read-scope: of a patient whom the person may treat
    rows = ToothFinding.objects.of(series.patient).order_by("on", "created_at", "id")
    states = {row.tooth: row.state for row in rows}
    absent = frozenset(code for code, state in states.items() if state in ABSENT)
    planned = stripping.check_plan(ipr, series.as_series(), absent)
    return stripping.check_attachments(attachments, absent), planned


def _check_tray(series: AlignerSeries, tray: int, field: str) -> None:
    """A tray of the longer arch."""
    longer = Arch.UPPER if series.upper >= series.lower else Arch.LOWER
    aligners.check_tray(series.as_series(), longer, tray, field=field)


def _changed(by: User, event: Event, series: AlignerSeries, fields: Mapping[str, Any]) -> AlignerSeries:
    if series.ended_on is not None:
        raise Refused(_("This series has ended."), code="status_conflict")
    changes = series.change(**fields)
    if changes:
        audit.record(by, event, series, patient_id=series.patient_id, changes=changes)
    else:
        audit.no_change(by, event, series)
    return series
