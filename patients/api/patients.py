"""Patients through the API."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import SIGNED_IN
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from core.api.conditional import check_if_match, etag
from core.api.idempotency import once
from core.api.paging import MAX_LIMIT, Page, flag, page, page_of
from core.api.schema import IDEMPOTENCY_KEY, IF_MATCH, PAGING, errors, query
from core.errors import NotPermitted
from patients import actions, lookalikes, shown
from patients.api import fetch
from patients.api.fetch import me
from patients.api.inputs import CONTACT_KEYS, STAFF_KEYS, NewPatientInput, PatientInput
from patients.api.shapes import PatientBody, PatientRow, PossibleDuplicate, body_of, duplicate_body, rows_of
from patients.models import Patient
from patients.search.finding import find

ADDED = "Patient added successfully"
_ALL = "all"
_MOST_ALIKE = 20


class PatientAdded(serializers.Serializer[Any]):
    """The answer to a new record."""

    message = serializers.CharField()
    patientId = serializers.CharField()
    possibleDuplicates = PossibleDuplicate(many=True, required=False, help_text="Only when there are any.")


class PatientsView(ClinicView):
    """The list, and adding to it."""

    required = {"GET": Permission.PATIENT_READ, "POST": Permission.PATIENT_ADD}

    @extend_schema(
        operation_id="patients_list",
        parameters=[
            query("search", str, "Words, numbers, dates: names, phone, chart number, date of birth, e-mail."),
            query("archived", bool, "With `true` the archived records."),
            *PAGING,
        ],
        responses={200: PatientRow(many=True), **errors()},
    )
    def get(self, request: Request) -> Response:
        """The patients that you may see, by name. With `search` the best 200 of those found, best first."""
        text = request.query_params.get("search", "").strip()
        archived = flag(request._request, "archived")
        found = self._found(request, text, archived) if text else self._listed(request, archived)
        whole = request.query_params.get("fields") == _ALL
        return Response(rows_of(me(request), found.rows, whole=whole), headers=found.headers)

    def _listed(self, request: Request, archived: bool) -> Page[Patient]:
        rows = Patient.objects.visible_to(me(request))
        return page(request._request, rows.archived() if archived else rows.current(), sort="sort_key")

    def _found(self, request: Request, text: str, archived: bool) -> Page[Patient]:
        hits = find(text, by=me(request), limit=MAX_LIMIT, archived=archived)
        found = page_of(request._request, [hit.patient for hit in hits])
        shown.note(me(request), found.rows)
        return found

    @extend_schema(
        operation_id="patients_add",
        parameters=[IDEMPOTENCY_KEY],
        request=NewPatientInput,
        responses={201: PatientAdded, **errors(413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Add a patient. Likely duplicates are named, never refused."""
        form = NewPatientInput(data=request.data)
        form.is_valid(raise_exception=True)
        return once(request, lambda: (201, self._add(request, form)))

    def _add(self, request: Request, form: NewPatientInput) -> dict[str, Any]:
        fields = form.values(complete=False)
        history = fields.pop("medicalHistory", None) or []
        patient = actions.add(by=me(request), fields=fields, medical_history=history)
        alike = [one for one in lookalikes.of(patient, by=me(request)) if one.is_same or one.is_family][:_MOST_ALIKE]
        shown.note(me(request), [one.patient for one in alike])
        answer: dict[str, Any] = {"message": ADDED, "patientId": patient.pk}
        return answer | ({"possibleDuplicates": [duplicate_body(one) for one in alike]} if alike else {})


class PatientView(ClinicView):
    """One record."""

    required = {
        "GET": SIGNED_IN,
        "PUT": Permission.PATIENT_EDIT,
        "PATCH": (Permission.PATIENT_EDIT, Permission.OWN_RECORD),
        "DELETE": Permission.PATIENT_ARCHIVE,
    }

    @extend_schema(operation_id="patients_read", responses={200: PatientBody, **errors(301, 404)})
    def get(self, request: Request, pk: str) -> Response:
        """One record; its ETag goes into If-Match. That you opened it is kept in the audit.

        The id of a record that was merged into another leads to that one (301); changing it is refused (409 `merged`,
        with its `survivorId`).
        """
        patient = fetch.patient(request, pk)
        actions.open_chart(by=me(request), patient=patient)
        return answer(request, patient)

    @extend_schema(
        operation_id="patients_replace",
        parameters=[IF_MATCH],
        request=PatientInput,
        responses={200: PatientBody, **errors(404, 409, 412, 413, 415, 422, 428)},
    )
    def put(self, request: Request, pk: str) -> Response:
        """Replace the record: what is not sent is emptied. The medical history stays as it is."""
        patient = fetch.patient(request, pk)
        form = PatientInput(data=request.data)
        form.is_valid(raise_exception=True)
        check_if_match(request._request, patient)
        fields = form.values(complete=True)
        return answer(request, actions.change(by=me(request), patient=patient, version=patient.version, fields=fields))

    @extend_schema(
        operation_id="patients_change",
        parameters=[IF_MATCH],
        request=PatientInput(partial=True),
        responses={200: PatientBody, **errors(404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str) -> Response:
        """Change what is sent. Patients and parents may change contact data: phones, e-mail, address, language."""
        patient = fetch.patient(request, pk)
        by_staff = me(request).may(Permission.PATIENT_EDIT)
        if not by_staff:
            check_contact_only(request)
        form = PatientInput(patient, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        check_if_match(request._request, patient)
        act = actions.change if by_staff else actions.change_own_contact
        fields = form.values(complete=False)
        return answer(request, act(by=me(request), patient=patient, version=patient.version, fields=fields))

    @extend_schema(
        operation_id="patients_archive",
        parameters=[IF_MATCH],
        responses={204: OpenApiResponse(description="Archived."), **errors(404, 409, 412)},
    )
    def delete(self, request: Request, pk: str) -> Response:
        """Archive the record; staff can still read it, and restore it. Refused while visits are booked."""
        patient = fetch.patient(request, pk)
        check_if_match(request._request, patient, required=False)
        actions.archive(by=me(request), patient=patient, version=patient.version, reason=_("Archived through the API"))
        return Response(status=204)


class PatientRestoreView(ClinicView):
    """An archived record comes back."""

    required = {"POST": Permission.PATIENT_ARCHIVE}

    @extend_schema(operation_id="patients_restore", request=None, responses={200: PatientBody, **errors(404, 409)})
    def post(self, request: Request, pk: str) -> Response:
        """Put the record back into the lists."""
        return answer(request, actions.restore(by=me(request), patient=fetch.patient(request, pk)))


class MyPatientsView(ClinicView):
    """The caller's family."""

    required = {"GET": SIGNED_IN}

    @extend_schema(
        operation_id="my_patients",
        parameters=[query("fields", str, "With `all` every row has the full shape.")],
        responses={200: PatientRow(many=True), **errors()},
    )
    def get(self, request: Request) -> Response:
        """Your own record first, then your children's by name."""
        user = me(request)
        # read-scope: own_of is narrower than visible_to
        mine = sorted(Patient.objects.own_of(user).by_name(), key=lambda patient: patient.user_id != user.pk)
        return Response(rows_of(user, mine, whole=request.query_params.get("fields") == _ALL))


def answer(request: Request, patient: Patient) -> Response:
    """The record as it stands now."""
    return Response(body_of(me(request), patient), headers={"ETag": etag(patient)})


def check_contact_only(request: Request) -> None:
    """Raises NotPermitted for the first field that is the clinic's to change; unknown keys are ignored."""
    for key in request.data:
        if key in STAFF_KEYS and key not in CONTACT_KEYS:
            raise NotPermitted(_("Only contact data can be changed here. Ask the clinic."), field=key)
