"""What the clinic keeps about a person, for that person."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.answers import me, show
from core.errors import Text
from patients import actions
from patients.exports import handing_out
from patients.exports.download import record_file
from patients.exports.purpose import Purpose
from patients.models import MedicalEntry, Patient
from patients.rules import CONTACT_FIELDS, readable_phone
from portal.forms import ContactForm
from portal.people import person
from portal.views.home import clinic_locations
from portal.visits import doctor_names


@allow(Permission.OWN_RECORD)
@require_safe
def record_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """Contact, treatment and medical history; that it was opened is on record."""
    user = me(request)
    patient = person(user, pk)
    actions.open_chart(by=user, patient=patient)
    context = {
        "patient": patient,
        "contact": contact(patient),
        "treatment": treatment(patient),
        "medical": MedicalEntry.objects.visible_to(user).filter(patient=patient).running(),
        "locations": clinic_locations(),
    }
    return render(request, "portal/record_detail.html", context)


@allow(Permission.OWN_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def record_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Contact data only; everything else is the clinic's to write."""
    user = me(request)
    patient = person(user, pk)
    form = ContactForm(
        request.POST if request.method == "POST" else None, instance=patient, initial={"version": patient.version}
    )
    if request.method == "POST":
        changed = form.submit(lambda data: _change(user, patient, data))
        if changed:
            messages.success(request, _("Thank you, your contact data is saved."))
            return redirect("portal:record-detail", pk)
    return show(request, "portal/record_edit.html", form, patient=patient)


@allow(Permission.OWN_RECORD)
@require_POST
def record_export(request: HttpRequest, pk: str) -> HttpResponseBase:
    """The own record or a child's as a file, without what the clinic notes for itself."""
    user = me(request)
    purpose = Purpose(_("Saved by the patient or a parent in the portal"))
    return record_file(handing_out.own_record(user, person(user, pk), purpose))


def _change(user: User, patient: Patient, data: dict[str, Any]) -> Patient:
    fields = {name: data[name] for name in CONTACT_FIELDS}
    return actions.change_own_contact(by=user, patient=patient, version=data["version"], fields=fields)


def contact(patient: Patient) -> list[tuple[Text, str]]:
    """Labels and values of how the person is reached."""
    rows = [
        (_("Phone"), readable_phone(patient.phone)),
        (_("Second phone"), readable_phone(patient.phone_alternative)),
        (_("E-mail"), patient.email),
        (_("Address"), patient.address),
        (_("Preferred name"), patient.preferred_name),
        (_("Language"), _language(patient.language)),
    ]
    return [(label, value or "–") for label, value in rows]


def _language(code: str) -> str:
    """Its name, if the code is one that we know."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def treatment(patient: Patient) -> list[tuple[Text, str]]:
    """Labels and values of where the care stands; what is not known is left out."""
    doctor = doctor_names(filter(None, [patient.treating_doctor_id])).get(patient.treating_doctor_id or "", "")
    begun, until = patient.care_started_on, patient.estimated_completion_on
    rows = [
        (_("State"), patient.get_care_status_display()),
        (_("Kind"), patient.get_care_phase_display()),
        (_("Your orthodontist"), doctor),
        (_("Started"), date_format(begun, "DATE_FORMAT") if begun else ""),
        (_("Planned until about"), date_format(until, "F Y") if until else ""),
        (_("Dentist"), patient.dentist),
    ]
    return [(label, value) for label, value in rows if value]
