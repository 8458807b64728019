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
from patients import shown
from patients.forms import ListFilterForm
from patients.models import Patient
from patients.models.patient import PatientQuerySet
from patients.search.finding import find
from patients.search.query import LONGEST
from patients.views.duplicates import count_for
from patients.views.found import alerted

PAGE = 50
MOST_HITS = 200


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
    """Whom the typed words find, best first; without words the list. The only hit of the frame's search opens."""
    if request.method != "POST":
        return redirect("patients:patient-list")
    text = typed_in(request)
    form = ListFilterForm(request.POST.dict() | {"search": text})
    form.is_valid()
    in_place = bool(getattr(request, "htmx", False))
    if not text:
        rows = _filtered(me(request), form).by_name()
        return _answer(request, form, list(rows[: PAGE + 1])) if in_place else redirect(_address(form))
    found, cut = _found(me(request), form, text)
    if len(found) == 1 and not in_place and set(request.POST) <= {"search", "csrfmiddlewaretoken"}:
        return redirect("patients:patient-detail", found[0].pk)
    shown.note(me(request), found[:PAGE])
    return _answer(request, form, found, cut=cut)


def typed_in(request: HttpRequest) -> str:
    """What to search for: nothing is refused, what is too long is cut."""
    return request.POST.get("search", "").replace("\x00", "").strip()[:LONGEST]


def _found(user: User, form: ListFilterForm, text: str) -> tuple[list[Patient], bool]:
    """Patients, best first, and whether the filters may have missed some."""
    wanted = form.cleaned_data
    care, doctor = wanted.get("care"), wanted.get("doctor")
    # The filters choose among the best hits; without any, one page of these is enough.
    limit = MOST_HITS if care or doctor else PAGE + 1
    hits = find(text, by=user, limit=limit, archived=bool(wanted.get("archived")))
    patients = (hit.patient for hit in hits)
    chosen = (one for one in patients if not care or one.care_status == care)
    return [one for one in chosen if not doctor or one.treating_doctor_id == doctor.pk], len(hits) >= MOST_HITS


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


def _answer(request: HttpRequest, form: ListFilterForm, found: list[Patient], *, cut: bool = False) -> HttpResponse:
    patients, more = found[:PAGE], len(found) > PAGE
    searched = bool(form.cleaned_data.get("search"))
    values = {
        "form": form,
        "patients": _decorated(me(request), patients),
        "searched": searched,
        "filtered": any(form.cleaned_data.values()),
        "too_many": (more or cut) and searched,
        "next_url": _address(form, after=patients[-1].pk) if more and not searched else "",
        "first_url": _address(form) if "after" in request.GET else "",
        "may_give_access": me(request).may(Permission.CHART_ACCESS_GRANT),
        "may_import": me(request).may(Permission.PATIENT_IMPORT),
        "may_add": me(request).may(Permission.PATIENT_ADD),
        "duplicates": None if getattr(request, "htmx", False) else count_for(me(request)),
        "export_url": _address(form, "patients:list-export") if me(request).may(Permission.PATIENT_EXPORT) else "",
    }
    template = "patients/_patient_rows.html" if getattr(request, "htmx", False) else "patients/patient_list.html"
    return render(request, template, values)


def _decorated(user: User, patients: list[Patient]) -> list[dict[str, Any]]:
    """Each patient with the doctor's name, and whether something critical is known: two queries for all."""
    alerts = alerted(user, patients)
    doctors = doctor_names(patient.treating_doctor_id for patient in patients)
    return [
        {
            "patient": patient,
            "doctor": doctors.get(patient.treating_doctor_id or "", ""),
            "has_alert": patient.pk in alerts,
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


def _address(form: ListFilterForm, page: str = "patients:patient-list", **more: str) -> str:
    """The list with its filters, and without what was typed."""
    kept = {name: form[name].data for name in ("care", "doctor", "archived")}
    query = urlencode({name: value for name, value in (kept | more).items() if value})
    return reverse(page) + (f"?{query}" if query else "")
