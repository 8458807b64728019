"""The chart's timeline: what was found, planned and done, newest first, in a fixed number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from charting.card.rows import words_of
from charting.models import (
    AlignerSeries,
    Appliance,
    Consultation,
    Exam,
    Phase,
    Plan,
    RetentionCheck,
    SignedConsent,
    Visit,
)
from charting.rules.consultations import Decision
from charting.rules.visits import RowState
from core import clock
from patients.models import Patient

_MOST: Final = 300  # of each kind; a treatment has some forty visits


@dataclass(frozen=True)
class Line:
    """What happened on one day, with the page that says more."""

    on: date
    what: str
    detail: str
    url: str


def history_of(patient: Patient) -> list[Line]:
    """Everything of one chart that was opened by somebody who may; the newest first."""
    lines = [
        *_visits(patient),
        *_exams(patient),
        *_consultations(patient),
        *_plans(patient),
        *_phases(patient),
        *_worn(patient),
        *_retention(patient),
    ]
    return sorted(lines, key=lambda line: line.on, reverse=True)


def _visits(patient: Patient) -> Iterator[Line]:
    page = reverse("charting:chart", args=[patient.pk])
    # read-scope: of a patient whose chart was opened by somebody who may; so are all rows below
    rows = Visit.objects.of(patient).latest_first().only("on", "procedures", "state", "patient_id")[:_MOST]
    for row in rows:
        what = _("Visit, not signed yet") if row.state == RowState.DRAFT else _("Visit")
        yield Line(row.on, what, ", ".join(words_of(row)), f"{page}#entry-{row.pk}")


def _exams(patient: Patient) -> Iterator[Line]:
    # read-scope: as above
    for row in Exam.objects.of(patient).order_by("-on")[:_MOST]:
        url = reverse("charting:exam", args=[patient.pk, row.pk])
        yield Line(row.on, _("Exam"), row.get_kind_display(), url)


def _consultations(patient: Patient) -> Iterator[Line]:
    # read-scope: as above
    for row in Consultation.objects.of(patient).order_by("-on")[:_MOST]:
        url = reverse("charting:consultation", args=[patient.pk, row.pk])
        yield Line(row.on, _("Consultation"), str(dict(Decision.choices).get(row.decision, "")), url)


def _plans(patient: Patient) -> Iterator[Line]:
    # read-scope: as above
    for row in Plan.objects.of(patient).order_by("-on")[:_MOST]:
        yield Line(row.on, _("Plan"), "", reverse("charting:plan-earlier", args=[patient.pk, row.pk]))
    # read-scope: as above
    for signed in SignedConsent.objects.of(patient).order_by("-created_at")[:_MOST]:
        url = reverse("charting:consent", args=[patient.pk, signed.pk])
        yield Line(clock.wall(signed.created_at).date(), _("Consent signed"), signed.signer, url)


def _phases(patient: Patient) -> Iterator[Line]:
    url = reverse("charting:plan", args=[patient.pk])
    # read-scope: as above
    for row in Phase.objects.of(patient).order_by("-created_at")[:_MOST]:
        if row.started_on:
            yield Line(row.started_on, _("Phase started"), row.get_kind_display(), url)
        if row.ended_on:
            yield Line(row.ended_on, _("Phase ended"), row.get_kind_display(), url)


def _worn(patient: Patient) -> Iterator[Line]:
    url = reverse("charting:appliances", args=[patient.pk])
    # read-scope: as above
    for row in Appliance.objects.of(patient).order_by("-placed_on")[:_MOST]:
        yield Line(row.placed_on, _("Appliance in"), row.kind, url)
        if row.removed_on:
            yield Line(row.removed_on, _("Appliance out"), row.kind, url)
    # read-scope: as above
    for series in AlignerSeries.objects.of(patient).order_by("-started_on")[:_MOST]:
        yield Line(series.started_on, _("Aligner series started"), series.brand, url)


def _retention(patient: Patient) -> Iterator[Line]:
    url = reverse("charting:appliances", args=[patient.pk])
    # read-scope: as above
    for row in RetentionCheck.objects.of(patient).order_by("-due_on")[:_MOST]:
        if row.done_on:
            yield Line(row.done_on, _("Retention check"), "", url)
