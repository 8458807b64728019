"""The jobs of imports. Actions start them, so they stand here and not in `patients.tasks`."""

from functools import partial

from django.db import transaction
from huey.contrib.djhuey import db_task

from core import clock
from patients.models import Import


def start(pk: str) -> None:
    """Begin once the change that asks for it stands."""
    transaction.on_commit(partial(carry_on, pk))


@db_task()  # type: ignore[untyped-decorator]
def carry_on(pk: str) -> None:
    """A turn of the work; then others have theirs, and this goes on after them. Doing it twice changes nothing."""
    from patients.imports import passes

    if passes.work(pk):
        carry_on(pk)


def take_up() -> None:
    """Go on with what a worker has left lying that was killed."""
    for pk in list(Import.objects.abandoned(clock.now()).values_list("pk", flat=True)):
        carry_on(pk)
