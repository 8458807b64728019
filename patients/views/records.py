"""The record: its page, and writing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.answers import me
from accounts.views.doors import safe_target
from core.forms import ReasonForm
from patients import actions, lookalikes
from patients.forms import PatientForm
from patients.models import Patient
from patients.views import fetch, page
from patients.views.lists import doctor_names
from patients.views.lookalikes import LookalikeRow, rows_of
from patients.views.named import typed_elsewhere
from patients.views.parts import show_form


@allow(Permission.PATIENT_READ, Permission.MEDICAL_READ)
def patient_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """Everything about one patient; opening it is noted in the audit."""
    patient = fetch.patient(request, pk)
    actions.open_chart(by=me(request), patient=patient)
    doctors = doctor_names([patient.treating_doctor_id])
    values = page.context(request, patient) | {"doctor": doctors.get(patient.treating_doctor_id or "", "")}
    return render(request, "patients/patient_detail.html", values)


@allow(Permission.PATIENT_ADD)
def patient_create(request: HttpRequest) -> HttpResponse:
    """A new record. Likely duplicates are shown once before it is made.

    Where somebody was looked for in vain, a button brings along what was typed: posted, so that no address names them.
    """
    named = typed_elsewhere(request)
    form = PatientForm(initial=named) if named is not None else PatientForm(request.POST or None)
    known: list[LookalikeRow] = []
    if request.method == "POST" and named is None:
        by = me(request)
        if form.is_valid() and "anyway" not in request.POST:
            known = _known_already(by, Patient(**form.values))
        if not known and (patient := form.submit(lambda _data: actions.add(by=by, fields=form.values))):
            messages.success(request, _("%(name)s has been added.") % {"name": patient.name})
            return _go_on(request, patient)
    return _show(request, form, {"lookalikes": known})


@allow(Permission.PATIENT_EDIT)
def patient_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """The same form, filled in."""
    patient = fetch.patient(request, pk)
    form = PatientForm(request.POST or None, instance=patient)
    form.carry_version(patient.version)
    if request.method == "POST":
        saved = form.submit(
            lambda _data: actions.change(by=me(request), patient=patient, version=form.seen_version, fields=form.values)
        )
        if saved:
            messages.success(request, _("Saved."))
            return redirect("patients:patient-detail", patient.pk)
    return _show(request, form, {"patient": patient})


@allow(Permission.PATIENT_ARCHIVE)
def patient_archive(request: HttpRequest, pk: str) -> HttpResponse:
    """Out of the lists, with a reason."""
    patient = fetch.patient(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        done = form.submit(lambda data: actions.archive(by=me(request), patient=patient, reason=data["reason"]))
        if done:
            messages.success(request, _("%(name)s has been archived.") % {"name": patient.name})
            return redirect("patients:patient-list")
    return show_form(
        request,
        patient,
        form,
        title=_("Archive %(name)s") % {"name": patient.name},
        lead=_("The record leaves the lists and stays readable. It can be restored at any time."),
        submit=_("Archive"),
        danger=True,
    )


@allow(Permission.PATIENT_ARCHIVE)
@require_POST
def patient_restore(request: HttpRequest, pk: str) -> HttpResponse:
    """Back into the lists."""
    patient = actions.restore(by=me(request), patient=fetch.patient(request, pk))
    messages.success(request, _("%(name)s is back in the lists.") % {"name": patient.name})
    return redirect("patients:patient-detail", pk)


def _go_on(request: HttpRequest, patient: Patient) -> HttpResponse:
    """To the page that wanted a new patient (`next`), told whom it got; else to the record."""
    wanted = request.GET.get("next", "")
    if not wanted or safe_target(request, wanted) != wanted:
        return redirect("patients:patient-detail", patient.pk)
    return redirect(f"{wanted}{'&' if '?' in wanted else '?'}patient={patient.pk}")


def _known_already(user: User, candidate: Patient) -> list[LookalikeRow]:
    """Records that may be the same person, as far as this person sees them."""
    return rows_of(user, lookalikes.same_person(candidate, by=user), candidate)


def _show(request: HttpRequest, form: PatientForm, values: dict[str, Any]) -> HttpResponse:
    return render(request, "patients/patient_form.html", {"form": form, **values}, status=form.status)
