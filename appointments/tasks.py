"""Jobs of the night."""

from datetime import timedelta

from django.db.models import F
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from appointments import rules
from appointments.models import Claim, ResourceDay, WaitlistOffer
from appointments.paper import outage
from appointments.wait_list.rules import OfferState
from core import clock, context

_CHUNK = 5000


def drop_past_claims() -> int:
    """Delete claims of days gone by: only today's and future visits hold time. Returns how many."""
    first = rules.cell_of(clock.day_bounds(clock.today())[0])
    gone = 0
    while ids := list(Claim.objects.filter(cell__lt=first).values_list("pk", flat=True)[:_CHUNK]):
        gone += Claim.objects.filter(pk__in=ids).delete()[0]
    return gone


def drop_past_days() -> int:
    """Delete counters of resource days older than a month; nobody lines up there any more."""
    last = (clock.now() - timedelta(days=31)).timestamp() // 86400
    old = [pk for pk in ResourceDay.objects.values_list("pk", flat=True) if int(pk.rpartition("/")[2]) < last]
    for start in range(0, len(old), _CHUNK):
        ResourceDay.objects.filter(pk__in=old[start : start + _CHUNK]).delete()
    return len(old)


@db_periodic_task(crontab(hour="3", minute="20"))  # type: ignore[untyped-decorator]
def tidy_claims() -> None:
    """Every night."""
    with context.use(context.RequestContext(source="job")):
        drop_past_claims()
        drop_past_days()


@db_periodic_task(crontab(minute="*/10"))  # type: ignore[untyped-decorator]
def evening_lists() -> None:
    """After the clinic's hour; a list that failed is tried again ten minutes later."""
    with context.use(context.RequestContext(source="job")):
        outage.make_due()


@db_periodic_task(crontab(minute="*/5"))  # type: ignore[untyped-decorator]
def run_out_offers() -> None:
    """Offers that nobody has answered in time are noted as such; they count as run out before that already."""
    with context.use(context.RequestContext(source="job")):
        now = clock.now()
        rows = WaitlistOffer.objects.filter(state=OfferState.OFFERED, expires_at__lte=now)
        rows.update(state=OfferState.EXPIRED, updated_at=now, version=F("version") + 1)
