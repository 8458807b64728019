"""What is to be looked at: gaps in what is set up, duplicates, records half brought over, charts to sign."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from appointments.desk_lists.counts import Tile
from appointments.desk_lists.lists import MOST_COUNTED
from appointments.models import AppointmentType, Chair, Location, WorkingHours
from patients.imports.states import ImportState
from patients.models import DuplicatePair, Import

_WAITING = (ImportState.MAPPING, ImportState.CHECKED, ImportState.STOPPED, ImportState.UNREADABLE)


# What packages above have for a person to look at.
others: list[Callable[[User], list[Tile]]] = []


def to_review(by: User) -> list[Tile]:
    """Only what there is something to do about."""
    tiles = list(_gaps()) if by.may(Permission.CLINIC_SETUP) else []
    if by.may(Permission.PATIENT_MERGE):
        open_pairs = DuplicatePair.objects.visible_to(by).open().values_list("pk", flat=True)
        tiles.append(
            Tile(_("Possible duplicates"), reverse("patients:duplicate-list"), len(open_pairs[: MOST_COUNTED + 1]))
        )
    if by.may(Permission.PATIENT_IMPORT):
        halves = Import.objects.visible_to(by).filter(state__in=_WAITING).count()
        tiles.append(Tile(_("Records to bring over: waiting for you"), reverse("patients:import-list"), halves))
    tiles += [tile for tiles_for in others for tile in tiles_for(by)]
    return [tile for tile in tiles if tile.number]


def _gaps() -> Iterator[Tile]:
    """What keeps people from being booked."""
    places = {location.pk: location.name for location in Location.objects.filter(is_active=True)}
    rows = WorkingHours.objects.filter(location_id__in=list(places))
    hours: list[tuple[str, Any]] = list(rows.values_list("location_id", "doctor_id"))
    chairs = set(Chair.objects.filter(is_active=True).values_list("location_id", flat=True))
    doctors = list(User.objects.doctors())
    open_places = {place for place, doctor in hours if doctor is None}
    at_work = {doctor for _place, doctor in hours}
    if not places:
        yield _gap(_("No location yet"), "appointments:location-list")
    if not doctors:
        yield _gap(_("No doctor yet"), "accounts:staff-list")
    if not AppointmentType.objects.filter(is_active=True).exists():
        yield _gap(_("No kind of visit yet"), "appointments:type-list")
    for pk, name in places.items():
        if pk not in chairs:
            yield _gap(_("%(place)s has no chair") % {"place": name}, "appointments:chair-list")
        if pk not in open_places:
            yield _gap(_("%(place)s has no opening hours") % {"place": name}, "appointments:hours-list")
    for doctor in doctors:
        if doctor.pk not in at_work:
            yield _gap(_("%(who)s has no working hours") % {"who": doctor.name}, "appointments:hours-list")


def _gap(words: str, url_name: str) -> Tile:
    return Tile(words, reverse(url_name), 1, is_task=True)
