"""What a patient must not be given, and what an entry should be looked at twice for."""

from charting.card.entry import Entry
from charting.models import ChartSettings
from charting.rules import wires
from charting.rules.allergies import Allergen, named_in
from charting.rules.wires_in_mouth import ChangeKind
from patients.models import MedicalEntry, Patient


def allergens_of(patient: Patient) -> frozenset[Allergen]:
    """What the patient must not be given."""
    # read-scope: of a patient whom the person may treat; what matters is that nothing is missed
    rows = MedicalEntry.objects.filter(patient_id=patient.pk, archived_at=None).running()
    return named_in([*(row.description for row in rows), *patient.alerts])


def warnings_of(patient: Patient, entry: Entry) -> list[str]:
    """What is allowed and still should be looked at twice: nickel, a wire too thick for the clinic's slot."""
    placed = [change.wire for change in entry.wires if change.kind == ChangeKind.PLACED and change.wire]
    if not placed:
        return []
    allergens, slot = allergens_of(patient), ChartSettings.present().slot
    found = [wires.nickel_warning(one, allergens) for one in placed] + [wires.slot_warning(one, slot) for one in placed]
    return [text for text in dict.fromkeys(found) if text]
