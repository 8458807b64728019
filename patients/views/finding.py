"""The search box of the frame: who is meant by what has been typed so far."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.answers import me
from core import clock
from core.models import AuditEvent
from patients import shown
from patients.models import Patient
from patients.rules import Event
from patients.search.finding import LIMIT, Found, find
from patients.search.query import parse
from patients.views.found import rows_of
from patients.views.lists import typed_in

_RECENT = 5
_OPENED_SEARCHED = 40  # the same chart may have been opened many times


@allow(Permission.PATIENT_READ)
@require_POST
def patient_find(request: HttpRequest) -> HttpResponse:
    """The best hits as lines of the box; with nothing typed, whom this person opened last."""
    user, text = me(request), typed_in(request)
    hits = find(text, by=user, limit=LIMIT + 1) if text else _opened_last(user)
    found = hits[:LIMIT]
    shown.note(user, [hit.patient for hit in found])
    context = {
        "rows": rows_of(user, found, parse(text)),
        "typed": bool(text),
        "more": len(hits) > LIMIT,
        "may_add": user.may(Permission.PATIENT_ADD),
    }
    return render(request, "patients/_found.html", context)


def _opened_last(user: User) -> list[Found]:
    """Charts that this person opened within a day, the last one first."""
    # read-scope: the person's own steps
    own = AuditEvent.objects.filter(actor_id=user.pk, at__gte=clock.now() - timedelta(days=1))
    opened = own.filter(event=Event.PATIENT_OPENED).order_by("-at").values_list("patient_id", flat=True)
    ids = list(dict.fromkeys(opened[:_OPENED_SEARCHED]))
    patients = {one.pk: one for one in Patient.objects.visible_to(user).filter(pk__in=ids[: 2 * _RECENT])}
    return [Found(patients[pk], ()) for pk in ids if pk in patients][:_RECENT]
