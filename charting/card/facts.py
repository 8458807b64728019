"""Small answers about one chart, asked for in one query: when the patient comes, what there is to read at all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User
from appointments.models import Appointment
from appointments.rules import FREES_ALL, Status
from charting.models import AlertsSeen, AlignerSeries, Amendment, ChartSettings, Elastics
from charting.rules.notation import Notation
from core import clock
from patients.models import Patient

_NO_VISIT = (*FREES_ALL, Status.NO_SHOW, Status.LEFT_UNSEEN, Status.REQUESTED)


@dataclass(frozen=True)
class Facts:
    """Of one patient, as one person sees the chart today."""

    notation: Notation
    last: datetime | None  # the start of the visit that was last, and of the one that comes next
    next: datetime | None
    alerts_read: str  # the fingerprint of the alerts that this person has read today
    has_elastics: bool
    has_amendments: bool
    has_aligners: bool


def facts_of(by: User, patient: Patient) -> Facts:
    """One query, whatever the length of the history."""
    now = clock.now()
    # read-scope: of a patient whom the person may see; the person's own marks
    visits = Appointment.objects.filter(patient_id=OuterRef("pk")).exclude(status__in=_NO_VISIT)
    seen = AlertsSeen.objects.filter(patient_id=OuterRef("pk"), by_id=by.pk, seen_on=clock.today())
    found = (
        Patient.objects.filter(pk=patient.pk)  # read-scope: as above
        .annotate(
            notation=Subquery(ChartSettings.notations()),
            last=_first(visits.filter(start__lt=now).order_by("-start"), "start"),
            next=_first(visits.filter(start__gte=now).order_by("start"), "start"),
            read=_first(seen.order_by("-created_at"), "fingerprint"),
            worn=_first(Elastics.objects.filter(patient_id=OuterRef("pk")), "pk"),
            amended=_first(Amendment.objects.filter(patient_id=OuterRef("pk")), "pk"),
            aligned=_first(AlignerSeries.objects.filter(patient_id=OuterRef("pk"), ended_on=None), "pk"),
        )
        .values("notation", "last", "next", "read", "worn", "amended", "aligned")
        .get()
    )
    return Facts(
        notation=Notation(found["notation"] or Notation.FDI),
        last=found["last"],
        next=found["next"],
        alerts_read=found["read"] or "",
        has_elastics=bool(found["worn"]),
        has_amendments=bool(found["amended"]),
        has_aligners=bool(found["aligned"]),
    )


def _first(rows: QuerySet[Any], name: str) -> Subquery:
    return Subquery(rows.values(name)[:1])
