"""What the patient wears beside wires: appliances with their events, aligners, checks of retention."""

from dataclasses import dataclass, field
from datetime import date

from charting.models import AlignerSeries, Appliance, ApplianceEvent, RetentionCheck
from charting.rules import aligners
from core import clock
from patients.models import Patient


@dataclass
class Worn:
    """One appliance and what happened to it."""

    appliance: Appliance
    events: list[ApplianceEvent] = field(default_factory=list)

    @property
    def turns(self) -> int:
        """All turns of an expander so far."""
        return sum(event.turns or 0 for event in self.events)


@dataclass(frozen=True)
class Series:
    """One series with its estimate for today."""

    row: AlignerSeries
    now: aligners.Worn
    ends_on: date
    behind: int

    @property
    def last(self) -> int:
        """Number of the last aligner."""
        return self.row.as_series().last


class Wear:
    """Everything of the page, in four queries."""

    def __init__(self, patient: Patient) -> None:
        # read-scope: of a patient whose chart was opened by somebody who may
        rows = Appliance.objects.of(patient).order_by("removed_on", "-placed_on", "id")
        self.appliances = {row.pk: Worn(row) for row in rows}
        for event in ApplianceEvent.objects.of(patient).order_by("on", "created_at", "id"):
            worn = self.appliances[event.appliance_id]
            event.appliance = worn.appliance
            worn.events.append(event)
        self.series = [_series(row) for row in AlignerSeries.objects.of(patient)]
        self.checks = list(RetentionCheck.objects.of(patient).order_by("due_on", "id"))
        self.today = clock.today()

    @property
    def present(self) -> list[Worn]:
        """Still in."""
        return [worn for worn in self.appliances.values() if worn.appliance.removed_on is None]

    @property
    def past(self) -> list[Worn]:
        """Out."""
        return [worn for worn in self.appliances.values() if worn.appliance.removed_on is not None]


def _series(row: AlignerSeries) -> Series:
    series, today = row.as_series(), row.ended_on or clock.today()
    begun = row.verified_on or row.started_on
    worn = aligners.worn_now(series, verified=row.verified, verified_on=begun, delivered=row.delivered, today=today)
    end = aligners.projected_end(series, worn, today)
    return Series(row, worn, end, aligners.trays_behind(series, worn, today))
