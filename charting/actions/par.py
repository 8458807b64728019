"""PAR of start and finish models: what was read off, the weighted total, and the clinician's own beside it."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from charting.exams.par_sheets import kept_par
from charting.models import ScoreSheet
from charting.rules import par
from charting.rules.events import Event
from charting.rules.visits import check_length
from core import audit, clock
from core.actions import audited
from core.errors import Refused
from patients.holding import hold
from patients.models import Patient
from patients.rules import check_not_future

MOST_POINTS = 200


@audited
def score_par(
    *,
    by: User,
    patient: Patient,
    index: str,
    on: date,
    sheet: par.ScoreSheet,
    judged: int | None = None,
    reason: str = "",
) -> ScoreSheet:
    """Keep a sheet; one that misses a component has no total.

    Raises Refused: `out_of_range`, `contradiction`, `in_the_future`, `reason_missing` for a judgement without one.
    """
    require(by, Permission.CHART_DRAFT)
    hold(patient)
    check_not_future(on, clock.today(), "on")
    par.check_sheet(sheet)
    check_length(reason, "reason", 500)
    if judged is not None and not 0 <= judged <= MOST_POINTS:
        message = _("Points go from 0 to %(most)s.") % {"most": MOST_POINTS}
        raise Refused(message, code="out_of_range", field="judged")
    if judged is not None and not reason.strip():
        raise Refused(_("Say why the total is another one."), code="reason_missing", field="reason")
    made = ScoreSheet.objects.create(
        patient=patient,
        by=by,
        index=index,
        on=on,
        facts=kept_par(sheet),
        score=par.rate(sheet).total,
        judged="" if judged is None else str(judged),
        reason=reason.strip(),
    )
    changes = audit.snapshot(made, "index", "on", "score", "judged", "facts")
    audit.record(by, Event.INDEX_SCORED, made, patient_id=patient.pk, changes=changes)
    return made
