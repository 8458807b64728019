"""Lists about people: doctors for everybody who may book, the audit for those who may read it."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit_search
from accounts.api import shapes
from accounts.api.views import ClinicView
from accounts.audit_search import AuditQuery
from accounts.models import User, with_profiles
from accounts.permissions import Permission
from core import clock
from core.api.paging import page
from core.api.schema import errors, query
from core.errors import Refused
from core.models import AuditEvent

_PAGING = [
    query("page", int, "Page by number, from 1."),
    query("limit", int, "Rows on a page: 50, at most 200."),
    query("after", str, "The id of the last row seen, instead of a page."),
    query("count", bool, "true adds X-Total-Count."),
]
_TEXT = {
    "event": query("event", str, "A whole event, or its beginning."),
    "patientId": query("patientId", str, "The patient concerned."),
    "objectId": query("objectId", str, "The record."),
    "source": query("source", str, "web, api, admin, command or job."),
    "outcome": query("outcome", str, "success or failure."),
}
_LONGEST = 64


class DoctorsView(ClinicView):
    """Doctors to book with."""

    required = {"GET": Permission.SLOT_READ}

    @extend_schema(
        operation_id="doctors_list", parameters=_PAGING, responses={200: shapes.Doctor(many=True), **errors()}
    )
    def get(self, request: Request) -> Response:
        """Active doctors by name; `_id` is the `doctorId` of every other call."""
        by = request.user
        assert isinstance(by, User)
        found = page(request, User.objects.visible_to(by).doctors(), sort="name")
        return Response([_doctor(user) for user in with_profiles(found.rows)], headers=found.headers)


class AuditView(ClinicView):
    """Who did what."""

    required = {"GET": Permission.AUDIT_READ}

    @extend_schema(
        operation_id="audit_list",
        parameters=[
            *_PAGING,
            query("from", date, "The first day, on the clinic's calendar."),
            query("to", date, "The last day."),
            query("person", str, "E-mail or id of the person who acted."),
            *_TEXT.values(),
        ],
        responses={200: shapes.AuditRow(many=True), **errors()},
    )
    def get(self, request: Request) -> Response:
        """Rows of the audit, the newest first."""
        by = request.user
        assert isinstance(by, User)
        found = page(request, audit_search.rows_of(_query(request), by=by), sort=audit_search.NEWEST_FIRST)
        names = audit_search.names_of(found.rows)
        return Response([_row(row, names) for row in found.rows], headers=found.headers)


def _doctor(user: User) -> dict[str, str]:
    profile = user.profile_or_none
    title, colour = (profile.title, profile.colour) if profile else ("", "")
    return {"_id": user.pk, "name": user.display_name, "title": title, "colour": colour}


def _query(request: Request) -> AuditQuery:
    text = {name: _text(request, name) for name in _TEXT}
    return AuditQuery(
        day_from=_day(request, "from"),
        day_to=_day(request, "to"),
        actor_id=audit_search.person_id(_text(request, "person", longest=254)),
        event=text["event"],
        patient_id=text["patientId"],
        object_id=text["objectId"],
        source=text["source"],
        outcome=text["outcome"],
    )


def _text(request: Request, name: str, longest: int = _LONGEST) -> str:
    text: str = request.GET.get(name, "")
    if len(text) > longest or not text.isprintable():
        raise Refused(_("This is not a value to look for."), code="invalid", field=name)
    return text


def _day(request: Request, name: str) -> date | None:
    text = request.GET.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(_("Write the day as YYYY-MM-DD."), code="invalid", field=name) from error


def _row(row: AuditEvent, names: dict[str, str]) -> dict[str, Any]:
    return {
        "_id": row.pk,
        "at": clock.iso(row.at),
        "event": row.event,
        "outcome": row.outcome,
        "actorId": row.actor_id,
        "actorName": names.get(row.actor_id, ""),
        "actorRole": row.actor_role,
        "source": row.source,
        "address": row.address,
        "requestId": row.request_id,
        "objectType": row.object_type,
        "objectId": row.object_id,
        "patientId": row.patient_id,
        "reason": row.reason,
        "changes": row.changes,
    }
