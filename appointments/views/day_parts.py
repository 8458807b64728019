"""The parts of the clinic's day."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.actions.day_parts import change_day_parts
from appointments.finding_times.forms import DayPartsForm
from appointments.models import AppointmentType, DayParts


@allow(Permission.CLINIC_SETUP)
def day_parts(request: HttpRequest) -> HttpResponse:
    """When midday and after school begin, and which types keep to it."""
    form = DayPartsForm(request.POST or None, instance=DayParts.present())

    def change(data: dict[str, Any]) -> Any:
        return change_day_parts(by=me(request), **data)

    if request.method == "POST" and form.submit(change):
        messages.success(request, _("Saved."))
        return redirect("appointments:day-parts")
    kinds = AppointmentType.objects.visible_to(me(request)).exclude(time_of_day="")
    return render(
        request, "appointments/finding_times/day_parts.html", {"form": form, "kinds": kinds}, status=form.status
    )
