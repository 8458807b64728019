"""Who of those expected today comes together: the children of one household."""

from collections import defaultdict

from appointments.board.cards import Card
from patients.models import Relationship


def together(expected: list[Card]) -> None:
    """Tell each card whose household is expected more than once today who else comes."""
    if len({card.visit.patient_id for card in expected}) < 2:
        return
    households = _households({card.visit.patient_id for card in expected})
    families: dict[str, list[Card]] = defaultdict(list)
    for card in expected:
        families[households.get(card.visit.patient_id, card.visit.pk)].append(card)
    for family in families.values():
        for card in family:
            card.family = family if len(family) > 1 else []


def _households(patients: set[str]) -> dict[str, str]:
    """A name for each patient's household: who shares an adult at home shares it, however long the chain."""
    # read-scope: which of the patients whom the person may see belong together
    rows = Relationship.objects.running().filter(patient_id__in=list(patients), same_household=True)
    names: dict[str, str] = {}
    groups: dict[str, set[str]] = {}
    for patient, guardian in rows.order_by("id").values_list("patient_id", "guardian_id"):
        joined = groups.pop(names.get(patient, ""), {patient}) | groups.pop(names.get(guardian, ""), {guardian})
        groups[guardian] = joined
        names.update(dict.fromkeys(joined, guardian))
    return {patient: names[patient] for patient in patients if patient in names}
