"""Saving the visits of a few days to a file."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import allow, me
from accounts.permissions import Permission
from accounts.views.answers import show
from appointments import exports
from appointments.export_forms import VisitListForm
from appointments.forms import DayForm
from core import clock
from patients.exports.download import table_file


@allow(Permission.PATIENT_EXPORT, also=Permission.APPOINTMENT_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def list_export(request: HttpRequest) -> HttpResponseBase:
    """Every visit of these days that this person may see; the day in the address is where it starts."""
    by = me(request)
    asked = DayForm(request.GET)
    day = asked.cleaned_data["day"] if asked.is_valid() else clock.today()
    form = VisitListForm(request.POST if request.method == "POST" else None, initial={"first": day, "last": day})
    if request.method == "POST":
        table = form.submit(
            lambda data: exports.hand_out(by, data["first"], data["last"], form.kind_of_file, form.purpose)
        )
        if table:
            return table_file(table, form.kind_of_file, "visits")
    words = {
        "title": _("Save visits to a file"),
        "lead": _("Every visit of these days, at all locations, also those that were called off."),
        "hint": _("Names, phones and notes for the desk; no medical history. At most 366 days."),
        "back": reverse("appointments:day-detail", args=[day]),
    }
    return show(request, "patients/export_form.html", form, **words)
