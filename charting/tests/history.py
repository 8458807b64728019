"""A patient under treatment, for tests of what comes next."""

from datetime import timedelta

from accounts.models import User
from charting.models import Visit, WireChange
from core import clock
from patients.models import Patient


def treated(patient: Patient, doctor: User, *, wires: list[tuple[str, str, str]], weeks_ago: int = 6) -> Visit:
    """A signed visit some weeks ago that put these wires in: arch, size, material."""
    on = clock.today() - timedelta(weeks=weeks_ago)
    visit = Visit.objects.create(
        patient=patient, by=doctor, doctor=doctor, on=on, state="signed", signed_by=doctor, hygiene="fair", plan="Next"
    )
    for order, (arch, size, material) in enumerate(wires):
        own = {"patient": patient, "by": doctor, "visit": visit, "on": on, "order": order}
        WireChange.objects.create(**own, arch=arch, kind="placed", size=size, material=material)
    return visit
