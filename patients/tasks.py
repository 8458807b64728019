"""Jobs of the night."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from core import context
from patients import actions, pairing
from patients.imports import jobs, removing
from patients.search import jobs as search_jobs

__all__ = ["find_duplicates", "search_jobs"]  # the worker finds the search's jobs through this module


@db_periodic_task(crontab(hour="2-5", minute="40"))  # type: ignore[untyped-decorator]
def find_duplicates() -> None:
    """Every night from 02:40 on; three more turns go on where a large clinic's first search has stopped."""
    with context.use(context.RequestContext(source="job")):
        pairing.search()


@db_periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
def take_up_imports() -> None:
    """Every minute: go on with files that a killed worker has left lying."""
    jobs.take_up()


@db_periodic_task(crontab(hour="3", minute="50"))  # type: ignore[untyped-decorator]
def remove_old_imports() -> None:
    """Every night: uploaded files and their reports go after a month; what came of them stays."""
    with context.use(context.RequestContext(source="job")):
        for imported in removing.due():
            actions.remove_import(by=None, imported=imported)
        for pk in removing.half_removed():
            removing.clear(pk, "")
