"""Consents and contact preferences."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.permissions import Permission
from accounts.views.answers import me
from core import clock
from patients import actions
from patients.forms import ConsentForm, ContactPreferenceForm
from patients.models import ContactPreference, Patient, Relationship
from patients.rules import Channel
from patients.views import fetch
from patients.views.parts import show_form


@allow(Permission.PATIENT_EDIT)
def consent_create(request: HttpRequest, pk: str) -> HttpResponse:
    """Note what somebody agreed to."""
    patient = fetch.patient(request, pk)
    form = ConsentForm(request.POST or None, initial={"given_by": _consents_usually(request, patient)})
    if request.method == "POST":
        given = form.submit(lambda data: actions.give_consent(by=me(request), patient=patient, **data))
        if given:
            return _back(request, pk, _("The consent has been noted."))
    return show_form(request, patient, form, title=_("New consent"), submit=_("Note consent"))


@allow(Permission.PATIENT_EDIT)
@require_POST
def consent_withdraw(request: HttpRequest, pk: str, consent_pk: str) -> HttpResponse:
    """It holds no longer."""
    consent = fetch.consent(request, fetch.patient(request, pk), consent_pk)
    actions.withdraw_consent(by=me(request), consent=consent)
    return _back(request, pk, _("The consent has been withdrawn."))


@allow(Permission.PATIENT_EDIT)
def preference_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Through which channels the person may be reached."""
    patient = fetch.patient(request, pk)
    rows = ContactPreference.objects.visible_to(me(request)).filter(patient=patient)
    asked = dict(rows.values_list("channel", "allowed"))
    allowed = [channel for channel in Channel.values if asked.get(channel, True)]
    form = ContactPreferenceForm(request.POST if request.method == "POST" else None, initial={"channels": allowed})
    if request.method == "POST" and form.submit(lambda data: _set(request, patient, data["channels"])):
        return _back(request, pk, _("Saved."))
    return show_form(request, patient, form, title=_("Contact preferences"), submit=_("Save"))


def _set(request: HttpRequest, patient: Patient, channels: list[str]) -> bool:
    wanted = {channel: channel in channels for channel in Channel.values}
    actions.set_contact_preferences(by=me(request), patient=patient, allowed=wanted)
    return True


def _consents_usually(request: HttpRequest, patient: Patient) -> str:
    """A child's first guardian who may consent; otherwise the patient."""
    if not patient.is_minor_on(clock.today()):
        return patient.name
    rows = Relationship.objects.visible_to(me(request)).running().filter(patient=patient, may_consent=True)
    family = rows.with_guardians()
    return family[0].guardian.name if family else ""


def _back(request: HttpRequest, pk: str, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("patients:patient-detail", pk)
