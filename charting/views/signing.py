"""What waits for a signature: the own drafts, and for doctors the entries of assistants, singly or all at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.schedule.reading import with_profile
from charting.actions import entries as actions
from charting.models import Visit
from core.errors import Refused
from core.ids import is_id

_MOST = 100


@allow(Permission.CHART_DRAFT)
@require_safe
def to_sign(request: HttpRequest) -> HttpResponse:
    """Own drafts, newest first, and what waits for a second signature."""
    by = me(request)
    rows = Visit.objects.visible_to(by).select_related("patient", "by__profile").order_by("-on", "-id")
    drafts = list(rows.drafts().filter(by=by)[: _MOST + 1])
    waiting = list(rows.filter(waits=True).exclude(signed_by=by)[: _MOST + 1]) if by.may(Permission.CHART_SIGN) else []
    for visit in [*drafts, *waiting]:
        with_profile(visit.by)
    context = {
        "drafts": drafts[:_MOST],
        "waiting": waiting[:_MOST],
        "more": len(drafts) > _MOST or len(waiting) > _MOST,
        "may_sign": by.may(Permission.CHART_SIGN),
    }
    return render(request, "charting/to_sign.html", context)


@allow(Permission.CHART_SIGN)
@require_POST
def countersign_chosen(request: HttpRequest) -> HttpResponse:
    """Second signatures under all entries that are ticked; one that cannot be is named, the others are done."""
    chosen = [pk for pk in request.POST.getlist("entry") if is_id(pk)][:_MOST]
    rows = Visit.objects.visible_to(me(request)).filter(pk__in=chosen).select_related("patient")
    done = 0
    for visit in rows.order_by("on", "id"):
        try:
            actions.countersign_entry(by=me(request), visit=visit)
        except Refused as refusal:
            messages.warning(request, f"{visit.patient}, {visit.on}: {refusal}")
        else:
            done += 1
    if done:
        messages.success(
            request, ngettext("%(n)s entry countersigned.", "%(n)s entries countersigned.", done) % {"n": done}
        )
    elif not chosen:
        messages.warning(request, _("Tick the entries first."))
    return redirect("charting:to-sign")
