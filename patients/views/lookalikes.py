"""While a record is written: who looks like this person. Warns, and never stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.answers import me
from core.errors import Text
from core.ids import is_id
from patients import lookalikes, panels, rules, shown
from patients.duplicates import Bond, Lookalike, Reason
from patients.forms import PatientForm
from patients.models import Patient
from patients.panels import VisitNote

# What is compared; the rest of the form may say what it likes.
_COMPARED: Final = (
    *rules.NAME_FIELDS,
    *("birth_date", "sex", "phone", "phone_alternative", "email", "address"),
)


@dataclass(frozen=True)
class LookalikeRow:
    """One line: a known patient, why they look alike, and when they were here."""

    lookalike: Lookalike
    why: Text
    visits: VisitNote

    @property
    def patient(self) -> Patient:
        return self.lookalike.patient


@allow(Permission.PATIENT_ADD, Permission.PATIENT_EDIT)
@require_POST
def patient_lookalikes(request: HttpRequest) -> HttpResponse:
    """The panel beside the form, for what has been typed so far; of a known record only who may be the same."""
    user, record = me(request), request.POST.get("record", "")
    candidate = _candidate(request)
    if is_id(record):
        candidate.pk = record
        found = lookalikes.same_person(candidate, by=user)
    else:
        found = lookalikes.of(candidate, by=user)
    more, found = len(found) > lookalikes.MOST_SHOWN, found[: lookalikes.MOST_SHOWN]
    context = {"rows": rows_of(user, found, candidate), "more": more, "named": bool(candidate.name)}
    return render(request, "patients/_lookalike_panel.html", context)


def rows_of(user: User, found: Sequence[Lookalike], candidate: Patient) -> list[LookalikeRow]:
    """The lines, for these eyes: that they were seen is kept in the audit."""
    shown.note(user, [lookalike.patient for lookalike in found])
    ids = [lookalike.patient.pk for lookalike in found]
    notes = {pk: note for load in panels.visit_notes for pk, note in load(user, ids).items()} if ids else {}
    return [LookalikeRow(one, _why(one, candidate), notes.get(one.patient.pk, VisitNote())) for one in found]


def _candidate(request: HttpRequest) -> Patient:
    """Those fields that are well-formed by now."""
    form = PatientForm(request.POST)
    form.is_valid()
    values: dict[str, Any] = {name: form.cleaned_data[name] for name in _COMPARED if name in form.cleaned_data}
    return Patient(**rules.tidy(values, settings.PHONE_REGION))


def _why(lookalike: Lookalike, candidate: Patient) -> Text:
    said = ", ".join(_reason(reason, lookalike.patient, candidate) for reason in lookalike.reasons)
    said = said[:1].upper() + said[1:]
    match lookalike.verdict.bond:
        case Bond.TWIN:
            return _("%(reasons)s: a twin?") % {"reasons": said}
        case Bond.SIBLING:
            return _("%(reasons)s: a brother or sister?") % {"reasons": said}
        case Bond.NAMESAKE:
            return _("%(reasons)s, but another date of birth") % {"reasons": said}
    return said


def _reason(reason: Reason, known: Patient, candidate: Patient) -> str:
    if reason == Reason.SIMILAR_NAME:
        names = {"label": reason.label, "typed": candidate.name, "known": known.name}
        return _("%(label)s: %(typed)s / %(known)s") % names
    return str(reason.label)
