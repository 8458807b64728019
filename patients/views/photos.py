"""The photo: files are served by this view only, to those who may see the patient."""

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.permissions import Permission
from accounts.views.answers import me
from core.errors import NotFound
from patients import actions
from patients.forms import PhotoForm
from patients.views import fetch
from patients.views.parts import show_form


@allow(Permission.PATIENT_READ, Permission.MEDICAL_READ, Permission.OWN_RECORD)
def photo_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """The picture itself."""
    patient = fetch.patient(request, pk)
    if not patient.photo or not default_storage.exists(patient.photo):
        raise NotFound
    with default_storage.open(patient.photo) as file:
        return HttpResponse(file.read(), content_type="image/jpeg")


@allow(Permission.PATIENT_EDIT)
def photo_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Choose another picture."""
    patient = fetch.patient(request, pk)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form.is_bound = True
        saved = form.submit(lambda _data: actions.set_photo(by=me(request), patient=patient, photo=form.read()))
        if saved:
            return _back(request, pk, _("The photo has been saved."))
    return show_form(request, patient, form, title=_("Photo"), submit=_("Save photo"), upload=True)


@allow(Permission.PATIENT_EDIT)
@require_POST
def photo_remove(request: HttpRequest, pk: str) -> HttpResponse:
    """No picture any more."""
    actions.remove_photo(by=me(request), patient=fetch.patient(request, pk))
    return _back(request, pk, _("The photo has been removed."))


def _back(request: HttpRequest, pk: str, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("patients:patient-detail", pk)
