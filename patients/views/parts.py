"""One page shape for every small form about a patient."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
    template: str = "patients/part_edit.html",
    **more: Any,
) -> HttpResponse:
    """The form with a title, its button and the way back. `more`: lead, danger, upload, or what the template wants."""
    values = {"patient": patient, "form": form, "title": title, "submit": submit, **more}
    return render(request, template, values, status=form.status)
