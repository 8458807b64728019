"""The types that every new clinic starts with: the usual visits of an orthodontic practice."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from appointments.models import AppointmentType

# One list for new clinics and for those that took some of them away.
_LISTED = import_module("appointments.migrations.0002_default_types")


def missing() -> list[dict[str, Any]]:
    """The fields of those that the clinic does not have, in or out of use."""
    known = set(AppointmentType.objects.values_list("code", flat=True))
    return [fields for fields in _all() if fields["code"] not in known]


def _all() -> Iterator[dict[str, Any]]:
    for code, name, pattern, weeks, colour, online in _LISTED.TYPES:
        yield {
            "code": code,
            "name": name,
            "pattern": _LISTED.spell_out(pattern),
            "next_visit_weeks": weeks,
            "colour": colour,
            "bookable_online": online,
        }
