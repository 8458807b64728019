"""The list of patients, and finding one: what is typed travels in the body, never in an address."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import allow
from accounts.models import StaffProfile, User
from accounts.permissions import Permission
from accounts.views.answers import me
from core.errors import NotFound
from core.ids import is_id
from patients.forms import ListFilterForm
from patients.models import MedicalEntry, Patient
from patients.models.patient import PatientQuerySet

PAGE = 50


@allow(Permission.PATIENT_READ)
def patient_list(request: HttpRequest) -> HttpResponse:
    """By name, page by page. Filters may stand in the address, names may not."""
    form = ListFilterForm(request.GET)
    form.is_valid()
    rows = _filtered(me(request), form).by_name()
    if last := request.GET.get("after"):
        rows = rows.after(_anchor(me(request), last))
    return _answer(request, form, list(rows[: PAGE + 1]))


@allow(Permission.PATIENT_READ)
def patient_search(request: HttpRequest) -> HttpResponse:
    """Whom the typed words find; without words the list. The only hit of the search in the frame opens at once."""
    form = ListFilterForm(request.POST)
    in_place = bool(getattr(request, "htmx", False))
    if request.method != "POST":
        return redirect("patients:patient-list")
    form.is_valid()
    text = form.cleaned_data.get("search", "")
    if not text:
        rows = _filtered(me(request), form).by_name()
        return _answer(request, form, list(rows[: PAGE + 1])) if in_place else redirect(_address(form))
    found = list(_filtered(me(request), form).search(text).by_name()[: PAGE + 1])
    if len(found) == 1 and not in_place and set(request.POST) <= {"search", "csrfmiddlewaretoken"}:
        return redirect("patients:patient-detail", found[0].pk)
    return _answer(request, form, found)


def _filtered(user: User, form: ListFilterForm) -> PatientQuerySet:
    wanted = form.cleaned_data
    rows = Patient.objects.visible_to(user)
    rows = rows.archived() if wanted.get("archived") else rows.current()
    if wanted.get("care"):
        rows = rows.filter(care_status=wanted["care"])
    if wanted.get("doctor"):
        rows = rows.filter(treating_doctor=wanted["doctor"])
    return rows


def _anchor(user: User, pk: str) -> Patient:
    found = Patient.objects.visible_to(user).filter(pk=pk).first() if is_id(pk) else None
    if found is None:
        raise NotFound
    return found


def _answer(request: HttpRequest, form: ListFilterForm, found: list[Patient]) -> HttpResponse:
    patients, more = found[:PAGE], len(found) > PAGE
    searched = bool(form.cleaned_data.get("search"))
    values = {
        "form": form,
        "patients": _decorated(me(request), patients),
        "searched": searched,
        "filtered": any(form.cleaned_data.values()),
        "too_many": more and searched,
        "next_url": _address(form, after=patients[-1].pk) if more and not searched else "",
        "first_url": _address(form) if "after" in request.GET else "",
        "may_give_access": me(request).may(Permission.CHART_ACCESS_GRANT),
        "may_add": me(request).may(Permission.PATIENT_ADD),
    }
    template = "patients/_patient_rows.html" if getattr(request, "htmx", False) else "patients/patient_list.html"
    return render(request, template, values)


def _decorated(user: User, patients: list[Patient]) -> list[dict[str, Any]]:
    """Each patient with the doctor's name, and whether something critical is known: two queries for all."""
    ids = [patient.pk for patient in patients]
    entries = MedicalEntry.objects.visible_to(user).filter(patient_id__in=ids).critical().running()
    critical = set(entries.values_list("patient_id", flat=True))
    doctors = doctor_names(patient.treating_doctor_id for patient in patients)
    return [
        {
            "patient": patient,
            "doctor": doctors.get(patient.treating_doctor_id or "", ""),
            "has_alert": bool(patient.alerts) or patient.pk in critical,
        }
        for patient in patients
    ]


def doctor_names(ids: Iterable[str | None]) -> dict[str, str]:
    """Titles and names by id, also of doctors who have left."""
    wanted = {pk for pk in ids if pk}
    # read-scope: names of doctors are known to everybody at the clinic
    people = User.objects.in_bulk(list(wanted))
    # read-scope: see above
    titles = dict(StaffProfile.objects.filter(user_id__in=wanted).values_list("user_id", "title"))
    return {pk: f"{titles.get(pk, '')} {doctor.name}".strip() for pk, doctor in people.items()}


def _address(form: ListFilterForm, **more: str) -> str:
    """The list with its filters, and without what was typed."""
    kept = {name: form[name].data for name in ("care", "doctor", "archived")}
    query = urlencode({name: value for name, value in (kept | more).items() if value})
    return reverse("patients:patient-list") + (f"?{query}" if query else "")
