"""Free times, chairs and types."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import me
from accounts.api.views import ClinicView
from accounts.models import User
from accounts.permissions import Permission
from appointments import rules, slots
from appointments.api import inputs
from appointments.models import AppointmentType, Chair
from core import clock
from core.api.schema import errors, query
from core.errors import Refused


class SlotRow(serializers.Serializer[Any]):
    """One start that can be booked; it names nobody."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    doctorId = serializers.CharField()
    chairId = serializers.CharField(allow_null=True)


class ChairRow(serializers.Serializer[Any]):
    """One chair."""

    _id = serializers.CharField()
    name = serializers.CharField()
    locationId = serializers.CharField()
    location = serializers.CharField()


class TypeRow(serializers.Serializer[Any]):
    """One type of appointment."""

    code = serializers.CharField()
    name = serializers.CharField()
    minutes = serializers.IntegerField()
    pattern = serializers.CharField()
    colour = serializers.CharField()
    nextVisitWeeks = serializers.IntegerField(allow_null=True)
    bookableOnline = serializers.BooleanField()


class SlotsView(ClinicView):
    """Free times."""

    required = {"GET": Permission.SLOT_READ}

    @extend_schema(
        operation_id="slots",
        parameters=[
            query("doctorId", str, "Only this doctor; without it all doctors."),
            query("from", OpenApiTypes.DATE, "First day.", required=True),
            query("to", OpenApiTypes.DATE, "Last day, included.", required=True),
            query("type", str, "Code of the type; the clinic's default without it."),
        ],
        responses={200: SlotRow(many=True), **errors(404, 422)},
    )
    def get(self, request: Request) -> Response:
        """Every start that can be booked, never cut short."""
        first, last = _days(request)
        as_staff = me(request).may(Permission.APPOINTMENT_BOOK)
        kind = inputs.appointment_type(request.GET.get("type") or settings.DEFAULT_APPOINTMENT_TYPE)
        rules.check_type(kind, as_staff=as_staff)
        asked = request.GET.get("doctorId")
        # read-scope: everybody who may book may know the doctors
        doctors = [inputs.doctor(asked)] if asked else list(User.objects.doctors())
        found = slots.free_slots(
            doctors=doctors, first_day=first, last_day=last, pattern=kind.pattern, type_code=kind.code
        )
        if not as_staff:
            latest = clock.now() + timedelta(days=settings.ONLINE_BOOKING_DAYS)
            found = [slot for slot in found if slot.start <= latest]
        return Response([slot.as_json() for slot in found])


class ChairsView(ClinicView):
    """Chairs."""

    required = {"GET": Permission.APPOINTMENT_READ}

    @extend_schema(operation_id="chairs", responses={200: ChairRow(many=True), **errors()})
    def get(self, request: Request) -> Response:
        """The chairs in use."""
        rows = Chair.objects.filter(is_active=True, location__is_active=True).select_related(
            "location"
        )  # read-scope: chairs are no person's
        return Response(
            [
                {"_id": row.pk, "name": row.name, "locationId": row.location_id, "location": row.location.name}
                for row in rows
            ]
        )


class TypesView(ClinicView):
    """Types of appointments."""

    required = {"GET": Permission.SLOT_READ}

    @extend_schema(operation_id="appointment_types", responses={200: TypeRow(many=True), **errors()})
    def get(self, request: Request) -> Response:
        """The types that you may book."""
        rows = AppointmentType.objects.visible_to(me(request))
        return Response(
            [
                {
                    "code": row.code,
                    "name": row.name,
                    "minutes": row.minutes,
                    "pattern": row.pattern,
                    "colour": row.colour,
                    "nextVisitWeeks": row.next_visit_weeks,
                    "bookableOnline": row.bookable_online,
                }
                for row in rows
            ]
        )


def _days(request: Request) -> tuple[date, date]:
    first, last = _day(request, "from"), _day(request, "to")
    if last < first:
        raise Refused(_("The last day must not be before the first."), code="invalid", field="to")
    if (last - first).days >= settings.SLOT_SEARCH_DAYS:
        message = _("Ask for %(days)s days at most.") % {"days": settings.SLOT_SEARCH_DAYS}
        raise Refused(message, code="range_too_long", field="to")
    return first, last


def _day(request: Request, name: str) -> date:
    day = inputs.read_day(request.GET.get(name, ""))
    if day is None:
        raise Refused(_("Give a day as YYYY-MM-DD."), code="invalid", field=name)
    return day
