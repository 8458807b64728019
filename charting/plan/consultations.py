"""Consultations as the page and the API show them."""

from dataclasses import dataclass

from appointments.schedule.reading import with_profile
from charting.models import Consultation
from charting.rules.consultations import Decision
from core.errors import Text
from patients.models import Patient


@dataclass(frozen=True)
class ConsultationRow:
    """One of them, with its words."""

    row: Consultation

    @property
    def decision(self) -> Text:
        """In words; "" while nothing has been decided."""
        return Decision(self.row.decision).label if self.row.decision in Decision.values else ""

    @property
    def tone(self) -> str:
        """The colour of the decision's badge."""
        return {Decision.GOES_AHEAD: "green", Decision.DECLINED: "red"}.get(Decision(self.row.decision), "amber")


def rows_of(patient: Patient) -> list[ConsultationRow]:
    """Newest first."""
    # read-scope: the chart was opened by somebody who may
    rows = list(Consultation.objects.of(patient).select_related("doctor__profile", "by__profile"))
    for row in rows:
        with_profile(row.doctor)
        with_profile(row.by)
    return [ConsultationRow(row) for row in rows]
