"""Exceptional access: sensitive charts, and who may open one chart."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.answers import me
from patients import actions
from patients.forms import AccessForm
from patients.models import Patient
from patients.models.grants import granted_user_ids, patient_ids_with_grants
from patients.views import fetch


@allow(Permission.CHART_ACCESS_GRANT)
def access_list(request: HttpRequest) -> HttpResponse:
    """All sensitive charts and all charts with a grant: name and number only."""
    # read-scope: whoever gives access finds the chart; nothing of it is shown
    sensitive = list(Patient.objects.filter(sensitive=True, merged_into=None).by_name())
    # read-scope: see above
    granted = Patient.objects.filter(pk__in=patient_ids_with_grants(), sensitive=False, merged_into=None).by_name()
    return render(request, "patients/access_list.html", {"sensitive": sensitive, "granted": granted})


@allow(Permission.CHART_ACCESS_GRANT)
def access_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Who may open this chart beyond the general rights; a sensitive one is open to them only."""
    patient = _named(pk)
    form = AccessForm(request.POST or None)
    if request.method == "POST":
        by = me(request)
        if form.submit(lambda data: actions.grant_access(by=by, patient=patient, user=data["user"])):
            return _back(request, pk, _("Access has been given."))
    values = {
        "patient": patient,
        "form": form,
        "people": _people(patient),
        "may_open": Patient.objects.visible_to(me(request)).filter(pk=pk).exists(),
    }
    return render(request, "patients/access_edit.html", values, status=form.status)


@allow(Permission.CHART_ACCESS_GRANT)
@require_POST
def access_withdraw(request: HttpRequest, pk: str, user_pk: str) -> HttpResponse:
    """Take one grant back."""
    patient = _named(pk)
    # read-scope: also of people who have left
    user = fetch.first(User.objects.filter(pk=user_pk))
    actions.withdraw_access(by=me(request), patient=patient, user=user)
    return _back(request, pk, _("Access has been withdrawn."))


@allow(Permission.CHART_ACCESS_GRANT)
@require_POST
def sensitive_set(request: HttpRequest, pk: str) -> HttpResponse:
    """Close the chart, or open it again (`sensitive` is "yes" or anything else)."""
    wanted = request.POST.get("sensitive") == "yes"
    reason = request.POST.get("reason", "").replace("\x00", "")[:500]
    actions.set_sensitive(by=me(request), patient=_named(pk), sensitive=wanted, reason=reason)
    said = _("The chart is sensitive now.") if wanted else _("The chart is open to the staff again.")
    return _back(request, pk, said)


def _named(pk: str) -> Patient:
    # read-scope: whoever gives access must reach the chart without opening it
    return fetch.first(Patient.objects.filter(pk=pk, merged_into=None))


def _people(patient: Patient) -> list[User]:
    # read-scope: names of the staff, also of people who have left
    return list(User.objects.filter(pk__in=granted_user_ids(patient)).order_by("name"))


def _back(request: HttpRequest, pk: str, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("patients:access-edit", pk)
