"""Files through the API: they change nothing but the audit, and the audit is why they are asked for by POST."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from accounts.api.views import ClinicView
from accounts.permissions import Permission
from core.api.fields import StrictBoolean, StrictText
from core.api.schema import errors
from patients.api import fetch
from patients.api.fetch import me
from patients.api.inputs import DoctorField
from patients.exports import handing_out
from patients.exports.download import TYPES, ZIP, record_file, table_file
from patients.exports.patient_list import PatientFilters
from patients.exports.purpose import LONGEST_REASON, LONGEST_RECIPIENT, Purpose
from patients.exports.tables import Format
from patients.rules import CareStatus


class AsAsked(DefaultContentNegotiation):
    """The body says which kind of file it will be; errors are JSON whatever `Accept` says."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class PurposeInput(serializers.Serializer[Any]):
    """To whom, and why."""

    reason = StrictText(max_length=LONGEST_REASON, help_text="Why; kept in the audit.")
    recipient = StrictText(
        required=False, allow_blank=True, max_length=LONGEST_RECIPIENT, help_text="Who receives it, if not you."
    )

    @property
    def purpose(self) -> Purpose:
        """As the actions take it."""
        return Purpose(self.validated_data["reason"], self.validated_data.get("recipient", ""))


class PatientListInput(PurposeInput):
    """The kind of file, and which patients."""

    format = serializers.ChoiceField(choices=Format.choices)
    careStatus = serializers.ChoiceField(choices=CareStatus.choices, required=False)
    doctorId = DoctorField(required=False)
    archived = StrictBoolean(required=False)

    @property
    def filters(self) -> PatientFilters:
        """Which patients."""
        sent = self.validated_data
        doctor = sent.get("doctorId")
        return PatientFilters(sent.get("careStatus", ""), doctor.pk if doctor else "", sent.get("archived", False))


class ExportedPatient(serializers.Serializer[Any]):
    """One patient in the JSON file; further keys follow from what the clinic uses."""

    _id = serializers.CharField()
    chartNumber = serializers.CharField()
    familyName = serializers.CharField()
    givenName = serializers.CharField()


class PatientsExportView(ClinicView):
    """The list as a file."""

    required = {"POST": Permission.PATIENT_EXPORT}
    also = {"POST": Permission.PATIENT_READ}
    content_negotiation_class = AsAsked

    @extend_schema(
        operation_id="patients_export",
        request=PatientListInput,
        responses={
            (200, "application/json"): ExportedPatient(many=True),
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, TYPES[Format.XLSX]): OpenApiTypes.BINARY,
            **errors(413, 415),
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Save the patients that you may see to a file. Who took it and why is kept; 20 files an hour."""
        form = PatientListInput(data=request.data)
        form.is_valid(raise_exception=True)
        format = Format(form.validated_data["format"])
        return table_file(handing_out.patients(me(request), form.filters, format, form.purpose), format, "patients")


class RecordExportView(ClinicView):
    """One whole record as a file."""

    required = {"POST": Permission.PATIENT_EXPORT}
    also = {"POST": Permission.MEDICAL_READ}
    content_negotiation_class = AsAsked

    @extend_schema(
        operation_id="patients_export_record",
        request=PurposeInput,
        responses={(200, ZIP): OpenApiTypes.BINARY, **errors(404, 413, 415)},
    )
    def post(self, request: Request, pk: str) -> HttpResponseBase:
        """Save one whole record with its files as ZIP; takes the right to read the medical history too."""
        patient = fetch.patient(request, pk)
        form = PurposeInput(data=request.data)
        form.is_valid(raise_exception=True)
        return record_file(handing_out.record(me(request), patient, form.purpose))
