"""Who comes along: the patients with the same parents or guardians."""

from accounts.models import User
from patients.models import Guardian, Patient, Relationship

MOST = 6  # of one family at once


def household_of(by: User, patient: Patient) -> list[Patient]:
    """Other current patients of the family, as far as this person may see them, by name.

    Whoever has a guardian in common, the guardians that are patients themselves, and an adult patient's own children.
    """
    rows = Relationship.objects.visible_to(by).running()
    guardians = set(rows.filter(patient_id=patient.pk).values_list("guardian_id", flat=True))
    if patient.user_id:
        # read-scope: the patient's own record as a guardian
        guardians |= set(Guardian.objects.filter(user_id=patient.user_id).values_list("pk", flat=True))
    if not guardians:
        return []
    ids = set(rows.filter(guardian_id__in=guardians).values_list("patient_id", flat=True))
    # read-scope: guardians of a patient whom the person may see
    users = Guardian.objects.filter(pk__in=guardians).exclude(user_id=None).values_list("user_id", flat=True)
    people = Patient.objects.visible_to(by).current()
    ids |= set(people.filter(user_id__in=list(users)).values_list("pk", flat=True))
    return list(people.filter(pk__in=ids - {patient.pk}).by_name()[: MOST - 1])
