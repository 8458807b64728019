"""Two charts to be opened: a short one and that of a patient with 500 visits and 20 exams."""

from datetime import timedelta

from accounts.models import User
from charting.models import BracketEvent, Exam, Visit, WireChange
from charting.rules.visits import RowState
from core import clock
from patients.models import Patient

SHORT, LONG = 5, 500
_EXAMS = 20
_WIRE_EVERY = 3  # visits
_TEETH = [f"{quadrant}{number}" for quadrant in "1234" for number in range(1, 7)]


def write(patient: Patient, doctor: User, visits: int) -> None:
    """That many signed visits, the newest yesterday, with wires, brackets and exams."""
    rows = [_visit(patient, doctor, number) for number in range(visits)]
    Visit.objects.bulk_create(rows)
    own = [{"patient": patient, "by": doctor, "visit": row, "on": row.on} for row in rows]
    WireChange.objects.bulk_create(
        WireChange(**one, arch=arch, kind="placed", size="0.016", material="NiTi")
        for one in own[::_WIRE_EVERY]
        for arch in ("upper", "lower")
    )
    BracketEvent.objects.bulk_create(
        BracketEvent(**own[-1], order=order, tooth=tooth, attachment="bracket", event="placed")
        for order, tooth in enumerate(_TEETH)
    )
    Exam.objects.bulk_create(
        Exam(patient=patient, by=doctor, on=row.on, facts={"overjet": "4"}) for row in rows[:_EXAMS]
    )


def _visit(patient: Patient, doctor: User, number: int) -> Visit:
    return Visit(
        patient=patient,
        by=doctor,
        doctor=doctor,
        on=clock.today() - timedelta(days=number + 1),
        hygiene="good",
        procedures=[{"code": "ADJ"}],
        note="No complaints, wires changed.",
        state=RowState.SIGNED,
        signed_by=doctor,
        signed_at=clock.now(),
    )
