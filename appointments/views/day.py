"""The day: a column per chair or per doctor."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import polling
from accounts.access import allow, me
from accounts.permissions import Permission
from accounts.sessions import POLL_HEADER
from appointments.board.sharing import Drawn, Read, draw, draw_alone
from appointments.day import Day
from appointments.forms import FIRST_DAY, LAST_DAY, DayForm
from appointments.grid import ROWS, USUAL_ROWS
from appointments.models import Location
from appointments.schedule.premises import Premises, premises_of
from appointments.stamps import day_stamp
from appointments.views.board import polled_page
from core import clock
from core.errors import NotFound, Text
from core.ids import is_id

_PART = "appointments/_day_part.html"
VIEWS = ("chair", "doctor", "both", "list")


@allow(Permission.APPOINTMENT_READ)
def day_today(request: HttpRequest) -> HttpResponse:
    """Today's page, or the day that the date picker asks for."""
    form = DayForm(request.GET if "day" in request.GET else None)
    day = form.cleaned_data["day"] if form.is_bound and form.is_valid() else clock.today()
    query = request.GET.copy()
    query.pop("day", None)
    address = reverse("appointments:day-detail", args=[day])
    return redirect(f"{address}?{query.urlencode()}" if query else address)


def _stamp(request: HttpRequest, day: date) -> str:
    asked = request.GET.get("location", "")
    return day_stamp(asked, day) if is_id(asked) else ""


@allow(Permission.APPOINTMENT_READ)
@polling.polled(_stamp)
def day_detail(request: HttpRequest, day: date) -> HttpResponse:
    """One day at one location. Raises NotFound for a day in which no clinic can have visits."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NotFound
    premises = premises_of(day)
    locations = premises.locations
    if not locations:
        return render(request, "appointments/day_empty.html", {"may_set_up": me(request).may(Permission.CLINIC_SETUP)})
    location = _location(request, locations)
    by = request.GET.get("by", "")
    by = by if by in VIEWS else ""  # chairs, or the list on a phone
    drawn = _drawn(request, day, premises, location, by)
    page: Day = drawn.facts
    context = {
        "page": page,
        "drawn": drawn.for_session(request),
        "parked": page.parked_by(me(request)) if me(request).may(Permission.APPOINTMENT_BOOK) else [],
        "day": day,
        "today": clock.today(),
        "previous": day - timedelta(days=1),
        "next": day + timedelta(days=1),
        "locations": locations,
        "query": f"location={location.pk}&by={by}&rows={page.rows}",
        "by": by,
        "row_choices": sorted(ROWS),
        "rows_query": "" if page.rows == USUAL_ROWS else f"&rows={page.rows}",
        "form": DayForm(initial={"day": day}),
        "may_book": me(request).may(Permission.APPOINTMENT_BOOK),
        "may_export": me(request).may(Permission.PATIENT_EXPORT),
        "may_set_up": me(request).may(Permission.CLINIC_SETUP),
        "missing": _missing(page),
    }
    query = {"location": location.pk, "by": by, "rows": str(page.rows)}
    return polled_page(request, "appointments/day_detail", context, page.stamp, query)


def _drawn(request: HttpRequest, day: date, premises: Premises, location: Location, by: str) -> Drawn:
    """The columns and lists. Screens that poll at the same moment share one drawing of them."""
    user, rows = me(request), _rows(request)
    # A wide and a narrow screen show the same in two ways; the page comes with both, a poll with its own.
    screen = request.headers.get(POLL_HEADER, "")
    parts = {
        "by": by,
        "screen": screen,
        "has_agenda": by in {"", "list"},  # a narrow screen shows that, unless it asks for columns
        "may_book": user.may(Permission.APPOINTMENT_BOOK),
    }

    def read() -> Read:
        page = Day(user, day, premises, location, by, rows)
        return Read(parts | {"page": page}, page.stamp, page)

    if stamp := polling.known_stamp(request):
        place = f"{location.pk} {day} {by} {rows} {screen}"
        return draw(_PART, place, stamp, user, read)
    return draw_alone(_PART, read)


def _rows(request: HttpRequest) -> int:
    asked = request.GET.get("rows", "")
    return next((minutes for minutes in ROWS if str(minutes) == asked), USUAL_ROWS)


def _missing(page: Day) -> Text:
    """What a new clinic has still to set up."""
    if not page.chairs:
        return _("This location has no chairs yet.")
    has_hours = page.premises.has_hours(page.location.pk)
    return "" if page.open or has_hours else _("This location has no hours yet.")


def _location(request: HttpRequest, locations: list[Location]) -> Location:
    asked = request.GET.get("location", "")
    return next((row for row in locations if is_id(asked) and row.pk == asked), locations[0])
