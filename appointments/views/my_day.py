"""The own day: a doctor's visits and calls, an assistant's chairs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts import polling
from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.actions.board import choose_own_chairs
from appointments.board.cards import Card
from appointments.board.lanes import Lane
from appointments.board.reading import Board, fresh_of
from appointments.models import Appointment, Chair, OwnChairs
from appointments.models.booking import AppointmentQuerySet
from appointments.stamps import rows_stamp, stamp_of
from appointments.views.board import polled_page
from core import clock
from patients import panels

_OF_DOCTOR, _OF_CHAIRS = "doctor", "chairs"


def _stamp(request: HttpRequest) -> str:
    # The person is known by the session, and nothing else of it is read.
    return rows_stamp(_rows(request.GET.get("as", ""), str(request.session.get("_auth_user_id", ""))))


def _rows(kind: str, user_id: str) -> AppointmentQuerySet:
    # read-scope: the page leaves out the patients of charts that the person may not open
    rows = Appointment.objects.for_day(clock.today())
    return rows.filter(doctor_id=user_id) if kind == _OF_DOCTOR else rows


@allow(Permission.APPOINTMENT_READ)
@polling.polled(_stamp)
@require_safe
def my_day(request: HttpRequest) -> HttpResponse:
    """For a doctor the own visits; for everybody else the chairs that they look after."""
    asked = request.GET.get("as", "")
    is_doctor = "doctor" in me(request).group_names
    kind = asked if asked in {_OF_DOCTOR, _OF_CHAIRS} else _OF_DOCTOR if is_doctor else _OF_CHAIRS
    context = _doctors_day(request) if kind == _OF_DOCTOR else _chairs_day(request)
    page: Board = context["page"]
    context |= {"today": clock.today(), "now": page.now, "back": "my-day", "is_doctor": is_doctor}
    buttons = [one for one in sorted(panels.buttons) if one.at_the_chair and one.shown_to(me(request))]
    context["chair_buttons"] = buttons
    context["fresh"] = fresh_of(me(request), page.steps)
    stamp = stamp_of(page.visits)
    return polled_page(request, f"appointments/board/my_{kind}", context, stamp, {"as": kind})


def _doctors_day(request: HttpRequest) -> dict[str, Any]:
    page = Board(me(request), _rows(_OF_DOCTOR, me(request).pk))
    for card in page.cards:
        card.by_doctor = True
    lanes = page.lanes
    coming = [*lanes[Lane.LATE], *lanes[Lane.SOON], *lanes[Lane.EXPECTED]]
    return {
        "page": page,
        "calls": lanes[Lane.NEEDS_DOCTOR],
        "with_me": lanes[Lane.WITH_DOCTOR],
        "here": [*lanes[Lane.SEATED], *lanes[Lane.ARRIVED]],
        "coming": sorted(coming, key=lambda card: card.visit.start),
        "finished": [*lanes[Lane.CHECKOUT], *lanes[Lane.GONE]],
    }


def _chairs_day(request: HttpRequest) -> dict[str, Any]:
    own = OwnChairs.ids_of(me(request))
    # read-scope: chairs are no person's
    chairs = list(Chair.objects.filter(is_active=True, location__is_active=True).select_related("location"))
    chairs.sort(key=lambda chair: chair.location.name)
    mine = [chair for chair in chairs if chair.pk in own]
    page = Board(me(request), _rows(_OF_CHAIRS, ""), chairs=mine)
    return {"page": page, "chairs": chairs, "mine": {chair.pk for chair in mine}, "columns": _columns(page, mine)}


def _columns(page: Board, chairs: list[Chair]) -> list[tuple[Chair, list[Card], list[Card]]]:
    """Each own chair with who sits in it and who comes to it next."""
    columns = []
    for chair in chairs:
        there = [card for card in page.cards if card.chair and card.chair.pk == chair.pk]
        seated = [card for card in there if card.lane in (Lane.SEATED, Lane.NEEDS_DOCTOR, Lane.WITH_DOCTOR)]
        coming = [card for card in there if card.lane in (Lane.ARRIVED, Lane.LATE, Lane.SOON, Lane.EXPECTED)]
        coming.sort(key=lambda card: (card.lane != Lane.ARRIVED, card.visit.start))
        columns.append((chair, seated, coming))
    return columns


@allow(Permission.APPOINTMENT_READ)
@require_POST
def my_chairs(request: HttpRequest) -> HttpResponse:
    """Choose the chairs that one looks after."""
    choose_own_chairs(by=me(request), chair_ids=request.POST.getlist("chair"))
    return redirect("appointments:my-day")
