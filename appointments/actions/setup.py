"""The clinic's own data: places, hours, closures, types."""

from datetime import date, time
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.day_plans.blocks import rename_type
from appointments.models import AppointmentType, Chair, Closure, Location, WorkingHours
from appointments.rules import Event
from appointments.setup import ready_made
from appointments.setup.colours import check_colour
from core import audit
from core.actions import audited
from core.errors import Refused
from core.models import Record

R = TypeVar("R", bound=Record)


@audited
def add_location(*, by: User, name: str, address: str = "", phone: str = "", is_active: bool = True) -> Location:
    """Add a location. Raises Refused (`name_taken`)."""
    require(by, Permission.CLINIC_SETUP)
    _check_free(Location, "name", name=name)
    return _add(by, Location(name=name, address=address, phone=phone, is_active=is_active))


@audited
def change_location(*, by: User, location: Location, **fields: Any) -> Location:
    """Change a location; one that is not in use any more keeps its history."""
    require(by, Permission.CLINIC_SETUP)
    _check_free(Location, "name", but=location, name=fields.get("name", location.name))
    return _change(by, location, fields)


@audited
def add_chair(*, by: User, location: Location, name: str, position: int = 0, is_active: bool = True) -> Chair:
    """Add a chair to a location. Raises Refused (`name_taken`)."""
    require(by, Permission.CLINIC_SETUP)
    _check_free(Chair, "name", location=location, name=name)
    return _add(by, Chair(location=location, name=name, position=position, is_active=is_active))


@audited
def change_chair(*, by: User, chair: Chair, **fields: Any) -> Chair:
    """Change a chair; the location stays. Raises Refused (`name_taken`)."""
    require(by, Permission.CLINIC_SETUP)
    fields.pop("location", None)
    _check_free(Chair, "name", but=chair, location_id=chair.location_id, name=fields.get("name", chair.name))
    return _change(by, chair, fields)


@audited
def move_chair(*, by: User, chair: Chair, earlier: bool) -> Chair:
    """Let the chair change places with the one before or after it; the first and the last stay where they are."""
    require(by, Permission.CLINIC_SETUP)
    rows = list(Chair.objects.filter(location_id=chair.location_id))
    at = next(place for place, row in enumerate(rows) if row.pk == chair.pk)
    to = max(0, at - 1) if earlier else min(len(rows) - 1, at + 1)
    rows.insert(to, rows.pop(at))
    for place, row in enumerate(rows, start=1):
        if changes := row.change(position=place):
            audit.record(by, Event.SETUP_CHANGED, row, changes=changes)
    audit.no_change(by, Event.SETUP_CHANGED, chair)
    return rows[to]


@audited
def add_ready_made_types(*, by: User) -> list[AppointmentType]:
    """Add those of the ready-made types that the clinic does not have."""
    require(by, Permission.CLINIC_SETUP)
    added = [_add(by, AppointmentType(**fields)) for fields in ready_made.missing()]
    if not added:
        audit.no_change(by, Event.SETUP_CHANGED, AppointmentType())
    return added


@audited
def add_type(*, by: User, **fields: Any) -> AppointmentType:
    """Add an appointment type. Raises Refused (`name_taken`, `unreadable_colour`)."""
    require(by, Permission.CLINIC_SETUP)
    _check_free(AppointmentType, "code", code=fields["code"])
    check_colour(fields["colour"])
    return _add(by, AppointmentType(**fields))


@audited
def change_type(*, by: User, type: AppointmentType, **fields: Any) -> AppointmentType:
    """Change a type; visits already booked keep their own copy of the pattern."""
    require(by, Permission.CLINIC_SETUP)
    _check_free(AppointmentType, "code", but=type, code=fields.get("code", type.code))
    if fields.get("colour", type.colour) != type.colour:
        check_colour(fields["colour"])
    before = type.code
    changed = _change(by, type, fields)
    if changed.code != before:
        rename_type(before, changed.code)
    return changed


@audited
def add_hours(
    *, by: User, location: Location, weekday: int, opens: time, closes: time, doctor: User | None = None
) -> WorkingHours:
    """Add hours of a location or of a doctor there. Raises Refused (`closes_before_opens`, `hours_overlap`)."""
    require(by, Permission.CLINIC_SETUP)
    row = WorkingHours(location=location, doctor=doctor, weekday=weekday, opens=opens, closes=closes)
    _check_hours(row)
    return _add(by, row)


@audited
def change_hours(*, by: User, hours: WorkingHours, **fields: Any) -> WorkingHours:
    """Change a row of hours; visits already booked stay."""
    require(by, Permission.CLINIC_SETUP)
    wanted = WorkingHours(pk=hours.pk, location_id=hours.location_id, doctor_id=hours.doctor_id)
    for name in ("weekday", "opens", "closes"):
        setattr(wanted, name, fields.get(name, getattr(hours, name)))
    _check_hours(wanted)
    return _change(by, hours, {name: getattr(wanted, name) for name in ("weekday", "opens", "closes")})


@audited
def remove_hours(*, by: User, hours: WorkingHours) -> None:
    """Remove a row of hours; visits already booked stay."""
    require(by, Permission.CLINIC_SETUP)
    _remove(by, hours)


@audited
def add_closure(
    *,
    by: User,
    starts_on: date,
    ends_on: date,
    location: Location | None = None,
    doctor: User | None = None,
    reason: str = "",
    each_year: bool = False,
) -> Closure:
    """Close a location (or all) or note a doctor's absence. Raises Refused (`ends_before_start`)."""
    require(by, Permission.CLINIC_SETUP)
    _check_days(starts_on, ends_on)
    days = {"starts_on": starts_on, "ends_on": ends_on, "each_year": each_year}
    row = Closure(location=location, doctor=doctor, reason=reason, **days)
    return _add(by, row)


@audited
def change_closure(*, by: User, closure: Closure, **fields: Any) -> Closure:
    """Change a closure or absence. Raises Refused (`ends_before_start`)."""
    require(by, Permission.CLINIC_SETUP)
    _check_days(fields.get("starts_on", closure.starts_on), fields.get("ends_on", closure.ends_on))
    return _change(by, closure, fields)


@audited
def remove_closure(*, by: User, closure: Closure) -> None:
    """Remove a closure: the days are open again."""
    require(by, Permission.CLINIC_SETUP)
    _remove(by, closure)


def _add(by: User, row: R) -> R:
    row.save(force_insert=True)
    audit.record(by, Event.SETUP_CHANGED, row, changes=audit.snapshot(row, *_names(row)))
    return row


def _change(by: User, row: R, fields: dict[str, Any]) -> R:
    changes = row.change(**fields)
    if changes:
        audit.record(by, Event.SETUP_CHANGED, row, changes=changes)
    else:
        audit.no_change(by, Event.SETUP_CHANGED, row)
    return row


def _remove(by: User, row: Record) -> None:
    gone = {name: [pair[1], None] for name, pair in audit.snapshot(row, *_names(row)).items()}
    audit.record(by, Event.SETUP_CHANGED, row, changes=gone)
    row.delete()


def _names(row: models.Model) -> list[str]:
    left_out = {"id", "created_at", "updated_at", "version"}
    return [field.name for field in row._meta.concrete_fields if field.name not in left_out]


def _check_free(model: type[models.Model], field: str, *, but: Record | None = None, **wanted: Any) -> None:
    rows = model._default_manager.filter(**wanted)
    if (rows.exclude(pk=but.pk) if but else rows).exists():
        raise Refused(_("This is taken already; choose another one."), code="name_taken", field=field)


def _check_hours(row: WorkingHours) -> None:
    if row.closes <= row.opens:
        raise Refused(_("The end must be after the beginning."), code="closes_before_opens", field="closes")
    same_day = WorkingHours.objects.filter(doctor_id=row.doctor_id, weekday=row.weekday).exclude(pk=row.pk)
    for other in same_day.select_related("location"):
        # A doctor is in one place at a time: hours elsewhere count too.
        elsewhere = row.doctor_id is not None and other.location.is_active
        if other.location_id != row.location_id and not elsewhere:
            continue
        if row.opens < other.closes and other.opens < row.closes:
            hours = {"hours": f"{other.opens:%H:%M}-{other.closes:%H:%M}", "location": other.location.name}
            message = _("These hours overlap %(hours)s at %(location)s.") % hours
            raise Refused(message, code="hours_overlap", field="opens")


def _check_days(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Refused(_("The last day must not be before the first."), code="ends_before_start", field="ends_on")
