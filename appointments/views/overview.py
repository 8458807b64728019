"""More than a day: the week of a doctor or a chair, the month with its load."""

from datetime import date, timedelta
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import allow, me
from accounts.models import User, with_profiles
from accounts.permissions import Permission
from appointments.forms import FIRST_DAY, LAST_DAY
from appointments.models import Chair, Location
from appointments.overview.month import Month
from appointments.overview.week import DAYS, Week
from core import clock
from core.errors import NotFound

Row = TypeVar("Row", User, Chair, Location)


@allow(Permission.APPOINTMENT_READ)
@require_safe
def week_detail(request: HttpRequest, day: date) -> HttpResponse:
    """The week that holds this day; without a wish the own one, or the first doctor's."""
    monday = day - timedelta(days=day.weekday())
    if not (monday >= FIRST_DAY and monday + timedelta(days=DAYS) <= LAST_DAY):
        raise NotFound
    locations, location = _locations(request)
    doctors = with_profiles(User.objects.doctors())  # read-scope: everybody at the desk knows the doctors
    # read-scope: chairs are no person's
    chairs = list(Chair.objects.filter(location_id=location.pk, is_active=True)) if location else []
    doctor, chair = _asked(request, "doctor", doctors), _asked(request, "chair", chairs)
    if "doctor" not in request.GET and chair is None:
        doctor = next((person for person in doctors if person.pk == me(request).pk), next(iter(doctors), None))
    context = {
        "page": Week(me(request), monday, location, doctors, doctor, chair) if location else None,
        "day": day,
        "today": clock.today(),
        "previous": monday - timedelta(days=DAYS),
        "next": monday + timedelta(days=DAYS),
        "locations": locations,
        "location": location,
        "doctors": doctors,
        "chairs": chairs,
        "doctor": doctor,
        "chair": chair,
        "now": clock.wall(clock.now()).strftime("%H:%M"),
    }
    return render(request, "appointments/overview/week.html", context)


@allow(Permission.APPOINTMENT_READ)
@require_safe
def month_detail(request: HttpRequest, month: date) -> HttpResponse:
    """The load of every day of this month."""
    if not FIRST_DAY < month < LAST_DAY.replace(day=1):  # the months beside it have an address too
        raise NotFound
    locations, location = _locations(request)
    today = clock.today()
    context = {
        "page": Month(month, location) if location else None,
        # From here a click on "Day" or "Week" leads to today, or to the first day of another month.
        "day": today if today.replace(day=1) == month else month,
        "today": today,
        "locations": locations,
        "location": location,
    }
    return render(request, "appointments/overview/month.html", context)


def _locations(request: HttpRequest) -> tuple[list[Location], Location | None]:
    """Those in use, and the one asked for, else the first."""
    rows = list(Location.objects.filter(is_active=True))  # read-scope: locations are no person's
    return rows, _asked(request, "location", rows) or next(iter(rows), None)


def _asked(request: HttpRequest, name: str, rows: list[Row]) -> Row | None:
    asked = request.GET.get(name, "")
    return next((row for row in rows if row.pk == asked), None)
