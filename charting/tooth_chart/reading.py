"""What is known of a patient's teeth up to a day, and the days on which something changed."""

from datetime import date
from functools import cached_property

from charting.models import BracketEvent, ToothFinding, WireChange
from charting.rules.brackets import on_teeth
from charting.rules.findings import ToothState
from charting.rules.notation import Notation
from charting.rules.wires_in_mouth import wires_now
from charting.tooth_chart.drawing import Finding, Picture, picture
from core import clock
from patients.models import Patient


class TeethOn:
    """The teeth on a day, in three queries; `day` None is today."""

    def __init__(self, patient: Patient, day: date | None, notation: str) -> None:
        self.patient, self.notation = patient, Notation(notation)
        # read-scope: of a patient whose chart was opened by somebody who may
        self._findings = list(ToothFinding.objects.of(patient).order_by("on", "created_at", "id"))
        self._brackets = list(BracketEvent.objects.of(patient).order_by("on", "visit_id", "order"))
        self._wires = list(WireChange.objects.of(patient).order_by("on", "visit_id", "order"))
        self.day = day or clock.today()

    @cached_property
    def days(self) -> list[date]:
        """Days on which something changed, and today, in order."""
        found = {row.on for row in self._findings}
        found |= {row.on for row in self._brackets} | {row.on for row in self._wires}
        return sorted(found | {clock.today()})

    @property
    def previous(self) -> date | None:
        """The change before the day shown."""
        return max((day for day in self.days if day < self.day), default=None)

    @property
    def next(self) -> date | None:
        """The change after it."""
        return min((day for day in self.days if day > self.day), default=None)

    @property
    def place(self) -> int:
        """Which of the days is shown, from 0: the latest that is not after it."""
        return max((number for number, day in enumerate(self.days) if day <= self.day), default=0)

    @cached_property
    def findings(self) -> dict[str, Finding]:
        """What was found last at each tooth up to the day."""
        return {
            row.tooth: Finding(ToothState(row.state), row.surfaces, row.note)
            for row in self._findings
            if row.on <= self.day
        }

    @cached_property
    def picture(self) -> Picture:
        """As it is drawn."""
        on = on_teeth(row.as_done() for row in self._brackets if row.on <= self.day).values()
        wires = wires_now(row.as_change() for row in self._wires if row.on <= self.day)
        born = self.patient.birth_date
        age = None if born is None else (self.day - born).days * 100 // 36525
        return picture(self.findings, on, wires, age=age, notation=self.notation)
