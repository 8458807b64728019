"""Saving the list of patients, or one whole record, to a file: asked first to whom and why."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import allow
from accounts.permissions import Permission
from accounts.views.answers import me, show
from core.errors import Text
from patients.exports import handing_out
from patients.exports.download import record_file, table_file
from patients.exports.forms import PatientListForm, PurposeForm, filters_of
from patients.exports.patient_list import PatientFilters
from patients.forms import ListFilterForm
from patients.rules import CareStatus
from patients.views import fetch
from patients.views.lists import doctor_names

PAGE = "patients/export_form.html"


@allow(Permission.PATIENT_EXPORT, also=Permission.PATIENT_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def list_export(request: HttpRequest) -> HttpResponseBase:
    """The patients of the list as it was filtered."""
    asked = ListFilterForm(request.POST if request.method == "POST" else request.GET)
    asked.is_valid()
    filters = filters_of(asked.cleaned_data)
    kept = {"care": filters.care, "doctor": filters.doctor_id, "archived": filters.archived}
    form = PatientListForm(request.POST if request.method == "POST" else None, initial=kept)
    if request.method == "POST":
        by = me(request)
        table = form.submit(lambda _data: handing_out.patients(by, form.filters, form.kind_of_file, form.purpose))
        if table:
            return table_file(table, form.kind_of_file, "patients")
    count = filters.rows(me(request)).count()
    return show(request, PAGE, form, **_list_words(filters, count))


@allow(Permission.PATIENT_EXPORT, also=Permission.MEDICAL_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def record_export(request: HttpRequest, pk: str) -> HttpResponseBase:
    """Everything about one patient, with files."""
    patient = fetch.patient(request, pk)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        archive = form.submit(lambda _data: handing_out.record(me(request), patient, form.purpose))
        if archive:
            return record_file(archive)
    words = {
        "title": _("Save the whole record of %(name)s") % {"name": patient.name},
        "lead": _("One ZIP file: the record with its medical history, visits, photo, and who opened it."),
        "hint": _("It is not locked with a password: hand it over in a safe way."),
        "patient": patient,
        "back": reverse("patients:patient-detail", args=[pk]),
    }
    return show(request, PAGE, form, **words)


def _list_words(filters: PatientFilters, count: int) -> dict[str, Any]:
    lead: list[Text] = [ngettext("%(n)s patient", "%(n)s patients", count) % {"n": f"{count:,}"}]
    if filters.care:
        lead.append(CareStatus(filters.care).label)
    if filters.doctor_id:
        lead.append(doctor_names([filters.doctor_id]).get(filters.doctor_id, ""))
    if filters.archived:
        lead.append(_("archived"))
    shown = {"care": filters.care, "doctor": filters.doctor_id, "archived": "on" if filters.archived else ""}
    kept = urlencode({name: value for name, value in shown.items() if value})
    return {
        "title": _("Save the list of patients"),
        "lead": " · ".join(map(str, lead)),
        "hint": _("Names, how to reach them, alerts and care; no medical history. Choose filters in the list first."),
        "back": reverse("patients:patient-list") + (f"?{kept}" if kept else ""),
    }
