"""The lists that are kept for an outage: which there are, taking one, making them now."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.actions.paper import take_evening_list
from appointments.models import Location
from appointments.paper import outage, pdf
from appointments.paper.answers import saved
from core import throttle
from core.errors import NotFound

TYPES = {"pdf": pdf.TYPE, "html": "text/html; charset=utf-8"}
_MAKES_AN_HOUR = 20


@allow(Permission.APPOINTMENT_READ)
@require_safe
def outage_list(request: HttpRequest) -> HttpResponse:
    """By location: what is kept, and what could not be made."""
    lists, failures = outage.kept_lists(), outage.failures()
    rows: list[dict[str, Any]] = [
        {
            "location": location,
            "lists": [kept for kept in lists if kept.location_id == location.pk],
            "failure": failures.get(location.pk),
        }
        for location in Location.objects.filter(is_active=True)  # read-scope: locations are no person's
    ]
    return render(request, "appointments/paper/outage_list.html", {"rows": rows})


@allow(Permission.APPOINTMENT_READ)
@require_safe
def outage_take(request: HttpRequest, day: date, pk: str) -> HttpResponse:
    """One kept list as a file."""
    location = Location.objects.filter(pk=pk).first()  # read-scope: locations are no person's
    kept = outage.find(pk, day) if location else None
    if location is None or kept is None:
        raise NotFound
    try:
        content = kept.path.read_bytes()
    except OSError as error:
        raise NotFound from error
    form = f"evening.{kept.form}"
    take_evening_list(by=me(request), location=location, day=day, patient_ids=kept.patient_ids, form=form)
    return saved(content, TYPES[kept.form], f"next-day-{day}.{kept.form}")


@allow(Permission.APPOINTMENT_READ)
@require_POST
def outage_make(request: HttpRequest) -> HttpResponse:
    """Make the lists now, as they stand at this moment."""
    throttle.hit("outage", me(request).pk, limit=_MAKES_AN_HOUR, window_seconds=3600)
    made = 0
    for location in Location.objects.filter(is_active=True):  # read-scope: locations are no person's
        try:
            made += outage.make(location, by=me(request)) is not None
        except OSError as error:
            outage.fail(location, error)
            messages.error(request, _("The list of %(place)s could not be written.") % {"place": location.name})
    if made:
        messages.success(request, ngettext("%(n)s list made.", "%(n)s lists made.", made) % {"n": made})
    else:
        messages.warning(request, _("No location is open in the next month: there is nothing to list."))
    return redirect("appointments:outage-list")
