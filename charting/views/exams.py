"""Exams side by side, one exam, and its score sheet of IOTN."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.actions import exams as actions
from charting.exams.comparison import Comparison
from charting.exams.scoring import Iotn, iotn_of
from charting.forms.exams import ExamForm, IotnForm, initial_of, sheet_initial
from charting.models import Exam, ScoreSheet
from charting.rules import exam as rules
from charting.rules import iotn
from charting.rules.visits import RowState
from charting.views.shell import chart_or_404, chart_page, settings_for
from core.errors import NotFound, Refused
from patients.models import Patient


@allow(Permission.CHART_READ)
@require_safe
def exam_list(request: HttpRequest, pk: str) -> HttpResponse:
    """The latest exams beside one another."""
    patient = chart_or_404(request, pk)
    settings = settings_for(request)
    compared = Comparison(patient, request.GET.get("page", "1"))
    context = {"page": compared, "with_iotn": settings.with_iotn, "with_par": settings.with_par}
    return chart_page(request, patient, "exams", "charting/exams/list.html", context)


@allow(Permission.CHART_DRAFT)
def exam_new(request: HttpRequest, pk: str) -> HttpResponse:
    """Write down an exam; it begins with what the last one found."""
    patient = chart_or_404(request, pk)
    # read-scope: of a patient whose chart was opened by somebody who may
    last = Exam.objects.of(patient).order_by("-on", "-created_at", "-id").first()
    begun = initial_of(rules.read(last.facts)) | {"kind": "progress"} if last else {}
    form = ExamForm(request.POST if request.method == "POST" else None, initial=begun)
    if request.method == "POST":
        made = form.submit(
            lambda data: actions.add_exam(by=me(request), patient=patient, facts=form.facts(data), **_said(data))
        )
        if made is not None:
            return redirect("charting:exams", patient.pk)
    context = {"form": form, "last": last}
    return chart_page(request, patient, "exams", "charting/exams/form.html", context, status=form.status)


@allow(Permission.CHART_DRAFT)
def exam_edit(request: HttpRequest, pk: str, exam: str) -> HttpResponse:
    """Correct an exam that is not signed yet."""
    patient = chart_or_404(request, pk)
    found = _exam(request, patient, exam)
    if found.state != RowState.DRAFT and request.method != "POST":
        return redirect("charting:exams", patient.pk)
    kept = {"version": found.version, "on": found.on, "kind": found.kind, "note": found.note}
    initial = initial_of(rules.read(found.facts)) | kept
    form = ExamForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        saved = form.submit(
            lambda data: actions.change_exam(
                by=me(request), exam=found, version=data["version"] or 0, facts=form.facts(data), **_said(data)
            )
        )
        if saved is not None:
            return redirect("charting:exams", patient.pk)
    context = {"form": form, "exam": found}
    return chart_page(request, patient, "exams", "charting/exams/form.html", context, status=form.status)


@allow(Permission.CHART_DRAFT)
@require_POST
def exam_sign(request: HttpRequest, pk: str, exam: str) -> HttpResponse:
    """Lock the own exam."""
    patient = chart_or_404(request, pk)
    try:
        actions.sign_exam(by=me(request), exam=_exam(request, patient, exam))
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Signed."))
    return redirect("charting:exams", patient.pk)


@allow(Permission.CHART_READ)
@require_safe
def exam_iotn(request: HttpRequest, pk: str, exam: str) -> HttpResponse:
    """The score sheet: what was kept last, else filled in from the exam and the tooth chart."""
    patient = chart_or_404(request, pk)
    found = _exam(request, patient, exam)
    scored = _scored(request, found)
    return _iotn(request, found, IotnForm(initial=_initial(scored.sheet, scored.kept)), scored)


@allow(Permission.CHART_DRAFT)
@require_POST
def exam_iotn_keep(request: HttpRequest, pk: str, exam: str) -> HttpResponse:
    """Keep the sheet with its computed grade, and a judgement beside it."""
    patient = chart_or_404(request, pk)
    found = _exam(request, patient, exam)
    scored = _scored(request, found)
    form = IotnForm(request.POST)
    saved = form.submit(lambda data: _score(request, found, form, data))
    if saved is None:
        return _iotn(request, found, form, scored)
    messages.success(request, _("IOTN %(grade)s is kept.") % {"grade": saved.judged or saved.grade or "–"})
    return redirect("charting:exam-iotn", patient.pk, found.pk)


def _scored(request: HttpRequest, exam: Exam) -> Iotn:
    """The sheet of this exam. Raises NotFound in a clinic that does not score IOTN."""
    if not settings_for(request).with_iotn:
        raise NotFound
    return iotn_of(exam)


def _iotn(request: HttpRequest, exam: Exam, form: IotnForm, scored: Iotn) -> HttpResponse:
    computed = scored.computed
    context = {
        "form": form,
        "exam": exam,
        "kept": scored.kept,
        "computed": computed,
        "missing": [iotn.LABELS[name] for name in computed.missing],
        "need": scored.need,
        "source": iotn.SOURCE,
    }
    return chart_page(request, exam.patient, "exams", "charting/exams/iotn.html", context, status=form.status)


def _score(request: HttpRequest, exam: Exam, form: IotnForm, data: dict[str, Any]) -> ScoreSheet:
    said = {name: data[name] for name in ("aesthetic", "study_casts", "judged", "reason")}
    return actions.score_iotn(by=me(request), exam=exam, sheet=form.sheet(data), **said)


def _initial(sheet: iotn.ScoreSheet, kept: ScoreSheet | None) -> dict[str, Any]:
    """What was kept last; what nobody said then comes from the exam."""
    filled = sheet_initial(sheet)
    if kept is None:
        return filled
    more = {name: kept.facts.get(name) for name in ("aesthetic", "study_casts")}
    return filled | more | {"judged": kept.judged, "reason": kept.reason}


def _said(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("on", "kind", "note")}


def _exam(request: HttpRequest, patient: Patient, pk: str) -> Exam:
    found = Exam.objects.visible_to(me(request)).of(patient).filter(pk=pk).first()
    if found is None:
        raise NotFound
    found.patient = patient
    return found
