"""Wishes for another time, and offers of a time that has become free: the first who accepts has it."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.actions.booking import book, move
from appointments.models import Appointment, AppointmentType, Chair, Location
from appointments.models.wait_list import WaitlistEntry, WaitlistOffer, default_expiry
from appointments.rules import LONGEST_MINUTES, Event, Origin
from appointments.wait_list import rules
from appointments.wait_list.rules import OfferState, WishState
from core import audit, clock
from core.actions import audited
from core.errors import NotFound, Refused
from patients import rules as patient_rules
from patients.models import Patient

# What makes an offer fall when somebody accepts it: the time, or the visit that it would replace, is gone.
_FALLS = frozenset({"slot_taken", "outside_hours", "time_blocked", "time_of_day", "in_the_past", "status_conflict"})
_WISH = ("weekdays", "time_from", "time_to", "earliest", "latest", "notice_hours", "note", "state")


@audited
def wish(
    *, by: User, patient: Patient, type: AppointmentType, instead_of: Appointment | None = None, **wanted: Any
) -> WaitlistEntry:
    """Note what the patient wishes: `doctor`, `weekdays`, times, days, notice, note. Raises Refused."""
    require(by, Permission.APPOINTMENT_BOOK)
    patient_rules.check_current(patient)
    if not Patient.objects.hold_current(patient.pk):
        raise patient_rules.archived()
    _check(wanted)
    entry = WaitlistEntry(patient=patient, type=type, instead_of=instead_of, **wanted)
    entry.save(force_insert=True)
    audit.record(by, Event.WISH_NOTED, entry, patient_id=patient.pk, changes=audit.snapshot(entry, *_WISH))
    return entry


@audited
def change_wish(*, by: User, entry: WaitlistEntry, **wanted: Any) -> WaitlistEntry:
    """Another wish, or another state: paused, waiting again, settled. Raises Refused, Stale."""
    require(by, Permission.APPOINTMENT_BOOK)
    _check({name: getattr(entry, name) for name in ("time_from", "time_to", "earliest", "latest")} | wanted)
    changes = entry.change(**wanted)
    if changes:
        audit.record(by, Event.WISH_CHANGED, entry, patient_id=entry.patient_id, changes=changes)
    else:
        audit.no_change(by, Event.WISH_CHANGED, entry)
    return entry


@audited
def offer(
    *,
    by: User,
    entry: WaitlistEntry,
    start: datetime,
    doctor: User,
    location: Location,
    chair: Chair | None = None,
    expires_at: datetime | None = None,
) -> WaitlistOffer:
    """Offer a free time; it holds nothing. Raises Refused (`not_waiting`, `already_offered`, `invalid`)."""
    require(by, Permission.APPOINTMENT_BOOK)
    # Two who offer the same time at once line up here.
    if not Patient.objects.hold_current(entry.patient_id):
        raise patient_rules.archived()
    rules.check_waits(WaitlistEntry.objects.get(pk=entry.pk).state)
    expires_at = expires_at or default_expiry(start)
    rules.check_expiry(expires_at, start, clock.now())
    if WaitlistOffer.objects.filter(entry_id=entry.pk, start=start).out().exists():
        raise Refused(_("This time has been offered to them already."), code="already_offered")
    made = WaitlistOffer(
        entry=entry,
        patient_id=entry.patient_id,
        start=start,
        doctor=doctor,
        location=location,
        chair=chair,
        expires_at=expires_at,
        offered_by=by,
    )
    made.save(force_insert=True)
    changes = audit.snapshot(made, "start", "expires_at", "state")
    audit.record(by, Event.OFFER_MADE, made, patient_id=entry.patient_id, changes=changes)
    return made


@audited
def accept(*, by: User, offer: WaitlistOffer) -> Appointment:
    """Book the offered time, or move the visit that it replaces; every other offer of it is withdrawn.

    The family may accept its own offers, the desk may for them. Raises Refused: `offer_gone`, or why the time cannot
    be had any more (`slot_taken` when it has been booked meanwhile); the offer is withdrawn then.
    """
    _check_may_answer(by, offer)
    rules.check_open(offer.standing)
    rules.check_waits(offer.entry.state)
    try:
        booked = _book(by, offer)
    except Refused as refusal:
        if refusal.code not in _FALLS:
            raise
        # The transaction is rolled back; that the offer has fallen is noted in one of its own.
        note = partial(_gone, offer, refusal)
        raise Refused(refusal.message, code=refusal.code, field="date", after=note) from refusal
    _answer(by, offer, OfferState.ACCEPTED, appointment_id=booked.pk)
    _withdraw_others(by, offer, booked)
    changes = offer.entry.change(state=WishState.SETTLED)
    audit.record(by, Event.WISH_CHANGED, offer.entry, patient_id=offer.patient_id, changes=changes)
    return booked


@audited
def decline(*, by: User, offer: WaitlistOffer) -> WaitlistOffer:
    """Say no; the wish stays. Raises Refused (`offer_gone`)."""
    _check_may_answer(by, offer)
    rules.check_open(offer.standing)
    return _answer(by, offer, OfferState.DECLINED)


@audited
def withdraw(*, by: User, offer: WaitlistOffer) -> WaitlistOffer:
    """The clinic takes the offer back. Raises Refused (`offer_gone`)."""
    require(by, Permission.APPOINTMENT_BOOK)
    rules.check_open(offer.standing)
    return _answer(by, offer, OfferState.WITHDRAWN)


@audited
def note_told(*, by: User, offer: WaitlistOffer) -> WaitlistOffer:
    """Somebody has told the family that the time is gone."""
    require(by, Permission.APPOINTMENT_BOOK)
    if offer.told_at:
        audit.no_change(by, Event.OFFER_ANSWERED, offer)
        return offer
    changes = offer.change(told_at=clock.now())
    audit.record(by, Event.OFFER_ANSWERED, offer, patient_id=offer.patient_id, changes=changes)
    return offer


def _check(wanted: dict[str, Any]) -> None:
    rules.check_span(*(wanted.get(name) for name in ("time_from", "time_to", "earliest", "latest")))


def _check_may_answer(by: User, offer: WaitlistOffer) -> None:
    """Raises NotFound for somebody else's offer."""
    if by.may(Permission.APPOINTMENT_BOOK):
        return
    require(by, Permission.APPOINTMENT_BOOK_OWN)
    if not Patient.objects.own_of(by).filter(pk=offer.patient_id).exists():
        raise NotFound


def _book(by: User, offer: WaitlistOffer) -> Appointment:
    place: dict[str, Any] = {"start": offer.start, "doctor": offer.doctor, "location": offer.location}
    place |= {"chair": offer.chair, "offered": True}
    replaced = offer.entry.instead_of
    if replaced is not None:
        return move(by=by, appointment=replaced, **place)
    return book(by=by, patient=offer.entry.patient, type=offer.entry.type, origin=Origin.WAIT_LIST, **place)


def _answer(by: User | None, offer: WaitlistOffer, state: str, **more: Any) -> WaitlistOffer:
    """One step from offered: who comes second finds it answered. Raises Refused (`offer_gone`)."""
    rows = WaitlistOffer.objects.filter(pk=offer.pk, state=OfferState.OFFERED)
    now = clock.now()
    if rows.update(state=state, answered_at=now, answered_by=by, version=F("version") + 1, updated_at=now, **more) != 1:
        rules.check_open(WaitlistOffer.objects.get(pk=offer.pk).state)
    changes = {"state": [OfferState.OFFERED, state]}
    audit.record(by, Event.OFFER_ANSWERED, offer, patient_id=offer.patient_id, changes=changes)
    offer.refresh_from_db()
    return offer


def _withdraw_others(by: User, offer: WaitlistOffer, booked: Appointment) -> None:
    """Other offers for the same wish, and those of the time that is taken now: their families are to be told."""
    for other in WaitlistOffer.objects.filter(entry_id=offer.entry_id, state=OfferState.OFFERED).exclude(pk=offer.pk):
        _answer(by, other, OfferState.WITHDRAWN)
    first = booked.start - timedelta(minutes=LONGEST_MINUTES)
    beside = WaitlistOffer.objects.filter(state=OfferState.OFFERED, start__gt=first, start__lt=booked.end)
    for other in beside.select_related("entry__type"):
        ends = other.start + timedelta(minutes=other.entry.type.minutes)
        same_place = other.doctor_id == booked.doctor_id and (
            None in {other.chair_id, booked.chair_id} or other.chair_id == booked.chair_id
        )
        if same_place and ends > booked.start:
            _answer(by, other, OfferState.WITHDRAWN, is_gone=True)


def _gone(offer: WaitlistOffer, refusal: Refused) -> dict[str, Any]:
    note_gone(by=None, offer=offer)
    refusal.settle()
    return refusal.extra


@audited
def note_gone(*, by: None, offer: WaitlistOffer) -> WaitlistOffer:
    """The time was booked by somebody else: the offer falls."""
    rows = WaitlistOffer.objects.filter(pk=offer.pk, state=OfferState.OFFERED)
    if rows.exists():
        return _answer(by, offer, OfferState.WITHDRAWN)
    audit.no_change(by, Event.OFFER_ANSWERED, offer)
    return offer
