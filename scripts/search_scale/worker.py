"""One clinic's process: makes it as large as asked, then times one round of searches for each line of its input.

It answers with one line of JSON each. Everything else that it prints goes to the errors.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from accounts.models import User
    from patients.models import Patient

_PATIENTS_ASKED = 40


def main(size: int) -> None:
    """Fill an empty database and serve until the input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    django.setup()
    from django.core.management import call_command

    from scripts.search_scale import crowd

    call_command("migrate", verbosity=0)
    rita = _receptionist()
    crowd.fill(size)
    texts = list(_texts())
    answers.write(json.dumps({"bytes": crowd.size_of_database()}) + "\n")
    for _line in sys.stdin:
        answers.write(json.dumps(_round(rita, texts)) + "\n")


def _receptionist() -> "User":
    from django.contrib.auth.models import Group

    from accounts.models import User

    rita: User = User.objects.create(email="rita@clinic.example", name="Rita")
    rita.groups.add(Group.objects.get(name="receptionist"))
    return rita


def _round(rita: "User", texts: list[tuple[str, str]]) -> list[tuple[str, float, bool]]:
    """Each search once: its kind, milliseconds, and whether anybody was found."""
    from patients.search.finding import find

    found = []
    for kind, text in texts:
        begin = time.perf_counter()
        anybody = bool(find(text, by=rita))
        found.append((kind, (time.perf_counter() - begin) * 1000, anybody))
    return found


def _texts() -> Iterator[tuple[str, str]]:
    """What a receptionist types to find some of them: the same people at every size."""
    from patients.models import Patient

    rng = Random(3)  # noqa: S311 - draws a sample, guards nothing
    numbers = [f"S{rng.randrange(20_000):07d}" for _number in range(_PATIENTS_ASKED)]
    # read-scope: the sample of a measuring
    for patient in Patient.objects.filter(chart_number__in=numbers).order_by("chart_number"):
        yield from _of(patient, rng)


def _of(patient: "Patient", rng: Random) -> Iterator[tuple[str, str]]:
    given, family = patient.given_name, patient.family_name
    yield "family name", family
    yield "both names", f"{given} {family}"
    yield "family name, first letters", f"{family} {given[:2]}"
    yield "first letters of both", f"{given[:2]} {family[:2]}"
    yield "one beginning", family[:3]
    yield "a slip", _slip(family, rng)
    yield "a slip in each", f"{_slip(given, rng)} {_slip(family, rng)}"
    yield "last four digits", patient.phone[-4:]
    yield "name and four digits", f"{given} {patient.phone[-4:]}"
    yield "whole phone", patient.phone[2:]
    yield "date of birth", f"{patient.birth_date:%d.%m.%Y}"
    yield "name and year", f"{family} {patient.birth_date:%Y}"
    yield "chart number", patient.chart_number


def _slip(word: str, rng: Random) -> str:
    if len(word) < 4:
        return word
    place = rng.randrange(1, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


if __name__ == "__main__":
    main(int(sys.argv[1]))
