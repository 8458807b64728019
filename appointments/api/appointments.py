"""Booking through the API."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import SIGNED_IN, me
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from appointments import actions
from appointments.api import inputs
from appointments.api.inputs import BookInput, MoveInput, StatusInput
from appointments.api.shapes import AppointmentBody, AppointmentRow, body_of, rows_of
from appointments.models import Appointment
from appointments.rules import Status
from core.actions import in_transaction
from core.api.conditional import check_if_match, etag
from core.api.idempotency import once
from core.api.paging import page
from core.api.schema import IDEMPOTENCY_KEY, IF_MATCH, PAGING, errors, query
from core.errors import NotFound, NotPermitted, Refused
from core.ids import is_id
from patients.models import Patient
from patients.moved import missing

BOOK = (Permission.APPOINTMENT_BOOK, Permission.APPOINTMENT_BOOK_OWN)
BOOKED = "Appointment scheduled successfully"
FILTERS = [
    query("from", str, "First day (YYYY-MM-DD) or instant with offset."),
    query("to", str, "Last day (included) or instant with offset (not included)."),
    query("doctorId", str, "Only this doctor's."),
    query("patientId", str, "Only this patient's."),
    query("status", str, "Only those in this status."),
]


class Booked(serializers.Serializer[Any]):
    """The answer to a booking."""

    message = serializers.CharField()
    appointmentId = serializers.CharField()


class AppointmentsView(ClinicView):
    """The list, and booking."""

    required = {"GET": SIGNED_IN, "POST": BOOK}

    @extend_schema(
        operation_id="appointments_list",
        parameters=[*FILTERS, *PAGING],
        responses={200: AppointmentRow(many=True), **errors()},
    )
    def get(self, request: Request) -> Response:
        """All appointments that you may see, by date."""
        if not me(request).may(Permission.APPOINTMENT_READ):
            raise NotPermitted(_("This list is for the clinic. Your own visits are at /api/me/appointments."))
        return answer_page(request, Appointment.objects.visible_to(me(request)))

    @extend_schema(
        operation_id="appointments_book",
        parameters=[IDEMPOTENCY_KEY],
        request=BookInput,
        responses={201: Booked, **errors(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Book a visit; it never clashes with another one."""
        form = BookInput(data=request.data)
        form.is_valid(raise_exception=True)
        return once(request, lambda: (201, self._book(request, dict(form.validated_data))))

    def _book(self, request: Request, data: dict[str, Any]) -> dict[str, str]:
        booked = actions.book(
            by=me(request),
            patient=patient_for(request, data.pop("patient_id")),
            doctor=inputs.doctor(data.pop("doctor_id")),
            type=inputs.appointment_type(data.pop("type", settings.DEFAULT_APPOINTMENT_TYPE)),
            chair=inputs.chair(data.pop("chair_id", None)),
            **data,
        )
        return {"message": BOOKED, "appointmentId": booked.pk}


class AppointmentView(ClinicView):
    """One appointment."""

    required = {"GET": SIGNED_IN, "PATCH": BOOK, "DELETE": BOOK}

    @extend_schema(operation_id="appointments_read", responses={200: AppointmentBody, **errors(404)})
    def get(self, request: Request, pk: str) -> Response:
        """One appointment; its ETag goes into If-Match."""
        return _answer(request, find(request, pk))

    @extend_schema(
        operation_id="appointments_change",
        parameters=[IF_MATCH],
        request=MoveInput,
        responses={200: AppointmentBody, **errors(404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str) -> Response:
        """Move it, or change its note; what was not sent stays."""
        check_if_match(request, find(request, pk))
        form = MoveInput(data=request.data)
        form.is_valid(raise_exception=True)
        # All that was sent, or nothing of it: the actions share one transaction, which fetches anew at every try.
        return _answer(request, in_transaction(lambda attempt: self._change(request, pk, dict(form.validated_data))))

    def _change(self, request: Request, pk: str, data: dict[str, Any]) -> Appointment:
        appointment = find(request, pk)
        check_if_match(request, appointment)
        return _apply(request, appointment, data)

    @extend_schema(
        operation_id="appointments_cancel",
        parameters=[IF_MATCH],
        responses={204: OpenApiResponse(description="Cancelled."), **errors(404, 409, 412, 422)},
    )
    def delete(self, request: Request, pk: str) -> Response:
        """Cancel it; its history stays."""
        appointment = find(request, pk)
        check_if_match(request, appointment, required=False)
        actions.cancel(by=me(request), appointment=appointment)
        return Response(status=204)


class AppointmentStatusView(ClinicView):
    """Through the clinic's day."""

    required = {"POST": Permission.APPOINTMENT_READ}

    @extend_schema(
        operation_id="appointments_set_status",
        request=StatusInput,
        responses={200: AppointmentBody, **errors(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Move one step along the transition table."""
        appointment = find(request, pk)
        form = StatusInput(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        seated_in = inputs.chair(data.pop("chair_id", None))
        return _answer(request, actions.set_status(by=me(request), appointment=appointment, chair=seated_in, **data))


class MyAppointmentsView(ClinicView):
    """A person's own and the own children's."""

    required = {"GET": SIGNED_IN}

    @extend_schema(
        operation_id="me_appointments",
        parameters=[*FILTERS, *PAGING],
        responses={200: AppointmentRow(many=True), **errors()},
    )
    def get(self, request: Request) -> Response:
        """Your own visits and your children's, by date."""
        # read-scope: own_of is the narrower scope
        own = list(Patient.objects.own_of(me(request)).values_list("pk", flat=True))
        return answer_page(request, Appointment.objects.visible_to(me(request)).filter(patient_id__in=own))


def find(request: Request, pk: str) -> Appointment:
    """The appointment, if this person may see it. Raises NotFound."""
    found = Appointment.objects.visible_to(me(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def patient_for(request: Request, pk: str) -> Patient:
    """The patient, if this person may see it. Raises NotFound, naming the field, or Moved after a merge."""
    found = Patient.objects.visible_to(me(request)).filter(pk=pk).first() if is_id(pk) else None
    if found is None:
        raise missing(me(request), pk, field="patient_id")
    return found


def answer_page(request: Request, rows: QuerySet[Appointment]) -> Response:
    """One page of a list, filtered as the query string asks."""
    cut = page(request, _filtered(request, rows), sort="start")
    full = request.GET.get("fields") == "all"
    return Response(rows_of(cut.rows, reader=me(request), full=full), headers=cut.headers)


def _filtered(request: Request, rows: QuerySet[Appointment]) -> QuerySet[Appointment]:
    asked = request.GET
    if text := asked.get("from"):
        rows = rows.filter(start__gte=inputs.read_bound("from", text, end=False))
    if text := asked.get("to"):
        rows = rows.filter(start__lt=inputs.read_bound("to", text, end=True))
    for name in ("doctor_id", "patient_id"):
        if text := asked.get({"doctor_id": "doctorId", "patient_id": "patientId"}[name]):
            if not is_id(text):
                raise Refused(_("This is no id."), code="invalid", field=name)
            rows = rows.filter(**{name: text})
    if status := asked.get("status"):
        if status not in Status.values:
            raise Refused(_("There is no such status."), code="invalid", field="status")
        rows = rows.filter(status=status)
    return rows


def _apply(request: Request, appointment: Appointment, data: dict[str, Any]) -> Appointment:
    """The changes one after the other: note, then place, then confirmation of the place."""
    confirmed = data.pop("confirmed", None)
    note = data.pop("reason", None)
    if note is not None:
        appointment = actions.change_details(by=me(request), appointment=appointment, reason=note)
    if {"start", "doctor_id", "chair_id", "minutes"} & data.keys():
        if doctor_id := data.pop("doctor_id", None):
            data["doctor"] = inputs.doctor(doctor_id)
        data["chair"] = inputs.chair(data.pop("chair_id", None))
        data.setdefault("start", appointment.start)
        appointment = actions.move(by=me(request), appointment=appointment, **data)
    if confirmed:
        appointment = actions.confirm(by=me(request), appointment=appointment)
    return appointment


def _answer(request: Request, appointment: Appointment) -> Response:
    return Response(body_of(appointment, reader=me(request)), headers={"ETag": etag(appointment)})
