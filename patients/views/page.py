"""What stands on a patient's page, read with a fixed number of queries."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.permissions import Permission
from accounts.views.answers import me
from core.errors import Text
from patients import panels, timeline
from patients.models import Consent, ContactPreference, MedicalEntry, MergeRecord, Patient, Relationship
from patients.rules import Channel

RIGHTS = {
    "edit": Permission.PATIENT_EDIT,
    "archive": Permission.PATIENT_ARCHIVE,
    "read_medical": Permission.MEDICAL_READ,
    "write_medical": Permission.MEDICAL_WRITE,
    "merge": Permission.PATIENT_MERGE,
    "give_access": Permission.CHART_ACCESS_GRANT,
}


@dataclass(frozen=True)
class Section:
    """A panel of a higher package, ready to be shown."""

    slug: str
    label: Text
    body: SafeString


def context(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """Everything the template needs."""
    user = me(request)
    entries = list(MedicalEntry.objects.visible_to(user).filter(patient=patient))
    family = Relationship.objects.visible_to(user).filter(patient=patient).with_guardians()
    others = siblings(user, patient, family)
    return {
        "patient": patient,
        "may": rights(user),
        "critical": [entry for entry in entries if entry.critical and entry.is_running],
        "entries": sorted(entries, key=lambda entry: (not entry.is_running, not entry.critical)),
        "family": family,
        "siblings": others,
        "consents": Consent.objects.visible_to(user).filter(patient=patient),
        "channels": channels(user, patient),
        "sections": sections(request, patient, others),
        "buttons": [button for button in sorted(panels.buttons) if button.shown_to(user)],
        "timeline": timeline.of_patient(user, patient),
        # read-scope: numbers of this record from the time before
        "former_numbers": MergeRecord.objects.chart_numbers_of(patient.pk),
    }


def rights(user: User) -> dict[str, bool]:
    """Which buttons this person gets."""
    whole = user.may(Permission.PATIENT_EXPORT) and user.may(Permission.MEDICAL_READ)
    return {name: user.may(permission) for name, permission in RIGHTS.items()} | {"export": whole}


def siblings(user: User, patient: Patient, family: list[Relationship]) -> list[Patient]:
    """Other patients with one of the same guardians."""
    shared = [row.guardian_id for row in family if row.is_running]
    rows = Relationship.objects.visible_to(user).running().filter(guardian_id__in=shared)
    ids = set(rows.values_list("patient_id", flat=True)) - {patient.pk}
    return list(Patient.objects.visible_to(user).current().filter(pk__in=ids).by_name())


def channels(user: User, patient: Patient) -> list[tuple[Text, bool | None]]:
    """Every channel, and whether it is allowed; None where nobody has asked."""
    rows = ContactPreference.objects.visible_to(user).filter(patient=patient)
    asked = dict(rows.values_list("channel", "allowed"))
    return [(channel.label, asked.get(channel.value)) for channel in Channel]


def sections(request: HttpRequest, patient: Patient, others: list[Patient]) -> list[Section]:
    """The panels of higher packages that have something to say about this patient to this person."""
    shown = []
    for panel in sorted(panels.panels):
        values = panel.load(me(request), patient)
        if values is not None:
            known = {"patient": patient, "siblings": others, **values}
            body = render_to_string(panel.template, known, request)
            shown.append(Section(panel.slug, panel.label, SafeString(body)))
    return shown
