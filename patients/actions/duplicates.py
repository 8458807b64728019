"""What people decide about two records that look like one person."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from core import audit, clock
from core.actions import audited
from core.errors import NotFound, Refused
from patients.duplicates import Traits
from patients.models import DuplicatePair
from patients.models.duplicates import Decision
from patients.rules import Event


@audited
def dismiss_duplicate(*, by: User, pair: DuplicatePair) -> DuplicatePair:
    """They are two people: off the list until one of the records says something else. Raises Refused, NotFound."""
    _check(by, pair)
    if pair.decision == Decision.DIFFERENT:
        audit.no_change(by, Event.DUPLICATE_DISMISSED, pair)
        return pair
    # Of what the records say at this moment: that is what the person has compared.
    mark = DuplicatePair.mark_of(Traits.of(pair.one), Traits.of(pair.other))
    changes = pair.change(decision=Decision.DIFFERENT, decided_by_id=by.pk, decided_at=clock.now(), mark=mark)
    _record(by, Event.DUPLICATE_DISMISSED, pair, changes["decision"])
    return pair


@audited
def reopen_duplicate(*, by: User, pair: DuplicatePair) -> DuplicatePair:
    """Back onto the list, as if nobody had decided. Raises Refused, NotFound."""
    _check(by, pair)
    if pair.decision == Decision.OPEN:
        audit.no_change(by, Event.DUPLICATE_REOPENED, pair)
        return pair
    changes = pair.change(decision=Decision.OPEN, decided_by_id="", decided_at=None)
    _record(by, Event.DUPLICATE_REOPENED, pair, changes["decision"])
    return pair


def _check(by: User, pair: DuplicatePair) -> None:
    require(by, Permission.PATIENT_MERGE, Permission.PATIENT_EDIT)
    if not DuplicatePair.objects.visible_to(by).filter(pk=pair.pk).exists():
        raise NotFound
    if pair.decision == Decision.MERGED:
        raise Refused(_("These two records have been merged already."), code="already_merged")


def _record(by: User, event: Event, pair: DuplicatePair, decision: list[str]) -> None:
    for patient_id in (pair.one_id, pair.other_id):
        audit.record(by, event, pair, patient_id=patient_id, changes={"decision": decision})
