"""Merging two records: choosing the other one, side by side, and taking it back."""

from dataclasses import dataclass
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
from core.errors import Refused, Text
from core.ids import is_id
from patients import actions, duplicates, moving, shown, undoing
from patients.merge_forms import MergeForm
from patients.models import MergeRecord, Patient
from patients.search.finding import find
from patients.views import fetch
from patients.views.lists import doctor_names, typed_in

_MOST_FOUND = 8


@dataclass(frozen=True)
class Moving:
    """How many rows of a kind go along."""

    label: Text
    count: int


@allow(Permission.PATIENT_MERGE)
def merge_pick(request: HttpRequest, pk: str) -> HttpResponse:
    """Which other record is of the same person? Likely ones are offered, any other is found by typing."""
    patient = fetch.patient(request, pk)
    if request.method == "POST" and request.POST.get("step") == "compare" and is_id(request.POST.get("other", "")):
        return redirect("patients:patient-merge", pk, fetch.patient(request, request.POST["other"]).pk)
    values = _choices(request, patient) | {"patient": patient, "missing": request.POST.get("step") == "compare"}
    return render(request, "patients/merge_pick.html", values, status=400 if values["missing"] else 200)


@allow(Permission.PATIENT_MERGE)
@require_POST
def merge_find(request: HttpRequest, pk: str) -> HttpResponse:
    """Records that fit what has been typed so far, as choices."""
    return render(request, "patients/_merge_choices.html", _choices(request, fetch.patient(request, pk)))


@allow(Permission.PATIENT_MERGE)
def patient_merge(request: HttpRequest, pk: str, other_pk: str) -> HttpResponse:
    """Side by side; one POST makes one of the two. With `step` "swap" only the two have changed places."""
    by, survivor, other = me(request), fetch.patient(request, pk), fetch.patient(request, other_pk)
    if survivor.pk == other.pk:
        return redirect("patients:patient-detail", pk)
    names = doctor_names([survivor.treating_doctor_id, other.treating_doctor_id])
    form = MergeForm(request.POST or None, survivor, other, names)
    if request.method == "POST" and request.POST.get("step") != "swap":
        done = form.submit(lambda data: _merge(request, form, data["reason"]))
        if done:
            text = _("The two records are one now. The old number %(number)s leads here.")
            messages.success(request, text % {"number": other.chart_number})
            return redirect("patients:patient-detail", pk)
    values = {"form": form, "patient": survivor, "other": other, "moving": _what_moves(by, other)}
    return render(request, "patients/merge_form.html", values, status=form.status)


@allow(Permission.PATIENT_MERGE)
def merge_list(request: HttpRequest, pk: str) -> HttpResponse:
    """What was merged into this record, and whether it can still be taken back."""
    patient = fetch.patient(request, pk)
    rows = list(MergeRecord.objects.visible_to(me(request)).about(pk).select_related("survivor", "other"))
    # read-scope: who merged and who took it back is told to those who may do the same
    people = User.objects.in_bulk({pk for row in rows for pk in (row.merged_by_id, row.undone_by_id) if pk})
    told = [
        {
            "merge": row,
            "by": people.get(row.merged_by_id),
            "undone_by": people.get(row.undone_by_id),
            "why_not": undoing.why_not(row) if row.stands else "",
        }
        for row in rows
    ]
    return render(request, "patients/merge_list.html", {"patient": patient, "rows": told})


@allow(Permission.PATIENT_MERGE)
@require_POST
def merge_undo(request: HttpRequest, pk: str, merge_pk: str) -> HttpResponse:
    """Two records again."""
    patient = fetch.patient(request, pk)
    rows = MergeRecord.objects.visible_to(me(request)).filter(pk=merge_pk, survivor=patient)
    record = fetch.first(rows)
    try:
        actions.undo_merge(by=me(request), record=record)
    except Refused as refusal:
        if refusal.code != "cannot_undo":
            raise
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The merge has been taken back: there are two records again."))
    return redirect("patients:merge-list", pk)


def _merge(request: HttpRequest, form: MergeForm, reason: str) -> MergeRecord:
    return actions.merge(
        by=me(request),
        survivor=form.survivor,
        other=form.other,
        choices=form.choices,
        survivor_version=_version(request, form.survivor),
        other_version=_version(request, form.other),
        reason=reason,
    )


def _version(request: HttpRequest, patient: Patient) -> int:
    """The version that the page showed; a form without it saw nothing."""
    text = request.POST.get(f"version-{patient.pk}", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _what_moves(by: User, other: Patient) -> list[Moving]:
    counted = [Moving(mover.label, mover.count(by, other)) for mover in moving.all_movers().values()]
    return [one for one in counted if one.count]


def _choices(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """Whom the words find; without words, who is likely the same person."""
    by, text = me(request), typed_in(request)
    if text:
        found = [hit.patient for hit in find(text, by=by, limit=_MOST_FOUND + 1)]
    else:
        alike = duplicates.likely(patient, Patient.objects.visible_to(by).like(patient).by_name())
        found = [lookalike.patient for lookalike in alike]
    others = [one for one in found if one.pk != patient.pk][:_MOST_FOUND]
    shown.note(by, others)
    chosen = request.POST.get("other", "")
    selected = chosen if chosen in {one.pk for one in others} else (others[0].pk if len(others) == 1 else "")
    return {"others": others, "selected": selected, "query": text}
