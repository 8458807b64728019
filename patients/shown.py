"""Sees to it that the audit holds everybody whom a search has shown, without a row for every key pressed.

Typing narrows what is shown: most answers hold nobody who was not on the screen a second before. A row is written
for those whom this person has not been shown in the last minutes; so each id shown has its row, at most so old.
"""

from collections.abc import Iterable
from typing import Final

from django.core.cache import cache

from accounts.models import User
from core import clock, context
from patients.actions.finding import note_found
from patients.models import Patient

SECONDS: Final = 300


def note(by: User, patients: Iterable[Patient]) -> None:
    """Write those who are new on this person's screen into the audit: one row, or none."""
    here = context.current()
    key = f"patients/shown/{by.pk}/{here.source}/{here.address}"
    now = int(clock.now().timestamp())
    # What the cache forgets, or another process remembers, is written once more: never once less.
    noted = {pk: at for pk, at in (cache.get(key) or {}).items() if now - SECONDS < at <= now}
    fresh = [patient.pk for patient in patients if patient.pk not in noted]
    if fresh:
        note_found(by=by, patient_ids=fresh)
        cache.set(key, noted | dict.fromkeys(fresh, now), SECONDS)
