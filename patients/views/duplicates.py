"""The list of possible duplicates: pairs side by side, and what a person says about them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.answers import me
from core.errors import Text
from core.ids import is_id
from core.templatetags.ui import clock_date
from patients import actions, panels, shown
from patients.models import DuplicatePair, Patient
from patients.models.duplicates import DuplicatePairQuerySet
from patients.panels import VisitNote
from patients.views import fetch

PAGE: Final = 20
MOST_COUNTED: Final = 100
_FILTERS: Final = ("all", "strong", "dismissed")
_RIGHTS: Final = (Permission.PATIENT_MERGE, Permission.PATIENT_EDIT)


@dataclass(frozen=True)
class Fact:
    """One line of the comparison."""

    label: Text
    sides: tuple[str, str]

    @property
    def is_same(self) -> bool:
        return self.sides[0] == self.sides[1]


@dataclass(frozen=True)
class ComparedPair:
    """Two records side by side."""

    pair: DuplicatePair
    patients: tuple[Patient, Patient]
    facts: list[Fact]


@allow(*_RIGHTS)
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """The strongest first, page by page."""
    user, wanted = me(request), request.GET.get("show", "")
    wanted = wanted if wanted in _FILTERS else _FILTERS[0]
    number = _page_number(request)
    pairs = list(_chosen(user, wanted).strongest_first()[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "pairs": _compared(user, pairs[:PAGE]),
        "show": wanted,
        "filters": [(name, _address(name), label) for name, label in _labels()],
        "previous_url": _address(wanted, page=number - 1) if number > 1 else "",
        "next_url": _address(wanted, page=number + 1) if len(pairs) > PAGE else "",
        "just_dismissed": _just_dismissed(request),
        "may_merge": user.may(Permission.PATIENT_MERGE),
    }
    return render(request, "patients/duplicate_list.html", context)


@allow(*_RIGHTS)
@require_POST
def duplicate_dismiss(request: HttpRequest, pk: str) -> HttpResponse:
    """They are two people; the list offers to take that back."""
    pair = actions.dismiss_duplicate(by=me(request), pair=_pair(request, pk))
    return redirect(_address(request.POST.get("show", ""), dismissed=pair.pk))


@allow(*_RIGHTS)
@require_POST
def duplicate_reopen(request: HttpRequest, pk: str) -> HttpResponse:
    """Back onto the list."""
    actions.reopen_duplicate(by=me(request), pair=_pair(request, pk))
    messages.success(request, _("The two records are on the list again."))
    return redirect(_address(request.POST.get("show", "")))


def count_for(user: User) -> int | None:
    """How many pairs wait for somebody to look at them, at most MOST_COUNTED; None for those who may not."""
    if not any(user.may(right) for right in _RIGHTS):
        return None
    return len(DuplicatePair.objects.visible_to(user).open().values_list("pk", flat=True)[:MOST_COUNTED])


def _chosen(user: User, wanted: str) -> DuplicatePairQuerySet:
    rows = DuplicatePair.objects.visible_to(user)
    if wanted == "dismissed":
        return rows.dismissed()
    return rows.open().strong() if wanted == "strong" else rows.open()


def _labels() -> list[tuple[str, str]]:
    return list(zip(_FILTERS, (_("All"), _("Nearly certain"), _("Not the same person")), strict=True))


def _compared(user: User, pairs: list[DuplicatePair]) -> list[ComparedPair]:
    """With both records and their visits: a fixed number of queries."""
    ids = {pk for pair in pairs for pk in (pair.one_id, pair.other_id)}
    patients = {patient.pk: patient for patient in Patient.objects.visible_to(user).filter(pk__in=ids)}
    shown.note(user, patients.values())
    notes = {pk: note for load in panels.visit_notes for pk, note in load(user, sorted(patients)).items()}
    found = []
    for pair in pairs:
        if pair.one_id in patients and pair.other_id in patients:
            sides = patients[pair.one_id], patients[pair.other_id]
            found.append(ComparedPair(pair, sides, list(_facts(sides, notes))))
    return found


def _facts(sides: tuple[Patient, Patient], notes: Mapping[str, VisitNote]) -> Iterator[Fact]:
    """Each line on which at least one of the two says something."""
    one, other = ([str(text or "") for text in _said(side, notes.get(side.pk, VisitNote()))] for side in sides)
    for label, *texts in zip(_fact_labels(), one, other, strict=True):
        if any(texts):
            yield Fact(label, (texts[0], texts[1]))


def _fact_labels() -> tuple[str, ...]:
    return (
        _("Date of birth"),
        _("Phone"),
        _("E-mail"),
        _("Address"),
        _("Formerly"),
        _("Last visit"),
        _("Next visit"),
        _("Record made"),
    )


def _said(patient: Patient, note: VisitNote) -> Iterable[Any]:
    born = clock_date(patient.birth_date)
    return (
        _("%(date)s (%(age)s y)") % {"date": born, "age": patient.age} if born else "",
        "\n".join(patient.phones),
        patient.email,
        patient.address,
        patient.former_name,
        note.last and clock_date(note.last.start),
        note.next and clock_date(note.next.start),
        clock_date(patient.created_at),
    )


def _pair(request: HttpRequest, pk: str) -> DuplicatePair:
    return fetch.first(DuplicatePair.objects.visible_to(me(request)).filter(pk=pk))


def _just_dismissed(request: HttpRequest) -> DuplicatePair | None:
    pk = request.GET.get("dismissed", "")
    return DuplicatePair.objects.visible_to(me(request)).dismissed().filter(pk=pk).first() if is_id(pk) else None


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= 6 else 1


def _address(wanted: str, **more: Any) -> str:
    kept = {"show": wanted if wanted in _FILTERS[1:] else "", **more}
    query = urlencode({name: value for name, value in kept.items() if value and (name, value) != ("page", 1)})
    return reverse("patients:duplicate-list") + (f"?{query}" if query else "")
