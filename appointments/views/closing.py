"""Closing the day: every visit that is still open is listed and settled."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments import actions
from appointments.actions.desk_lists import close_day as close
from appointments.desk_lists.day_end import DayEnd
from appointments.forms import FIRST_DAY, LAST_DAY
from appointments.models import Appointment
from appointments.rules import Status, status_conflict
from appointments.views.fetch import appointment_or_404
from core import clock
from core.errors import NotFound, Refused


@allow(Permission.APPOINTMENT_BOOK)
def close_today(request: HttpRequest) -> HttpResponse:
    """The clinic's day that it is now."""
    return redirect("appointments:close-day", clock.today())


@allow(Permission.APPOINTMENT_BOOK)
def close_day(request: HttpRequest, day: date) -> HttpResponse:
    """What is open of the day and of earlier ones; with a POST the day is closed."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NotFound
    refusal = None
    if request.method == "POST":
        try:
            close(by=me(request), day=day)
        except Refused as error:
            if error.status in {403, 404}:
                raise
            refusal = error
        else:
            messages.success(request, _("The day is closed."))
            return redirect("appointments:close-day", day)
    context = {"page": DayEnd(me(request), day), "day": day, "refusal": refusal, "today": clock.today()}
    status = refusal.status if refusal else 200
    return render(request, "appointments/lists/close_day.html", context, status=status)


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def close_visit(request: HttpRequest, day: date, pk: str) -> HttpResponse:
    """Settle one visit: `step` is missed, left unseen, called off by the family or by the clinic."""
    visit = appointment_or_404(me(request), pk)
    work = _settling(request, visit).get(request.POST.get("step", ""))
    if work is None:
        raise NotFound
    try:
        expected = request.POST.get("expected", "")
        if expected and expected != visit.status:
            raise status_conflict(visit.status)
        work()
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        messages.warning(request, str(refusal))
    return redirect("appointments:close-day", day)


def _settling(request: HttpRequest, visit: Appointment) -> dict[str, Callable[[], Any]]:
    by = me(request)

    def move_to(status: Status) -> Callable[[], Any]:
        return lambda: actions.set_status(by=by, appointment=visit, status=status)

    def call_off(by_patient: bool) -> Callable[[], Any]:
        return lambda: actions.cancel(by=by, appointment=visit, by_patient=by_patient)

    return {
        "no_show": move_to(Status.NO_SHOW),
        "left_unseen": move_to(Status.LEFT_UNSEEN),
        "by_family": call_off(True),
        "by_clinic": call_off(False),
    }
