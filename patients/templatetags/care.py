"""How a patient is shown: picture, badge of the care status, phone links."""

from collections.abc import Mapping

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.ui import avatar
from patients import rules
from patients.models import Patient
from patients.rules import CareStatus

register = template.Library()

_TONES: Mapping[str, str] = {
    CareStatus.PENDING: "amber",
    CareStatus.OBSERVATION: "blue",
    CareStatus.RECORDS: "blue",
    CareStatus.READY: "amber",
    CareStatus.ACTIVE: "teal",
    CareStatus.PAUSED: "orange",
    CareStatus.DEBONDED: "violet",
    CareStatus.RETENTION: "violet",
    CareStatus.DISMISSED: "red",
}


@register.simple_tag
def care_badge(patient: Patient) -> SafeString:
    """Where the case stands, in its colour."""
    tone = _TONES.get(patient.care_status, "grey")
    return format_html('<span class="badge" data-tone="{}">{}</span>', tone, patient.get_care_status_display())


@register.simple_tag
def picture(patient: Patient, *, large: bool = False) -> SafeString:
    """The photo in a circle, or the initials; beside the name, so silent for screen readers."""
    if not patient.photo:
        return avatar(patient.name, large=large)
    size = " avatar--large" if large else ""
    # The name of the file changes with the photo: the address does too, and the browser asks again.
    address = reverse("patients:photo-detail", args=[patient.pk]) + f"?v={patient.version}"
    return format_html('<span class="avatar{}"><img src="{}" alt=""></span>', size, address)


@register.filter
def readable_phone(text: str) -> str:
    """+41 44 668 18 00."""
    return rules.readable_phone(text)
