"""Exams and their indices through the API: the same rules, the same errors."""

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import me
from accounts.api.views import ClinicView
from accounts.models import User, with_profiles
from accounts.permissions import Permission
from charting.actions import exams as actions
from charting.api.exam_shapes import ExamBody, ExamChange, ExamInput, IotnBody, IotnInput, changed, exam_body
from charting.api.rows import find, opened, sent
from charting.exams.scoring import Iotn, iotn_of
from charting.models import ChartSettings, Exam
from charting.rules import exam as rules
from charting.rules import iotn
from core.api.conditional import check_if_match, etag
from core.api.idempotency import once
from core.api.names import camel
from core.api.paging import page
from core.api.schema import IDEMPOTENCY_KEY, IF_MATCH, PAGING, errors
from core.errors import NotFound
from patients.api import fetch


class ExamsView(ClinicView):
    """One patient's exams."""

    required = {"GET": Permission.CHART_READ, "POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="exams_list", parameters=PAGING[:-1], responses={200: ExamBody(many=True), **errors(301, 404)}
    )
    def get(self, request: Request, pk: str) -> Response:
        """Exams, newest first."""
        patient = opened(request, pk)
        cut = page(request, Exam.objects.visible_to(me(request)).of(patient), sort="-on")
        _name_people(cut.rows)
        return Response([exam_body(row) for row in cut.rows], headers=cut.headers)

    @extend_schema(
        operation_id="exams_add",
        parameters=[IDEMPOTENCY_KEY],
        request=ExamInput,
        responses={201: ExamBody, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Write down an exam; it stays a draft until it is signed."""
        data = sent(ExamInput, request, pk)
        facts = changed({}, data.pop("facts", {}))

        def work() -> tuple[int, dict[str, Any]]:
            patient = fetch.patient(request, pk)
            return 201, exam_body(actions.add_exam(by=me(request), patient=patient, facts=facts, **data))

        return once(request, work)


class ExamView(ClinicView):
    """One exam."""

    required = {"GET": Permission.CHART_READ, "PATCH": Permission.CHART_DRAFT}

    @extend_schema(operation_id="exams_read", responses={200: ExamBody, **errors(301, 404)})
    def get(self, request: Request, pk: str, exam: str) -> Response:
        """One exam; its ETag goes into If-Match."""
        opened(request, pk)
        found = find(request, pk, Exam, exam)
        return Response(exam_body(found), headers={"ETag": etag(found)})

    @extend_schema(
        operation_id="exams_change",
        parameters=[IF_MATCH],
        request=ExamChange,
        responses={200: ExamBody, **errors(301, 404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str, exam: str) -> Response:
        """Correct a draft; what was not sent stays. A signed exam is refused (409 `signed`)."""
        data = sent(ExamChange, request, pk)
        found = find(request, pk, Exam, exam)
        check_if_match(request._request, found)
        values = {name: data.get(name, getattr(found, name)) for name in ("on", "kind", "note")}
        facts = changed(rules.read(found.facts), data.get("facts", {}))
        saved = actions.change_exam(by=me(request), exam=found, version=found.version, facts=facts, **values)
        return Response(exam_body(saved), headers={"ETag": etag(saved)})


class SignExamView(ClinicView):
    """The signature."""

    required = {"POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="exams_sign",
        parameters=[IF_MATCH],
        request=None,
        responses={200: ExamBody, **errors(301, 404, 409, 412, 422, 428)},
    )
    def post(self, request: Request, pk: str, exam: str) -> Response:
        """Lock the own exam."""
        found = find(request, pk, Exam, exam)
        check_if_match(request._request, found)
        saved = actions.sign_exam(by=me(request), exam=found)
        return Response(exam_body(saved), headers={"ETag": etag(saved)})


class IotnView(ClinicView):
    """IOTN of one exam; 404 in a clinic that does not score it."""

    required = {"GET": Permission.CHART_READ, "POST": Permission.CHART_DRAFT}

    @extend_schema(operation_id="exams_iotn", responses={200: IotnBody, **errors(301, 404)})
    def get(self, request: Request, pk: str, exam: str) -> Response:
        """The sheet that was kept last, else what the exam and the tooth chart say."""
        opened(request, pk)
        return Response(_iotn(iotn_of(_scored(request, pk, exam))))

    @extend_schema(
        operation_id="exams_iotn_keep",
        parameters=[IDEMPOTENCY_KEY],
        request=IotnInput,
        responses={201: IotnBody, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str, exam: str) -> Response:
        """Keep a sheet with its computed grade; what was not sent stays as it was or comes from the exam."""
        data = sent(IotnInput, request, pk)

        def work() -> tuple[int, dict[str, Any]]:
            found = _scored(request, pk, exam)
            before = iotn_of(found)
            said = {name: value for name, value in data.items() if name != "sheet"}
            sheet = replace(before.sheet, **data.get("sheet", {}))
            actions.score_iotn(by=me(request), exam=found, sheet=sheet, **_said(before) | said)
            return 201, _iotn(iotn_of(found))

        return once(request, work)


def _name_people(exams: list[Exam]) -> None:
    """Those who wrote and signed, with their titles, in two queries."""
    ids = {exam.by_id for exam in exams} | {exam.signed_by_id for exam in exams if exam.signed_by_id}
    # read-scope: the clinic's people who are named below what the person may read
    people = {user.pk: user for user in with_profiles(User.objects.filter(pk__in=ids))}
    for exam in exams:
        exam.by = people[exam.by_id]
        exam.signed_by = people[exam.signed_by_id] if exam.signed_by_id else None


def _scored(request: Request, pk: str, exam: str) -> Exam:
    if not ChartSettings.present().with_iotn:
        raise NotFound
    return find(request, pk, Exam, exam)


def _said(scored: Iotn) -> dict[str, Any]:
    """What was kept beside the sheet."""
    kept = scored.kept
    judged = {"judged": kept.judged, "reason": kept.reason} if kept else {}
    return {"aesthetic": scored.aesthetic, "study_casts": scored.study_casts, **judged}


def _iotn(found: Iotn) -> dict[str, Any]:
    computed, kept = found.computed, found.kept
    return {
        "code": computed.code,
        "isFinal": computed.is_final,
        "met": [{"code": one.code, "reason": str(one.reason)} for one in computed.met],
        "missing": [camel(name) for name in computed.missing],
        "need": found.need,
        "aesthetic": found.aesthetic,
        "judged": kept.judged if kept else "",
        "reason": kept.reason if kept else "",
        "sheet": {camel(name): _plain(value) for name, value in vars(found.sheet).items()},
        "citation": iotn.SOURCE,
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)
