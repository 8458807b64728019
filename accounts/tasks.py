"""Jobs of this package. The mails' jobs stand in `accounts.mail`, where actions can reach them."""

from datetime import timedelta

from django.core.management import call_command
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from accounts import mail
from accounts.models import ApiSession
from core import clock, context, throttle
from core.context import RequestContext
from core.models import IdempotencyRecord

__all__ = ["mail", "purge"]  # the worker finds the mails' jobs through this module

ENDED_SESSIONS_DAYS = 60
IDEMPOTENCY_HOURS = 24


@db_periodic_task(crontab(hour="3", minute="20"))  # type: ignore[untyped-decorator]
def purge() -> None:
    """Every night: counters, stored answers and sessions that nobody needs any more. Doing it twice changes nothing."""
    with context.use(RequestContext(source="job")):
        now = clock.now()
        throttle.purge()
        IdempotencyRecord.objects.filter(created_at__lt=now - timedelta(hours=IDEMPOTENCY_HOURS)).delete()
        long_ago = now - timedelta(days=ENDED_SESSIONS_DAYS)
        ApiSession.objects.filter(ended_at__lt=long_ago).delete()
        ApiSession.objects.filter(expires_at__lt=long_ago).delete()
        call_command("clearsessions")
