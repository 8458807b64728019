"""The words of booking: statuses, who may go where from where. Pure; no queries here."""

from collections.abc import Mapping
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

UNIT_MINUTES = 5


class Event(StrEnum):
    """What the audit calls the events of this package."""

    BOOKED = "appointment.booked"
    MOVED = "appointment.moved"
    CHANGED = "appointment.changed"
    CANCELLED = "appointment.cancelled"
    CONFIRMED = "appointment.confirmed"
    STATUS_CHANGED = "appointment.status_changed"
    STATUS_UNDONE = "appointment.status_undone"
    SETUP_CHANGED = "setup.changed"


class Status(models.TextChoices):
    """Where an appointment stands (domain.md 1.11b)."""

    REQUESTED = "requested", _("Requested")
    BOOKED = "booked", _("Booked")
    ARRIVED = "arrived", _("Arrived")
    SEATED = "seated", _("Seated")
    NEEDS_DOCTOR = "needs_doctor", _("Needs doctor")
    WITH_DOCTOR = "with_doctor", _("With doctor")
    CHECKOUT = "checkout", _("Checkout")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("Missed")
    LEFT_UNSEEN = "left_unseen", _("Left unseen")
    ENTERED_IN_ERROR = "entered_in_error", _("Entered in error")


class Origin(models.TextChoices):
    """How an appointment came about."""

    DESK = "desk", _("At the desk")
    PHONE = "phone", _("By phone")
    ONLINE = "online", _("Online")
    WALK_IN = "walk_in", _("Walk-in")


_S = Status
TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    _S.REQUESTED: frozenset({_S.BOOKED, _S.CANCELLED}),
    _S.BOOKED: frozenset({_S.ARRIVED, _S.CANCELLED, _S.NO_SHOW, _S.ENTERED_IN_ERROR}),
    _S.ARRIVED: frozenset({_S.SEATED, _S.CHECKOUT, _S.LEFT_UNSEEN}),
    _S.SEATED: frozenset({_S.NEEDS_DOCTOR, _S.WITH_DOCTOR, _S.ARRIVED, _S.CHECKOUT, _S.LEFT_UNSEEN}),
    _S.NEEDS_DOCTOR: frozenset({_S.WITH_DOCTOR, _S.SEATED}),
    _S.WITH_DOCTOR: frozenset({_S.SEATED, _S.CHECKOUT}),
    _S.CHECKOUT: frozenset({_S.COMPLETED, _S.SEATED}),
    _S.NO_SHOW: frozenset({_S.ARRIVED}),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.LEFT_UNSEEN: frozenset(),
    _S.ENTERED_IN_ERROR: frozenset(),
}

# Statuses whose time is taken; `requested` holds nothing.
HOLDING = (_S.BOOKED, _S.ARRIVED, _S.SEATED, _S.NEEDS_DOCTOR, _S.WITH_DOCTOR, _S.CHECKOUT)
