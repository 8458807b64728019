"""One appointment: its facts, its history, its next step."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import polling
from accounts.access import allow, me
from accounts.permissions import Permission
from appointments import actions
from appointments.forms import CancelForm, NoteForm, StatusForm
from appointments.models import Appointment, Chair, StatusEvent
from appointments.rules import TRANSITIONS, Status
from appointments.views.checkout import asks_for_answer
from appointments.views.fetch import appointment_or_404
from appointments.wait_list.freed import freed_by
from core import clock
from core.errors import Refused
from core.ids import is_id
from core.pages import TAP_HEADER
from patients.models import MedicalEntry

# Steps that end a visit wrongly if tapped by mistake come last and are asked about.
_RARE = {Status.NO_SHOW, Status.LEFT_UNSEEN, Status.ENTERED_IN_ERROR}


@allow(Permission.APPOINTMENT_READ)
def appointment_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """Everything about one appointment."""
    return _page(request, appointment_or_404(me(request), pk))


@allow(Permission.APPOINTMENT_READ)
@require_POST
def appointment_status(request: HttpRequest, pk: str) -> HttpResponse:
    """One step along the transition table."""
    form = StatusForm(request.POST)
    appointment = appointment_or_404(me(request), pk)
    if not form.is_valid() or form.cleaned_data["status"] not in Status.values:
        return _page(request, appointment, Refused(_("There is no such status."), code="invalid", field="status"))
    if asks_for_answer(me(request), appointment, form.cleaned_data["status"]):
        return redirect("appointments:checkout", pk)  # nobody leaves without an answer
    chair_id = form.cleaned_data["chair"]
    chair = Chair.objects.filter(pk=chair_id).first() if is_id(chair_id) else None  # read-scope: chairs are no person's
    return _do(
        request,
        appointment,
        lambda: actions.set_status(
            by=me(request),
            appointment=appointment,
            status=form.cleaned_data["status"],
            expected=form.cleaned_data["expected"] or None,
            chair=chair,
        ),
    )


@allow(Permission.APPOINTMENT_READ)
@require_POST
def appointment_undo(request: HttpRequest, pk: str) -> HttpResponse:
    """Take the last step back."""
    appointment = appointment_or_404(me(request), pk)
    return _do(request, appointment, lambda: actions.undo_status(by=me(request), appointment=appointment))


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def appointment_confirm(request: HttpRequest, pk: str) -> HttpResponse:
    """The patient said yes."""
    appointment = appointment_or_404(me(request), pk)
    return _do(request, appointment, lambda: actions.confirm(by=me(request), appointment=appointment))


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def appointment_note(request: HttpRequest, pk: str) -> HttpResponse:
    """Change the note for the desk."""
    appointment = appointment_or_404(me(request), pk)
    form = NoteForm(request.POST)
    changed = form.submit(lambda data: actions.change_details(by=me(request), appointment=appointment, **data))
    return redirect("appointments:appointment-detail", pk) if changed else _page(request, appointment, note_form=form)


@allow(Permission.APPOINTMENT_BOOK)
def appointment_cancel(request: HttpRequest, pk: str) -> HttpResponse:
    """Call a visit off."""
    appointment = appointment_or_404(me(request), pk)
    form = CancelForm(request.POST if request.method == "POST" else None)

    def cancel(data: dict[str, Any]) -> Appointment:
        return actions.cancel(by=me(request), appointment=appointment, **data)

    if request.method == "POST" and form.submit(cancel) is not None:
        messages.success(request, _("The visit is cancelled; its time is free again."))
        return redirect("appointments:appointment-detail", pk)
    context = {"form": form, "appointment": appointment}
    return render(request, "appointments/appointment_cancel.html", context, status=form.status)


def _do(request: HttpRequest, appointment: Appointment, work: Callable[[], Any]) -> HttpResponse:
    try:
        work()
    except Refused as refusal:
        if refusal.status in {403, 404} or TAP_HEADER in request.headers:
            raise
        return _page(request, appointment_or_404(me(request), appointment.pk), refusal)
    return polling.tapped(request, "appointments:appointment-detail", appointment.pk)


def _page(
    request: HttpRequest, appointment: Appointment, refusal: Refused | None = None, note_form: NoteForm | None = None
) -> HttpResponse:
    possible = TRANSITIONS[Status(appointment.status)] - {Status.CANCELLED}
    steps = [status for status in Status if status in possible]
    day = clock.wall(appointment.start).date()
    history = StatusEvent.objects.filter(appointment=appointment).select_related("by")  # read-scope: fetched above
    alerts = MedicalEntry.objects.visible_to(me(request)).critical().running().filter(patient=appointment.patient)
    form = note_form or NoteForm(initial={"reason": appointment.reason})
    may_book = me(request).may(Permission.APPOINTMENT_BOOK)
    freed = freed_by(me(request), appointment) if may_book else None
    context = {
        "appointment": appointment,
        "freed": [freed] if freed else [],
        "day": day,
        "is_to_come": day > clock.today(),
        "steps": [status for status in steps if status not in _RARE and not (may_book and status == Status.COMPLETED)],
        "rare_steps": [status for status in steps if status in _RARE],
        "seat": appointment.seated_in_id or appointment.chair_id,
        "may_cancel": Status.CANCELLED in TRANSITIONS[Status(appointment.status)],
        "may_undo": actions.last_step(appointment) is not None,
        "chairs": Chair.objects.filter(location=appointment.location, is_active=True),  # read-scope: no person's
        "history": history,
        "alerts": alerts,
        "refusal": refusal,
        "note_form": form,
        "may_book": may_book,
    }
    status = refusal.status if refusal else form.status
    return render(request, "appointments/appointment_detail.html", context, status=status)
