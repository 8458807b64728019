"""The medical history on the page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.permissions import Permission
from accounts.views.answers import me
from core.forms import ReasonForm
from patients import actions
from patients.forms import MedicalEntryForm
from patients.views import fetch
from patients.views.parts import show_form


@allow(Permission.MEDICAL_WRITE)
def medical_create(request: HttpRequest, pk: str) -> HttpResponse:
    """A new entry."""
    patient = fetch.patient(request, pk)
    form = MedicalEntryForm(request.POST or None)
    if request.method == "POST":
        added = form.submit(
            lambda _data: actions.add_medical_entry(by=me(request), patient=patient, fields=form.values)
        )
        if added:
            return _back(request, pk, _("The entry has been added."))
    return show_form(request, patient, form, title=_("New medical entry"), submit=_("Add entry"))


@allow(Permission.MEDICAL_WRITE)
def medical_edit(request: HttpRequest, pk: str, entry_pk: str) -> HttpResponse:
    """Correct an entry."""
    patient = fetch.patient(request, pk)
    entry = fetch.medical_entry(request, patient, entry_pk)
    form = MedicalEntryForm(request.POST or None, instance=entry)
    form.carry_version(entry.version)
    if request.method == "POST":
        saved = form.submit(
            lambda _data: actions.change_medical_entry(
                by=me(request), entry=entry, version=form.seen_version, fields=form.values
            )
        )
        if saved:
            return _back(request, pk, _("Saved."))
    return show_form(request, patient, form, title=_("Medical entry"), submit=_("Save"))


@allow(Permission.MEDICAL_WRITE)
@require_POST
def medical_end(request: HttpRequest, pk: str, entry_pk: str) -> HttpResponse:
    """It is over."""
    patient = fetch.patient(request, pk)
    actions.end_medical_entry(by=me(request), entry=fetch.medical_entry(request, patient, entry_pk))
    return _back(request, pk, _("The entry has been ended."))


@allow(Permission.MEDICAL_WRITE)
def medical_remove(request: HttpRequest, pk: str, entry_pk: str) -> HttpResponse:
    """It should not have been there."""
    patient = fetch.patient(request, pk)
    entry = fetch.medical_entry(request, patient, entry_pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        by = me(request)
        if form.submit(lambda data: actions.remove_medical_entry(by=by, entry=entry, reason=data["reason"])):
            return _back(request, pk, _("The entry has been removed."))
    lead = _("For an entry made in error. If it was true once, end it instead.")
    return show_form(
        request, patient, form, title=_("Remove this medical entry"), lead=lead, submit=_("Remove"), danger=True
    )


def _back(request: HttpRequest, pk: str, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("patients:patient-detail", pk)
