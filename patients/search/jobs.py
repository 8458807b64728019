"""The jobs that keep Elasticsearch up to date; here, where models can reach them. `patients.tasks` names them."""

import threading
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task

from core import context
from patients.search import outbox

_at_work = threading.Lock()
log = structlog.get_logger(__name__)


def _quietly(work: Callable[[], Any]) -> None:
    """Elasticsearch may be away: the outbox keeps what it must be told, and the next minute tries again."""
    from patients.search.link import Unavailable
    from patients.search.rebuilding import Busy

    try:
        work()
    except (Unavailable, Busy) as error:
        log.debug("search_index_waits", why=type(error).__name__)


@db_task()  # type: ignore[untyped-decorator]
def tell_the_index() -> None:
    """Soon after a change."""
    keep_up()


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def keep_up_with_changes() -> None:
    """Every minute."""
    keep_up()


@db_periodic_task(crontab(hour="4", minute="40"))  # type: ignore[untyped-decorator]
def check_the_index() -> None:
    """Every night: put right what differs from the database, such as after the server lost a disk."""
    if settings.ELASTICSEARCH_URL:
        with context.use(context.RequestContext(source="job")):
            _quietly(_check)


def keep_up() -> None:
    """Tell the index of all changes; build it first if there is none, or if it is not this database's."""
    # Who is at it in this process looks for more before ending; what just misses that is told a minute later.
    if settings.ELASTICSEARCH_URL and _at_work.acquire(blocking=False):
        try:
            with context.use(context.RequestContext(source="job")):
                _quietly(_keep_up)
                _count()
        finally:
            _at_work.release()


def _keep_up() -> None:
    from patients.search import rebuilding, telling

    if not telling.is_right():
        made = rebuilding.rebuild(lambda _done, _total: None)
        log.info("search_index_rebuilt", patients=made.patients)
    telling.tell()


def _check() -> None:
    from patients.search import checking

    drift = checking.compare(lambda _done, _total: None)
    if drift.ids:
        log.warning("search_index_repaired", found=len(drift.ids), repaired=checking.repair(drift))


def _count() -> None:
    from patients.search import figures

    figures.waiting.set(outbox.waiting())
