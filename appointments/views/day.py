"""The day: a column per chair or per doctor."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.day import Day
from appointments.forms import FIRST_DAY, LAST_DAY, DayForm
from appointments.models import Location, WorkingHours
from core import clock
from core.errors import NotFound, Text
from core.ids import is_id

VIEWS = ("chair", "doctor", "list")


@allow(Permission.APPOINTMENT_READ)
def day_today(request: HttpRequest) -> HttpResponse:
    """Today's page, or the day that the date picker asks for."""
    form = DayForm(request.GET if "day" in request.GET else None)
    day = form.cleaned_data["day"] if form.is_bound and form.is_valid() else clock.today()
    query = request.GET.copy()
    query.pop("day", None)
    address = reverse("appointments:day-detail", args=[day])
    return redirect(f"{address}?{query.urlencode()}" if query else address)


@allow(Permission.APPOINTMENT_READ)
def day_detail(request: HttpRequest, day: date) -> HttpResponse:
    """One day at one location. Raises NotFound for a day in which no clinic can have visits."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NotFound
    locations = list(Location.objects.filter(is_active=True))  # read-scope: locations are no person's
    if not locations:
        return render(request, "appointments/day_empty.html", {"may_set_up": me(request).may(Permission.CLINIC_SETUP)})
    location = _location(request, locations)
    by = request.GET.get("by", "")
    by = by if by in VIEWS else ""  # chairs, or the list on a phone
    page = Day(me(request), day, location, by)
    context = {
        "page": page,
        "day": day,
        "today": clock.today(),
        "previous": day - timedelta(days=1),
        "next": day + timedelta(days=1),
        "locations": locations,
        "query": f"location={location.pk}&by={by}",
        "by": by,
        "form": DayForm(initial={"day": day}),
        "may_book": me(request).may(Permission.APPOINTMENT_BOOK),
        "may_export": me(request).may(Permission.PATIENT_EXPORT),
        "may_set_up": me(request).may(Permission.CLINIC_SETUP),
        "missing": _missing(page),
    }
    return render(request, "appointments/day_detail.html", context)


def _missing(page: Day) -> Text:
    """What a new clinic has still to set up."""
    if not page.chairs:
        return _("This location has no chairs yet.")
    hours = WorkingHours.objects.filter(location=page.location)  # read-scope: hours are no person's
    return "" if page.open or hours.exists() else _("This location has no hours yet.")


def _location(request: HttpRequest, locations: list[Location]) -> Location:
    asked = request.GET.get("location", "")
    return next((row for row in locations if is_id(asked) and row.pk == asked), locations[0])
