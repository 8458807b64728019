"""The wait list: who waits, what has become free for them, what has been offered."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.models import User
from accounts.permissions import Permission
from appointments import offers
from appointments.actions import wait_list as actions
from appointments.models import Appointment, Chair, Location, WaitlistEntry, WaitlistOffer
from appointments.views.fetch import appointment_or_404
from appointments.wait_list.forms import WishForm
from appointments.wait_list.freed import freed_times
from appointments.wait_list.rules import WishState
from core.errors import NotFound, Refused
from core.ids import is_id
from patients.models import Patient

_MOST = 200
_STATES = {"pause": WishState.PAUSED, "resume": WishState.ACTIVE, "settle": WishState.SETTLED}


@allow(Permission.APPOINTMENT_BOOK)
def wait_list(request: HttpRequest) -> HttpResponse:
    """Times that have become free, offers that are out, who is still to be told, and who waits."""
    by = me(request)
    offers_seen = WaitlistOffer.objects.visible_to(by).select_related("patient", "entry__type", "doctor")
    entries = WaitlistEntry.objects.visible_to(by).exclude(state=WishState.SETTLED)
    context = {
        "freed": freed_times(by),
        "out": offers_seen.out()[:_MOST],
        "to_tell": offers_seen.to_tell()[:_MOST],
        "entries": entries.select_related("patient", "type", "doctor").order_by("created_at", "id")[:_MOST],
    }
    return render(request, "appointments/wait_list/list.html", context)


@allow(Permission.APPOINTMENT_BOOK)
def wish_new(request: HttpRequest) -> HttpResponse:
    """A wish of one patient, perhaps instead of a booked visit."""
    by, visit = me(request), None
    if is_id(request.GET.get("instead_of", "")):
        visit = appointment_or_404(by, request.GET["instead_of"])
        patient: Patient | None = visit.patient
    else:
        asked = request.GET.get("patient", "")
        patient = Patient.objects.visible_to(by).filter(pk=asked).first() if is_id(asked) else None
    if patient is None:
        raise NotFound
    initial = {"type": visit.type_id if visit else "", "notice_hours": 24}
    form = WishForm(request.POST if request.method == "POST" else None, initial=initial)

    def save(_data: dict[str, Any]) -> WaitlistEntry:
        return actions.wish(by=by, patient=patient, instead_of=visit, **form.wanted())

    if request.method == "POST" and form.submit(save) is not None:
        messages.success(request, _("On the wait list."))
        return redirect("appointments:wait-list")
    context = {"form": form, "patient": patient, "visit": visit}
    return render(request, "appointments/wait_list/wish.html", context, status=form.status)


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def wish_state(request: HttpRequest, pk: str) -> HttpResponse:
    """Pause, wait again, settle."""
    entry = WaitlistEntry.objects.visible_to(me(request)).filter(pk=pk).first()
    state = _STATES.get(request.POST.get("step", ""))
    if entry is None or state is None:
        raise NotFound
    return _do(request, lambda: actions.change_wish(by=me(request), entry=entry, state=state))


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def wish_offer(request: HttpRequest, pk: str) -> HttpResponse:
    """Offer a free time: `slot` is start, doctor, chair and location."""
    entry = WaitlistEntry.objects.visible_to(me(request)).filter(pk=pk).first()
    chosen = offers.read(request.POST.get("slot", "").rpartition("|")[0])
    location_id = request.POST.get("slot", "").rpartition("|")[2]
    # read-scope: locations and chairs are no person's
    location = Location.objects.filter(pk=location_id, is_active=True).first() if is_id(location_id) else None
    if entry is None or chosen is None or location is None:
        raise NotFound
    start, doctor_id, chair_id = chosen
    doctor = User.objects.doctors().filter(pk=doctor_id).first()  # read-scope: doctors are known to the staff
    chair = Chair.objects.filter(pk=chair_id).first() if chair_id else None  # read-scope: chairs are no person's
    if doctor is None:
        raise NotFound
    place: dict[str, Any] = {"start": start, "doctor": doctor, "location": location, "chair": chair}
    return _do(request, lambda: actions.offer(by=me(request), entry=entry, **place), _("Offered."))


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def offer_answer(request: HttpRequest, pk: str) -> HttpResponse:
    """The family's answer by phone, or the clinic takes the offer back, or somebody has been told."""
    offer = WaitlistOffer.objects.visible_to(me(request)).filter(pk=pk).select_related("entry").first()
    step = request.POST.get("step", "")
    if offer is None or step not in {"accept", "decline", "withdraw", "told"}:
        raise NotFound
    act: dict[str, Callable[..., Any]] = {
        "accept": actions.accept,
        "decline": actions.decline,
        "withdraw": actions.withdraw,
        "told": actions.note_told,
    }
    said = _("Booked; all other offers of this time are withdrawn.") if step == "accept" else ""
    return _do(request, lambda: act[step](by=me(request), offer=offer), said)


def _do(
    request: HttpRequest, work: Callable[[], Appointment | WaitlistEntry | WaitlistOffer], said: str = ""
) -> HttpResponse:
    try:
        work()
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        messages.warning(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return redirect("appointments:wait-list")
