"""From the wish to the file, the same for pages and API: right, limit, file, account of it."""

from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import Permission, require
from core import throttle
from core.errors import TooMany
from patients import actions
from patients.actions.exports import PATIENTS
from patients.exports import patient_list
from patients.exports.archive import Archive, pack
from patients.exports.patient_list import PatientFilters, PatientRow
from patients.exports.purpose import Purpose
from patients.exports.registry import Reader, Request
from patients.exports.tables import Format, Table, closed_on_failure
from patients.models import Patient

FILES_AN_HOUR = 20
_HOUR = 3600


def patients(by: User, filters: PatientFilters, format: Format, purpose: Purpose) -> Table[PatientRow]:
    """The list of patients. Raises NotPermitted, Refused, TooMany."""
    begin(by, PATIENTS.rights, purpose)
    ids = list(filters.rows(by).values_list("pk", flat=True))
    facts = {"format": format.value, "rows": len(ids), **filters.facts()}
    actions.disclose_list(by=by, kind=PATIENTS, patient_ids=ids, facts=facts, purpose=purpose)
    return patient_list.table(by, ids)


def record(by: User, patient: Patient, purpose: Purpose) -> Archive:
    """The whole record, by the clinic. Raises NotPermitted, Refused, TooMany."""
    begin(by, (Permission.PATIENT_EXPORT, Permission.MEDICAL_READ), purpose)
    archive = pack(Request(by, patient, Reader.STAFF), purpose.checked())
    with closed_on_failure(archive.file):
        actions.disclose_record(by=by, patient=patient, purpose=purpose, sha256=archive.sha256)
    return archive


def own_record(by: User, patient: Patient, purpose: Purpose) -> Archive:
    """The own record or a child's, by the family. Raises NotPermitted, NotFound, TooMany."""
    begin(by, (Permission.OWN_RECORD,), purpose)
    reader = Reader.PATIENT if patient.user_id == by.pk else Reader.GUARDIAN
    archive = pack(Request(by, patient, reader), purpose.checked())
    with closed_on_failure(archive.file):
        actions.disclose_own_record(by=by, patient=patient, purpose=purpose, sha256=archive.sha256)
    return archive


def begin(by: User, rights: tuple[Permission, ...], purpose: Purpose) -> None:
    """May this person, with this purpose, now? Raises NotPermitted, Refused, TooMany."""
    for right in rights:
        require(by, right)
    purpose.checked()
    try:
        throttle.hit("export", by.pk, limit=FILES_AN_HOUR, window_seconds=_HOUR)
    except TooMany as refusal:
        minutes = -(-refusal.seconds // 60)
        message = ngettext(
            "You can save %(most)s files an hour. Try again in %(minutes)s minute.",
            "You can save %(most)s files an hour. Try again in %(minutes)s minutes.",
            minutes,
        )
        values = {"most": FILES_AN_HOUR, "minutes": minutes}
        raise TooMany(refusal.seconds, message % values, code="too_many_requests") from refusal
