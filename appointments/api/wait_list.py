"""The wait list through the API: wishes, offers, and a family's answers."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import SIGNED_IN, me
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from appointments.actions import wait_list as actions
from appointments.api import inputs
from appointments.api.appointments import BOOK, find, patient_for
from appointments.api.inputs import InstantField
from appointments.api.shapes import AppointmentBody, body_of
from appointments.hours import find_location
from appointments.models import AppointmentType, WaitlistEntry, WaitlistOffer
from appointments.wait_list.rules import OfferState, WishState
from core import clock
from core.api.conditional import check_if_match, etag
from core.api.fields import StrictInteger, StrictText
from core.api.paging import page
from core.api.schema import IF_MATCH, PAGING, errors
from core.errors import NotFound
from core.ids import is_id
from patients.models import Patient

_WEEKDAYS = "0123456"


class WishInput(serializers.Serializer[Any]):
    """What somebody wishes; on PATCH whatever is sent changes."""

    patientId = StrictText(source="patient_id", max_length=24)
    type = StrictText(max_length=8)
    doctorId = StrictText(source="doctor_id", max_length=24, required=False, allow_null=True)
    insteadOf = StrictText(source="instead_of", max_length=24, required=False, allow_null=True)
    weekdays = serializers.ListField(
        child=StrictInteger(min_value=0, max_value=6), required=False, help_text="0 is Monday; none means any."
    )
    timeFrom = serializers.TimeField(source="time_from", required=False, allow_null=True, format="%H:%M")
    timeTo = serializers.TimeField(source="time_to", required=False, allow_null=True, format="%H:%M")
    earliest = serializers.DateField(required=False, allow_null=True)
    latest = serializers.DateField(required=False, allow_null=True)
    noticeHours = StrictInteger(source="notice_hours", required=False, min_value=0, max_value=336)
    note = StrictText(required=False, allow_blank=True, max_length=300)
    state = serializers.ChoiceField(choices=WishState.choices, required=False)


class WishBody(WishInput):
    """A wish as it stands."""

    _id = serializers.CharField()
    patient = serializers.CharField()
    createdAt = serializers.DateTimeField()
    version = serializers.IntegerField()


class OfferInput(serializers.Serializer[Any]):
    """A free time that is offered."""

    date = InstantField(source="start")
    doctorId = StrictText(source="doctor_id", max_length=24)
    chairId = StrictText(source="chair_id", required=False, allow_null=True, max_length=24)
    expiresAt = InstantField(source="expires_at", required=False)


class OfferBody(serializers.Serializer[Any]):
    """An offer as it stands; one that has run out says so."""

    _id = serializers.CharField()
    patientId = serializers.CharField()
    patient = serializers.CharField()
    type = serializers.CharField()
    date = serializers.DateTimeField()
    doctorId = serializers.CharField()
    expiresAt = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=OfferState.choices)
    appointmentId = serializers.CharField(allow_null=True)


class WaitlistView(ClinicView):
    """The list of wishes."""

    required = {"GET": Permission.APPOINTMENT_BOOK, "POST": Permission.APPOINTMENT_BOOK}

    @extend_schema(operation_id="waitlist_list", parameters=PAGING, responses={200: WishBody(many=True), **errors()})
    def get(self, request: Request) -> Response:
        """Wishes that are not settled, the longest waiting first."""
        rows = WaitlistEntry.objects.visible_to(me(request)).exclude(state=WishState.SETTLED)
        cut = page(request, rows, sort="created_at")
        return Response(_wishes(cut.rows), headers=cut.headers)

    @extend_schema(
        operation_id="waitlist_add",
        request=WishInput,
        responses={201: OpenApiResponse(description="`{message, _id}`"), **errors(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Put somebody on the list."""
        form = WishInput(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        data.pop("state", None)
        patient = patient_for(request, data.pop("patient_id"))
        entry = actions.wish(by=me(request), patient=patient, **_wanted(request, data))
        return Response({"message": "Added to the wait list", "_id": entry.pk}, status=201)


class WishView(ClinicView):
    """One wish."""

    required = {"PATCH": Permission.APPOINTMENT_BOOK, "DELETE": Permission.APPOINTMENT_BOOK}

    @extend_schema(
        operation_id="waitlist_change",
        parameters=[IF_MATCH],
        request=WishInput,
        responses={200: WishBody, **errors(404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str) -> Response:
        """Another wish; paused, waiting again, settled."""
        entry = _entry(request, pk)
        check_if_match(request, entry)
        form = WishInput(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        for fixed in ("patient_id", "instead_of"):
            data.pop(fixed, None)
        entry = actions.change_wish(by=me(request), entry=entry, **_wanted(request, data))
        return Response(_wishes([entry])[0], headers={"ETag": etag(entry)})

    @extend_schema(
        operation_id="waitlist_remove",
        parameters=[IF_MATCH],
        responses={204: OpenApiResponse(description="Settled."), **errors(404, 412)},
    )
    def delete(self, request: Request, pk: str) -> Response:
        """Settle it; what was wished and offered stays on record."""
        entry = _entry(request, pk)
        check_if_match(request, entry, required=False)
        actions.change_wish(by=me(request), entry=entry, state=WishState.SETTLED)
        return Response(status=204)


class WishOffersView(ClinicView):
    """Offers for one wish."""

    required = {"POST": Permission.APPOINTMENT_BOOK}

    @extend_schema(
        operation_id="waitlist_offer",
        request=OfferInput,
        responses={201: OfferBody, **errors(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Offer a free time until `expiresAt`; it holds nothing, the first who accepts has it."""
        entry = _entry(request, pk)
        form = OfferInput(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        doctor, chair = inputs.doctor(data.pop("doctor_id")), inputs.chair(data.pop("chair_id", None))
        location = chair.location if chair else find_location(doctor, data["start"], entry.type.pattern)
        made = actions.offer(by=me(request), entry=entry, doctor=doctor, chair=chair, location=location, **data)
        return Response(_offers([made])[0], status=201)


class OfferAcceptView(ClinicView):
    """Yes."""

    required = {"POST": BOOK}

    @extend_schema(
        operation_id="offers_accept", request=None, responses={200: AppointmentBody, **errors(404, 409, 422)}
    )
    def post(self, request: Request, pk: str) -> Response:
        """Book the offered time; all other offers of it are withdrawn."""
        return Response(body_of(actions.accept(by=me(request), offer=_offer(request, pk)), reader=me(request)))


class OfferDeclineView(ClinicView):
    """No."""

    required = {"POST": BOOK}

    @extend_schema(operation_id="offers_decline", request=None, responses={200: OfferBody, **errors(404, 409)})
    def post(self, request: Request, pk: str) -> Response:
        """The wish stays; this time is not wanted."""
        return Response(_offers([actions.decline(by=me(request), offer=_offer(request, pk))])[0])


class MyOffersView(ClinicView):
    """What has been offered to a family."""

    required = {"GET": SIGNED_IN}

    @extend_schema(operation_id="me_offers", parameters=PAGING, responses={200: OfferBody(many=True), **errors()})
    def get(self, request: Request) -> Response:
        """Offers that can still be answered, for yourself and your children."""
        # read-scope: own_of is the narrower scope
        own = list(Patient.objects.own_of(me(request)).values_list("pk", flat=True))
        rows = WaitlistOffer.objects.visible_to(me(request)).filter(patient_id__in=own)
        open_ones = rows.filter(state=OfferState.OFFERED, expires_at__gt=clock.now())
        cut = page(request, open_ones, sort="expires_at")
        return Response(_offers(cut.rows), headers=cut.headers)


def _wanted(request: Request, data: dict[str, Any]) -> dict[str, Any]:
    if "type" in data:
        data["type"] = inputs.appointment_type(data["type"])
    if "doctor_id" in data:
        doctor_id = data.pop("doctor_id")
        data["doctor"] = inputs.doctor(doctor_id) if doctor_id else None
    if data.get("instead_of"):
        data["instead_of"] = find(request, data["instead_of"])
    if "weekdays" in data:
        data["weekdays"] = "".join(day for day in _WEEKDAYS if int(day) in data["weekdays"])
    return data


def _entry(request: Request, pk: str) -> WaitlistEntry:
    rows = WaitlistEntry.objects.visible_to(me(request)).select_related("type")
    found = rows.filter(pk=pk).first() if is_id(pk) else None
    if found is None:
        raise NotFound
    return found


def _offer(request: Request, pk: str) -> WaitlistOffer:
    found = WaitlistOffer.objects.visible_to(me(request)).filter(pk=pk).select_related("entry").first()
    if found is None:
        raise NotFound
    return found


def _wishes(rows: list[WaitlistEntry]) -> list[dict[str, Any]]:
    # read-scope: the names on rows that were read within the reader's scope
    people = Patient.objects.in_bulk({row.patient_id for row in rows})
    # read-scope: a wish keeps its type, also when that is not booked any more
    types = {type.pk: type.code for type in AppointmentType.objects.filter(pk__in={row.type_id for row in rows})}
    return [
        {
            "_id": row.pk,
            "patientId": row.patient_id,
            "patient": people[row.patient_id].name,
            "type": types[row.type_id],
            "doctorId": row.doctor_id,
            "insteadOf": row.instead_of_id,
            "weekdays": [int(day) for day in row.weekdays],
            "timeFrom": f"{row.time_from:%H:%M}" if row.time_from else None,
            "timeTo": f"{row.time_to:%H:%M}" if row.time_to else None,
            "earliest": row.earliest.isoformat() if row.earliest else None,
            "latest": row.latest.isoformat() if row.latest else None,
            "noticeHours": row.notice_hours,
            "note": row.note,
            "state": row.state,
            "createdAt": clock.iso(row.created_at),
            "version": row.version,
        }
        for row in rows
    ]


def _offers(rows: list[WaitlistOffer]) -> list[dict[str, Any]]:
    # read-scope: the names on rows that were read within the reader's scope
    people = Patient.objects.in_bulk({row.patient_id for row in rows})
    # read-scope: the wishes of offers that were read within the reader's scope
    entries = WaitlistEntry.objects.filter(pk__in={row.entry_id for row in rows}).select_related("type")
    types = {entry.pk: entry.type.code for entry in entries}
    return [
        {
            "_id": row.pk,
            "patientId": row.patient_id,
            "patient": people[row.patient_id].name,
            "type": types[row.entry_id],
            "date": clock.iso(row.start),
            "doctorId": row.doctor_id,
            "expiresAt": clock.iso(row.expires_at),
            "state": row.standing,
            "appointmentId": row.appointment_id,
        }
        for row in rows
    ]
