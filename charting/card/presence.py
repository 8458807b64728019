"""Who else has an entry open right now, and at which chair."""

from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction

from accounts.models import User, with_profiles
from appointments.models import Chair, OwnChairs
from charting.models import OpenEntry, Visit
from core import clock

_GONE_AFTER: Final = timedelta(seconds=45)  # the page says every 15 seconds that it is still open


def is_open(by: User, visit: Visit) -> list[str]:
    """Note that this person has it open; returns the others."""
    if not OpenEntry.objects.filter(visit_id=visit.pk, user_id=by.pk).update(seen_at=clock.now()):
        _add(by, visit)
    return others_of(by, visit)


def others_of(by: User, visit: Visit) -> list[str]:
    """Who else has it open, in words: "Nina Roth, Chair 3"."""
    since = clock.now() - _GONE_AFTER
    rows = list(OpenEntry.objects.filter(visit_id=visit.pk, seen_at__gte=since).exclude(user_id=by.pk))
    people = {user.pk: user for user in with_profiles(User.objects.filter(pk__in=[row.user_id for row in rows]))}
    return [", ".join(filter(None, [people[row.user_id].display_name, row.where])) for row in rows]


def is_closed(by: User, visit: Visit) -> None:
    """The person has left the page, or signed."""
    OpenEntry.objects.filter(visit_id=visit.pk, user_id=by.pk).delete()


def _add(by: User, visit: Visit) -> None:
    try:
        with transaction.atomic():
            OpenEntry.objects.create(visit=visit, user=by, where=_where(by))
    except IntegrityError:
        return  # two tabs of one person at the same instant


def _where(by: User) -> str:
    """The chair that this person looks after, if it is one only."""
    ids = OwnChairs.ids_of(by)
    return Chair.objects.filter(pk__in=ids).values_list("name", flat=True).first() or "" if len(ids) == 1 else ""
