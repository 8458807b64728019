"""Findings at teeth: appended, never changed; the latest up to a day is what the chart of that day shows."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from charting.models import ToothFinding
from charting.rules import findings as rules
from charting.rules.events import Event
from charting.rules.teeth import Tooth
from charting.rules.visits import check_length
from core import audit, clock
from core.actions import audited
from core.errors import Refused
from patients.holding import hold
from patients.models import Patient
from patients.rules import check_not_future

NOTE_LENGTH = 500


@audited
def note_findings(
    *, by: User, patient: Patient, teeth: Sequence[Tooth], on: date, state: str, surfaces: str = "", note: str = ""
) -> list[ToothFinding]:
    """The same finding at one tooth or several, from that day on.

    Raises Refused naming the field: `teeth` (none), `state_impossible`, `surface_unknown`, `in_the_future`, `too_long`.
    """
    require(by, Permission.CHART_DRAFT)
    hold(patient)
    if not teeth:
        raise Refused(_("Say which tooth."), code="invalid", field="teeth")
    if state not in rules.ToothState.values:
        raise Refused(_("Choose a state."), code="invalid", field="state")
    check_not_future(on, clock.today(), "on")
    check_length(note, "note", NOTE_LENGTH)
    made = []
    for tooth in dict.fromkeys(teeth):
        rules.check_state(tooth, state)
        letters = rules.surfaces(tooth, surfaces)
        made.append(
            ToothFinding(patient=patient, by=by, tooth=tooth.code, on=on, state=state, surfaces=letters, note=note)
        )
    for row in made:
        row.save(force_insert=True)
    told = {"teeth": [None, [row.tooth for row in made]], "state": [None, state], "on": [None, on.isoformat()]}
    audit.record(by, Event.TEETH_NOTED, patient, patient_id=patient.pk, changes=told)
    return made
