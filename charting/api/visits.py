"""The treatment card through the API: written, signed, countersigned, amended; the same rules, the same errors."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import me
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from charting.actions import entries as actions
from charting.api.rows import find, opened, sent
from charting.api.visit_shapes import (
    AmendmentInput,
    VisitBody,
    VisitInput,
    VisitSaved,
    changed,
    visit_body,
)
from charting.card.at_the_chair import treating, under_way
from charting.card.cautions import warnings_of
from charting.card.kept import entry_of
from charting.card.recent import Recent
from charting.card.rows import row_of, rows_of
from charting.models import Visit
from core.actions import in_transaction
from core.api.conditional import check_if_match, etag
from core.api.idempotency import once
from core.api.paging import page
from core.api.schema import IDEMPOTENCY_KEY, IF_MATCH, PAGING, errors
from core.errors import Refused
from patients.api import fetch


class VisitsView(ClinicView):
    """One patient's treatment card."""

    required = {"GET": Permission.CHART_READ, "POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="visits_list", parameters=PAGING[:-1], responses={200: VisitBody(many=True), **errors(301, 404)}
    )
    def get(self, request: Request, pk: str) -> Response:
        """The entries, newest first."""
        patient = opened(request, pk)
        cut = page(request, Visit.objects.visible_to(me(request)).of(patient), sort="-on")
        recent = Recent(me(request), patient, cut.rows)
        return Response([visit_body(row) for row in rows_of(recent)], headers=cut.headers)

    @extend_schema(
        operation_id="visits_add",
        parameters=[IDEMPOTENCY_KEY],
        request=VisitInput,
        responses={201: VisitSaved, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """A new draft; it belongs to the visit that is under way, of which there is one entry only (409)."""
        data = sent(VisitInput, request, pk)
        return once(request, lambda: (201, in_transaction(lambda _attempt: _add(request, pk, data))))


class VisitView(ClinicView):
    """One entry."""

    required = {"GET": Permission.CHART_READ, "PATCH": Permission.CHART_DRAFT}

    @extend_schema(operation_id="visits_read", responses={200: VisitBody, **errors(301, 404)})
    def get(self, request: Request, pk: str, visit: str) -> Response:
        """One entry; its ETag goes into If-Match."""
        opened(request, pk)
        return _answer(request, find(request, pk, Visit, visit))

    @extend_schema(
        operation_id="visits_change",
        parameters=[IF_MATCH],
        request=VisitInput,
        responses={200: VisitSaved, **errors(301, 404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str, visit: str) -> Response:
        """Write a draft further; what was not sent stays. A signed entry is refused (409 `signed`)."""
        found = find(request, pk, Visit, visit)
        check_if_match(request._request, found)
        answer = _write(request, found, sent(VisitInput, request, pk))
        return Response(answer, headers={"ETag": etag(found)})


class SignView(ClinicView):
    """The signature."""

    required = {"POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="visits_sign",
        parameters=[IF_MATCH],
        request=None,
        responses={200: VisitBody, **errors(301, 404, 409, 412, 422, 428)},
    )
    def post(self, request: Request, pk: str, visit: str) -> Response:
        """Lock the own entry; the next visit goes to the desk's list."""
        found = find(request, pk, Visit, visit)
        check_if_match(request._request, found)
        return _answer(request, actions.sign_entry(by=me(request), visit=found, version=found.version))


class TakeOverView(ClinicView):
    """Another writer."""

    required = {"POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="visits_take_over", request=None, responses={200: VisitBody, **errors(301, 404, 409, 412)}
    )
    def post(self, request: Request, pk: str, visit: str) -> Response:
        """Become the writer of somebody else's draft."""
        found = find(request, pk, Visit, visit)
        return _answer(request, actions.take_over_entry(by=me(request), visit=found))


class CountersignView(ClinicView):
    """The second signature."""

    required = {"POST": Permission.CHART_SIGN}

    @extend_schema(
        operation_id="visits_countersign", request=None, responses={200: VisitBody, **errors(301, 404, 409, 412, 422)}
    )
    def post(self, request: Request, pk: str, visit: str) -> Response:
        """A doctor's, below an assistant's entry."""
        found = find(request, pk, Visit, visit)
        return _answer(request, actions.countersign_entry(by=me(request), visit=found))


class AmendmentsView(ClinicView):
    """What is said later."""

    required = {"POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="visits_amend",
        parameters=[IDEMPOTENCY_KEY],
        request=AmendmentInput,
        responses={201: VisitBody, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str, visit: str) -> Response:
        """A new row with a reason; the signed entry stays as it is."""
        data = sent(AmendmentInput, request, pk)

        def work() -> tuple[int, dict[str, Any]]:
            found = find(request, pk, Visit, visit)
            actions.amend_entry(by=me(request), visit=found, **data)
            return 201, _told(request, found)

        return once(request, work)


def _add(request: Request, pk: str, data: dict[str, Any]) -> dict[str, Any]:
    by, patient = me(request), fetch.patient(request, pk)
    appointment = under_way(by, patient)
    # read-scope: of a patient whom the person may see
    known = Visit.objects.of(patient).filter(appointment=appointment).first() if appointment else None
    if known is not None:
        message = _("The visit of today has an entry already. Write that one.")
        raise Refused(message, code="in_use", extra={"visitId": known.pk})
    doctor = appointment.doctor if appointment else treating(by, patient)
    made = actions.start_entry(by=by, patient=patient, doctor=doctor, appointment=appointment)
    return _write(request, made, data)


def _write(request: Request, visit: Visit, data: dict[str, Any]) -> dict[str, Any]:
    entry = changed(entry_of(visit), data)
    saved = actions.write_entry(by=me(request), visit=visit, entry=entry, version=visit.version)
    return {"visit": _told(request, saved), "warnings": warnings_of(saved.patient, entry)}


def _answer(request: Request, visit: Visit) -> Response:
    return Response(_told(request, visit), headers={"ETag": etag(visit)})


def _told(request: Request, visit: Visit) -> dict[str, Any]:
    return visit_body(row_of(me(request), visit))
