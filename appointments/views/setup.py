"""Editors of the clinic's own data: one set of views for places, chairs, types, hours and closures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.models import User, with_profiles
from accounts.permissions import Permission
from appointments.actions import setup
from appointments.models import AppointmentType, Chair, Closure, Location, Weekday, WorkingHours
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
    return render(request, "appointments/setup.html", {"cards": cards})


@allow(Permission.CLINIC_SETUP)
def setup_list(request: HttpRequest, noun: str) -> HttpResponse:
    """All rows of one kind."""
    editor = EDITORS[noun]
    context = {"editor": editor, "editors": EDITORS.values(), "rows": _rows(noun)}
    return render(request, f"appointments/{noun}_list.html", context)


@allow(Permission.CLINIC_SETUP)
def setup_new(request: HttpRequest, noun: str) -> HttpResponse:
    """Add one."""
    editor = EDITORS[noun]
    initial = {name: request.GET[name] for name in ("location", "doctor", "weekday") if request.GET.get(name)}
    form = editor.form(request.POST or None, initial=initial)
    if request.method == "POST" and form.submit(lambda data: editor.add(by=me(request), **data)):
        messages.success(request, _("Saved."))
        return redirect(f"appointments:{noun}-list")
    return _form_page(request, editor, form, None)


@allow(Permission.CLINIC_SETUP)
def setup_edit(request: HttpRequest, noun: str, pk: str) -> HttpResponse:
    """Change one."""
    editor, row = EDITORS[noun], _row(noun, pk)
    form = editor.form(request.POST or None, instance=row)

    def change(data: dict[str, Any]) -> Any:
        # A fresh row: the form has written what was typed into its own.
        return editor.change(by=me(request), **{editor.argument: _row(noun, pk)}, **data)

    if request.method == "POST" and form.submit(change):
        messages.success(request, _("Saved."))
        return redirect(f"appointments:{noun}-list")
    return _form_page(request, editor, form, row)


@allow(Permission.CLINIC_SETUP)
@require_POST
def setup_remove(request: HttpRequest, noun: str, pk: str) -> HttpResponse:
    """Remove one, where that is possible."""
    editor = EDITORS[noun]
    assert editor.remove  # only those have the route
    editor.remove(by=me(request), **{editor.argument: _row(noun, pk)})
    messages.success(request, _("Removed."))
    return redirect(f"appointments:{noun}-list")


def _form_page(request: HttpRequest, editor: Editor, form: ModelForm[Any], row: Any) -> HttpResponse:
    context = {"editor": editor, "form": form, "row": row, "list_url": f"appointments:{editor.noun}-list"}
    return render(request, "appointments/setup_form.html", context, status=form.status)


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
        return rows.filter(ends_on__gte=clock.today()).select_related("location", "doctor")
    return _weeks() if noun == "hours" else rows


def _weeks() -> list[dict[str, Any]]:
    """Hours by location, then the location's own and each doctor's."""
    rows = list(WorkingHours.objects.order_by("weekday", "opens"))  # read-scope: hours are no person's
    doctors = with_profiles(User.objects.doctors())
    weeks = []
    for place in Location.objects.filter(is_active=True):  # read-scope: locations are no person's
        own = [row for row in rows if row.location_id == place.pk]
        whose: list[tuple[str | None, str]] = [(None, _("The location itself"))]
        whose += [(doctor.pk, doctor.display_name) for doctor in doctors]
        lines = [
            {"doctor_id": pk or "", "name": name, "days": _by_weekday([row for row in own if row.doctor_id == pk])}
            for pk, name in whose
        ]
        weeks.append({"location": place, "lines": lines, "weekdays": Weekday.labels})
    return weeks


def _by_weekday(rows: list[WorkingHours]) -> list[dict[str, Any]]:
    """A cell for every day of the week."""
    return [
        {"weekday": day.value, "label": day.label, "rows": [row for row in rows if row.weekday == day]}
        for day in Weekday
    ]
