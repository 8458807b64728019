"""Somebody is away or a place is closed: the visits to move, moving them together, and taking that back."""

from typing import Any, TypeAlias

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.models import User, with_profiles
from accounts.permissions import Permission
from appointments.absences import moving
from appointments.absences.affected import count, days_of
from appointments.absences.forms import VisitForm, WayForm
from appointments.absences.proposals import EITHER, LATER, Proposal, propose
from appointments.absences.results import results_of
from appointments.models import Closure, MoveRun
from core import clock
from core.errors import NotFound, Refused

Rows: TypeAlias = list[tuple[Proposal, VisitForm | None]]


@allow(Permission.APPOINTMENT_BOOK)
def absence_list(request: HttpRequest) -> HttpResponse:
    """Absences and closings to come with the visits that still stand in them, and what was moved lately."""
    rows = Closure.objects.select_related("doctor", "location").order_by("starts_on", "id")  # read-scope: no person's
    to_come = [row for row in rows if row.each_year or row.ends_on >= clock.today()]
    counted = [(row, *days_of(row), count(row)) for row in to_come]
    runs = MoveRun.objects.select_related("made_by")[:10]  # read-scope: names of the staff
    return render(request, "appointments/absences/list.html", {"rows": counted, "runs": runs})


@allow(Permission.APPOINTMENT_BOOK)
def absence(request: HttpRequest, pk: str) -> HttpResponse:
    """The visits of one absence, each with a time that is proposed; sent back, they are moved."""
    closure = _closure(pk)
    way = WayForm(request.GET if request.GET.get("way") else None)
    chosen = way.cleaned_data["way"] if way.is_bound and way.is_valid() else EITHER
    found = propose(me(request), closure, chosen if closure.doctor_id else LATER)
    # read-scope: everybody who may book may know the doctors
    doctors = {doctor.pk: doctor for doctor in with_profiles(User.objects.doctors())}
    rows = [(row, _form(request, row, doctors)) for row in found.rows]
    if request.method == "POST" and _all_valid(rows):
        run = moving.carry_out(by=me(request), closure=closure, wishes=_wishes(rows, doctors))
        messages.success(request, moving.summary(run))
        return redirect("appointments:move-run", run.pk)
    days = days_of(closure)
    context = {"closure": closure, "days": days, "rows": rows, "count": found.count, "way": way}
    return render(
        request, "appointments/absences/detail.html", context, status=400 if request.method == "POST" else 200
    )


@allow(Permission.APPOINTMENT_BOOK)
def move_run(request: HttpRequest, pk: str) -> HttpResponse:
    """What became of each visit of a run."""
    run = _run(pk)
    context = {"run": run, "rows": results_of(me(request), run), "summary": moving.summary(run)}
    return render(request, "appointments/absences/run.html", context)


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def move_run_undo(request: HttpRequest, pk: str) -> HttpResponse:
    """Put back what nobody has changed since."""
    try:
        moving.undo(by=me(request), run=_run(pk))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back. What had changed since stays, and says why."))
    return redirect("appointments:move-run", pk)


def _form(request: HttpRequest, row: Proposal, doctors: dict[str, User]) -> VisitForm | None:
    """None for a visit of a chart that the person may not open."""
    if row.patient is None:
        return None
    initial: dict[str, Any] = {"version": row.visit.version, "doctor": row.visit.doctor_id, "move": False}
    if row.opening:
        wall = clock.wall(row.opening.start)
        initial |= {"move": True, "day": wall.date(), "time": wall.time(), "doctor": row.opening.doctor_id}
    sent = request.POST if f"{row.visit.pk}-version" in request.POST else None
    return VisitForm(sent, prefix=row.visit.pk, initial=initial, doctors=doctors)


def _all_valid(rows: Rows) -> bool:
    return all([not form or not form.is_bound or form.is_valid() for _row, form in rows])  # noqa: C419 - each says why


def _wishes(rows: Rows, doctors: dict[str, User]) -> list[moving.Wish]:
    """What was sent; a visit that has come in since the page was made is left where it is."""
    wishes = []
    for row, form in rows:
        data = form.cleaned_data if form and form.is_bound else {}
        start, doctor = data.get("start"), doctors.get(data.get("doctor", ""))
        wishes.append(moving.Wish(row.visit, data.get("version", 0), start, doctor))
    return wishes


def _closure(pk: str) -> Closure:
    found = Closure.objects.select_related("doctor", "location").filter(pk=pk).first()  # read-scope: no person's
    if found is None:
        raise NotFound
    return found


def _run(pk: str) -> MoveRun:
    found = MoveRun.objects.select_related("made_by").filter(pk=pk).first()  # read-scope: what it holds is asked for
    if found is None:
        raise NotFound
    return found
