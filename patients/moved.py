"""An id that does not lead to a record: unknown, not for this person, or merged into another one."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Moved, NotFound, Refused
from patients.models import MergeRecord, Patient


def missing(user: User, pk: str, field: str | None = None) -> Refused:
    """Moved to the record that it was merged into, if this person may see that one; else NotFound."""
    survivor = MergeRecord.objects.survivor_of(pk)
    if survivor is None or not Patient.objects.visible_to(user).filter(pk=survivor).exists():
        return NotFound(field=field)
    message = _("This record was merged into another one. Open that one and make your change there.")
    return Moved(message, old=pk, new=survivor, extra={"survivorId": survivor})
