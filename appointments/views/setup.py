"""Editors of the clinic's own data: one set of views for places, chairs, types, hours and closures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.absences import affected
from appointments.actions import setup
from appointments.models import AppointmentType, Chair, Closure, DayTemplate, Location, WorkingHours
from appointments.setup import ready_made
from appointments.setup.cards import cards as further
from appointments.setup.colours import PALETTE
from appointments.setup.in_use import VisitsToCome, visits_to_come
from appointments.setup.week import weeks
from appointments.setup.year import calendar_of
from appointments.setup_forms import ChairForm, ClosureForm, HoursForm, LocationForm, TypeForm
from core import clock
from core.errors import NotFound, Text
from core.forms import ModelForm


@dataclass(frozen=True)
class Editor:
    """What is edited, by which form and which actions; `remove` is None where rows are only put out of use."""

    noun: str
    argument: str
    title: Text
    new: Text
    about: Text
    model: Any
    form: type[ModelForm[Any]]
    add: Callable[..., Any]
    change: Callable[..., Any]
    remove: Callable[..., Any] | None = None


EDITORS = {
    editor.noun: editor
    for editor in (
        Editor(
            "location",
            "location",
            gettext_lazy("Locations"),
            gettext_lazy("New location"),
            gettext_lazy("The practices of the clinic."),
            Location,
            LocationForm,
            setup.add_location,
            setup.change_location,
        ),
        Editor(
            "chair",
            "chair",
            gettext_lazy("Chairs"),
            gettext_lazy("New chair"),
            gettext_lazy("The columns of the schedule, in the order of their position."),
            Chair,
            ChairForm,
            setup.add_chair,
            setup.change_chair,
        ),
        Editor(
            "type",
            "type",
            gettext_lazy("Appointment types"),
            gettext_lazy("New type"),
            gettext_lazy("How long a visit takes, and when in it the doctor is needed."),
            AppointmentType,
            TypeForm,
            setup.add_type,
            setup.change_type,
        ),
        Editor(
            "hours",
            "hours",
            gettext_lazy("Hours"),
            gettext_lazy("New hours"),
            gettext_lazy("Weekly hours of every location, and of every doctor there."),
            WorkingHours,
            HoursForm,
            setup.add_hours,
            setup.change_hours,
            setup.remove_hours,
        ),
        Editor(
            "closure",
            "closure",
            gettext_lazy("Closures"),
            gettext_lazy("New closure"),
            gettext_lazy("Holidays of a location, and doctors' absences."),
            Closure,
            ClosureForm,
            setup.add_closure,
            setup.change_closure,
            setup.remove_closure,
        ),
    )
}


@allow(Permission.CLINIC_SETUP)
def overview(request: HttpRequest) -> HttpResponse:
    """Where to edit what."""
    # read-scope: what is set up here is no person's
    cards = [(editor, editor.model.objects.count()) for editor in EDITORS.values()]
    templates = DayTemplate.objects.count()  # read-scope: a plan is no person's
    context = {"cards": cards, "templates": templates, "further": sorted(further)}
    return render(request, "appointments/setup.html", context)


@allow(Permission.CLINIC_SETUP)
def setup_list(request: HttpRequest, noun: str) -> HttpResponse:
    """All rows of one kind."""
    editor = EDITORS[noun]
    context = {"editor": editor, "editors": EDITORS.values(), "rows": _rows(noun)} | _besides(request, noun)
    return render(request, f"appointments/{noun}_list.html", context)


@allow(Permission.CLINIC_SETUP)
def setup_new(request: HttpRequest, noun: str) -> HttpResponse:
    """Add one."""
    editor = EDITORS[noun]
    initial = {name: request.GET[name] for name in ("location", "doctor", "weekday") if request.GET.get(name)}
    form = editor.form(_typed(request), initial=initial)
    if request.method == "POST" and (made := form.submit(lambda data: editor.add(by=me(request), **data))):
        return _saved(request, noun, made)
    return _form_page(request, editor, form, None)


@allow(Permission.CLINIC_SETUP)
def setup_edit(request: HttpRequest, noun: str, pk: str) -> HttpResponse:
    """Change one."""
    editor, row = EDITORS[noun], _row(noun, pk)
    form = editor.form(_typed(request), instance=row)
    visits = visits_to_come(me(request), noun, row)
    if _ask_again(request, form, row, visits):
        return _form_page(request, editor, form, row, visits=visits, ask_again=True)

    def change(data: dict[str, Any]) -> Any:
        # A fresh row: the form has written what was typed into its own.
        return editor.change(by=me(request), **{editor.argument: _row(noun, pk)}, **data)

    if request.method == "POST" and (saved := form.submit(change)):
        return _saved(request, noun, saved)
    return _form_page(request, editor, form, row, visits=None if getattr(row, "is_active", True) else visits)


@allow(Permission.CLINIC_SETUP)
@require_POST
def setup_remove(request: HttpRequest, noun: str, pk: str) -> HttpResponse:
    """Remove one, where that is possible."""
    editor = EDITORS[noun]
    assert editor.remove  # only those have the route
    editor.remove(by=me(request), **{editor.argument: _row(noun, pk)})
    messages.success(request, _("Removed."))
    return redirect(f"appointments:{noun}-list")


@allow(Permission.CLINIC_SETUP)
@require_POST
def chair_step(request: HttpRequest, pk: str) -> HttpResponse:
    """One place earlier or later among the chairs of its location."""
    setup.move_chair(by=me(request), chair=_row("chair", pk), earlier=request.POST.get("to") == "earlier")
    return redirect(f"{reverse('appointments:chair-list')}#chair-{pk}")


@allow(Permission.CLINIC_SETUP)
@require_POST
def types_ready_made(request: HttpRequest) -> HttpResponse:
    """Add the ready-made types that are missing."""
    added = setup.add_ready_made_types(by=me(request))
    codes = ", ".join(row.code for row in added)
    messages.success(request, _("Added: %(codes)s.") % {"codes": codes} if added else _("All of them are there."))
    return redirect("appointments:type-list")


def _typed(request: HttpRequest) -> QueryDict | None:
    """What was sent; a tap on the readable colour that was offered takes that."""
    if request.method != "POST":
        return None
    typed = request.POST.copy()
    nearest = request.POST.get("nearest")
    if nearest:
        typed["colour"] = nearest
    return typed


def _saved(request: HttpRequest, noun: str, row: Any) -> HttpResponse:
    messages.success(request, _("Saved."))
    if noun == "closure" and affected.count(row):
        return redirect("appointments:absence", row.pk)
    return redirect(f"appointments:{noun}-list")


def _ask_again(request: HttpRequest, form: ModelForm[Any], row: Any, visits: VisitsToCome | None) -> bool:
    """Whether the row is about to go out of use with visits to come that nobody has confirmed having seen."""
    if visits is None or request.method != "POST" or request.POST.get("all_the_same"):
        return False
    return row.is_active and form.is_valid() and not form.cleaned_data["is_active"]


def _besides(request: HttpRequest, noun: str) -> dict[str, Any]:
    """What a list shows besides its rows."""
    if noun == "type":
        return {"missing": [fields["code"] for fields in ready_made.missing()]}
    return calendar_of(request.GET.get("year")) if noun == "closure" else {}


def _form_page(
    request: HttpRequest,
    editor: Editor,
    form: ModelForm[Any],
    row: Any,
    *,
    visits: VisitsToCome | None = None,
    ask_again: bool = False,
) -> HttpResponse:
    context = {"editor": editor, "form": form, "row": row, "list_url": f"appointments:{editor.noun}-list"}
    context |= {"palette": PALETTE, "visits": visits, "ask_again": ask_again}
    status = 409 if ask_again else form.status
    return render(request, "appointments/setup_form.html", context, status=status)


def _row(noun: str, pk: str) -> Any:
    row = EDITORS[noun].model.objects.filter(pk=pk).first()  # read-scope: no person's
    if row is None:
        raise NotFound
    return row


def _rows(noun: str) -> Any:
    rows = EDITORS[noun].model.objects.all()  # read-scope: no person's
    if noun == "chair":
        return rows.select_related("location").order_by("location__name", "position", "name")
    if noun == "closure":
        rows = rows.filter(Q(ends_on__gte=clock.today()) | Q(each_year=True)).select_related("location", "doctor")
        return [(row, affected.count(row)) for row in rows]
    return weeks() if noun == "hours" else rows
