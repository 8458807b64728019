"""Visits to come and past ones."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import allow
from accounts.permissions import Permission
from accounts.views.answers import me, show
from appointments import actions
from portal import visits
from portal.forms import CancelForm
from portal.people import people_of, person
from portal.views.home import clinic_locations

_PAST_ON_A_PAGE = 20


@allow(Permission.OWN_RECORD)
@require_safe
def visit_list(request: HttpRequest) -> HttpResponse:
    """Everybody's, or one person's with `?patient=`."""
    user = me(request)
    people = people_of(user)
    chosen = person(user, request.GET["patient"]) if request.GET.get("patient") else None
    mine = visits.of_people(user, [chosen] if chosen else people)
    upcoming = mine.upcoming()
    past = mine.exclude(pk__in=[row.pk for row in upcoming]).order_by("-start", "-id")
    page = Paginator(past, _PAST_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "people": people,
        "chosen": chosen,
        "upcoming": visits.show(people, upcoming),
        "past": visits.show(people, page),
        "page": page,
        "may_book": bool(people) and user.may(Permission.APPOINTMENT_BOOK_OWN),
    }
    return render(request, "portal/visit_list.html", context)


@allow(Permission.OWN_RECORD)
@require_safe
def visit_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """One visit, and what can still be done about it."""
    user = me(request)
    people = people_of(user)
    shown = visits.show(people, [visits.one(user, people, pk)])[0]
    context = {"visit": shown, "locations": clinic_locations()}
    return render(request, "portal/visit_detail.html", context)


@allow(Permission.APPOINTMENT_BOOK_OWN)
@require_http_methods(["GET", "HEAD", "POST"])
def visit_cancel(request: HttpRequest, pk: str) -> HttpResponse:
    """Asks first; the time is free for others afterwards."""
    user = me(request)
    people = people_of(user)
    visit = visits.show(people, [visits.one(user, people, pk)])[0]
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        cancelled = form.submit(lambda data: actions.cancel(by=user, appointment=visit.appointment, **data))
        if cancelled:
            messages.success(request, _("The visit on %(when)s is cancelled.") % {"when": visit.when})
            return redirect("portal:visit-list")
    elif not visit.may_change:
        messages.error(request, visit.why_fixed or _("This visit can no longer be changed here."))
        return redirect("portal:visit-detail", pk)
    return show(request, "portal/visit_cancel.html", form, visit=visit)
