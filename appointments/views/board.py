"""The flow board: one page and three screens of it, the taps, and when a wait is long."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import polling
from accounts.access import allow, me
from accounts.permissions import Permission
from accounts.sessions import POLL_HEADER
from appointments import actions
from appointments.actions.board import change_board_times
from appointments.board.forms import BoardTimesForm
from appointments.board.reading import Board, fresh_of
from appointments.board.sharing import Read, draw
from appointments.models import Appointment, BoardTimes, Chair, Location
from appointments.rules import Status
from appointments.stamps import day_stamp, stamp_of
from appointments.views.checkout import asks_for_answer
from appointments.views.fetch import appointment_or_404
from core import clock
from core.errors import NotFound, Refused
from core.ids import is_id
from core.pages import TAP_HEADER

MODES = {"": "board", "wall": "wall", "waiting": "waiting"}
SECONDS = 3
_INDENTS = re.compile(rb"\n\s+")


def _stamp(request: HttpRequest) -> str:
    asked = request.GET.get("location", "")
    return day_stamp(asked, clock.today()) if is_id(asked) else ""


@allow(Permission.APPOINTMENT_READ)
@polling.polled(_stamp)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Today at one location; `mode` is wall for the back office, waiting for the waiting room."""
    locations = list(Location.objects.filter(is_active=True))  # read-scope: locations are no person's
    if not locations:
        return render(request, "appointments/day_empty.html", {"may_set_up": me(request).may(Permission.CLINIC_SETUP)})
    location = asked_location(request, locations)
    mode = MODES.get(request.GET.get("mode", ""), "board")
    stamp = polling.known_stamp(request) or day_stamp(location.pk, clock.today())
    lanes = f"appointments/board/_{mode}_lanes.html"
    drawn = draw(lanes, location.pk, stamp, me(request), lambda: _read(request, location))
    here, steps = drawn.facts
    context = {
        "lanes": drawn.for_session(request),
        "here": here,
        "fresh": fresh_of(me(request), steps),
        "today": clock.today(),
        "now": clock.now(),
        "location": location,
        "locations": locations,
        "may_book": me(request).may(Permission.APPOINTMENT_BOOK),
        "may_set_up": me(request).may(Permission.CLINIC_SETUP),
    }
    query = {"location": location.pk} | ({"mode": mode} if mode != "board" else {})
    return polled_page(request, f"appointments/board/{mode}", context, drawn.stamp, query)


def _read(request: HttpRequest, location: Location) -> Read:
    # read-scope: all visits of the place, those of other people's sensitive charts without their patient
    rows = Appointment.objects.for_day(clock.today()).filter(location_id=location.pk)
    page = Board(me(request), rows, location.pk)
    return Read({"page": page}, stamp_of(page.visits), (page.here, page.steps))


def polled_page(
    request: HttpRequest, template: str, context: dict[str, Any], stamp: str, query: dict[str, str]
) -> HttpResponse:
    """The whole page, or for a poll its live part alone (the template with an underscore before its name)."""
    if POLL_HEADER in request.headers:
        folder, _slash, name = template.rpartition("/")
        part = render(request, f"{folder}/_{name}.html", context)
        part.content = _INDENTS.sub(b"\n", part.content)  # a third of what would be sent every few seconds
        return polling.fresh(request, part, stamp)
    address = f"{request.path}?{urlencode(query)}"
    context |= {"live": address, "tag": polling.tag(request, address, stamp), "seconds": SECONDS}
    return render(request, f"{template}.html", context)


def asked_location(request: HttpRequest, locations: list[Location]) -> Location:
    """The location that the address names, else the first."""
    asked = request.GET.get("location", "")
    return next((row for row in locations if row.pk == asked), locations[0])


@allow(Permission.APPOINTMENT_READ)
@require_POST
def board_step(request: HttpRequest, pk: str) -> HttpResponse:
    """One tap: `to` is a status, for seating with the chair; `expected` is the status that the person saw."""
    appointment = appointment_or_404(me(request), pk)
    status, _space, chair_id = request.POST.get("to", "").partition(" ")
    if status not in Status.values:
        raise Refused(_("There is no such status."), code="invalid", field="to")
    if asks_for_answer(me(request), appointment, status):
        raise Refused(_("Say first when the patient comes next: check out."), code="answer_needed")
    chair = Chair.objects.filter(pk=chair_id).first() if is_id(chair_id) else None  # read-scope: chairs are no person's
    if chair_id and chair is None:
        raise NotFound(_("No such chair."), field="chair")
    expected = request.POST.get("expected") or None

    def step() -> Any:
        return actions.set_status(
            by=me(request), appointment=appointment, status=status, expected=expected, chair=chair
        )

    return answer_tap(request, appointment, step)


@allow(Permission.APPOINTMENT_READ)
@require_POST
def board_undo(request: HttpRequest, pk: str) -> HttpResponse:
    """Take back the last step, the one that the person saw."""
    appointment, step = appointment_or_404(me(request), pk), request.POST.get("step", "")
    return answer_tap(
        request, appointment, lambda: actions.undo_status(by=me(request), appointment=appointment, step=step)
    )


@allow(Permission.APPOINTMENT_READ)
@require_POST
def board_family(request: HttpRequest, pk: str) -> HttpResponse:
    """Check in a whole household: this visit and those named in `with`."""
    appointment = appointment_or_404(me(request), pk)
    ids = [pk, *(other for other in request.POST.getlist("with") if is_id(other) and other != pk)]
    return answer_tap(request, appointment, lambda: actions.check_in_together(by=me(request), appointment_ids=ids))


def answer_tap(request: HttpRequest, appointment: Appointment, work: Callable[[], Any]) -> HttpResponse:
    """Do it; a refusal is told beside the board, or without scripts above it."""
    try:
        work()
    except Refused as refusal:
        if TAP_HEADER in request.headers or refusal.status in {403, 404}:
            raise
        messages.warning(request, str(refusal))
    if request.POST.get("back") == "my-day":
        return polling.tapped(request, "appointments:my-day")
    return polling.tapped(request, f"{reverse('appointments:board')}?location={appointment.location_id}")


@allow(Permission.CLINIC_SETUP)
def board_setup(request: HttpRequest) -> HttpResponse:
    """When a wait is long, stage by stage."""
    form = BoardTimesForm(request.POST or None, instance=BoardTimes.present())

    def change(data: dict[str, Any]) -> Any:
        return change_board_times(by=me(request), **data)

    if request.method == "POST" and form.submit(change):
        messages.success(request, _("Saved."))
        return redirect("appointments:board-setup")
    return render(request, "appointments/board/setup.html", {"form": form}, status=form.status)
