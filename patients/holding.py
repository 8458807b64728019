"""Before something is written beside a record: it must be current, and stay so until the transaction ends."""

from patients import rules
from patients.models import Patient


def hold(patient: Patient) -> None:
    """Line up with everybody who archives or merges this record. Raises Refused (`archived`) if somebody just has."""
    rules.check_current(patient)
    if not Patient.objects.hold_current(patient.pk):
        raise rules.archived()
