"""The photo in the record's head."""

import secrets
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission, require
from core import audit
from core.actions import audited
from core.models import CHANGED
from patients import rules
from patients.models import Patient
from patients.photos import Photo
from patients.rules import Event


@audited
def set_photo(*, by: User, patient: Patient, photo: Photo) -> Patient:
    """Store the photo under a name that nobody can guess; the one before goes once this one stands."""
    require(by, Permission.PATIENT_EDIT)
    rules.check_current(patient)
    before = patient.photo
    name = default_storage.save(f"photos/{secrets.token_hex(16)}.jpg", ContentFile(photo.jpeg))
    try:
        patient.change(photo=name)
        audit.record(by, Event.PHOTO_CHANGED, patient, patient_id=patient.pk, changes={"photo": CHANGED})
    except BaseException:
        default_storage.delete(name)
        raise
    _delete_after_commit(before)
    return patient


@audited
def remove_photo(*, by: User, patient: Patient) -> Patient:
    """Delete the photo."""
    require(by, Permission.PATIENT_EDIT)
    before = patient.photo
    if not patient.change(photo=""):
        audit.no_change(by, Event.PHOTO_CHANGED, patient)
        return patient
    audit.record(by, Event.PHOTO_CHANGED, patient, patient_id=patient.pk, changes={"photo": CHANGED})
    _delete_after_commit(before)
    return patient


def _delete_after_commit(name: str) -> None:
    if name:
        transaction.on_commit(partial(default_storage.delete, name))
