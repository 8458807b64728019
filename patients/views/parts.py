"""One page shape for every small form about a patient."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.errors import Text
from core.forms import SubmitMixin
from patients.models import Patient


def show_form(
    request: HttpRequest,
    patient: Patient,
    form: SubmitMixin,
    *,
    title: Text,
    submit: Text,
    back: str = "",
    **more: Any,
) -> HttpResponse:
    """The form with a title, its button and the way back. `more`: lead, danger, second (another form), upload."""
    values = {
        "patient": patient,
        "form": form,
        "title": title,
        "submit": submit,
        "back": back or reverse("patients:patient-detail", args=[patient.pk]),
        **more,
    }
    return render(request, "patients/part_edit.html", values, status=form.status)
