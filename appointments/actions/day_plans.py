"""Templates of days, and the days built from them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.day_plans.blocks import check_block, copied
from appointments.models import BuiltDay, Chair, DayBlock, DayTemplate, Location, TemplateBlock
from appointments.rules import Event
from core import audit, clock
from core.actions import audited
from core.errors import NotFound, Refused, Stale

_BLOCK = ("opens", "closes", "kind", "types", "label")


@audited
def add_template(*, by: User, location: Location, name: str) -> DayTemplate:
    """Add an empty template. Raises Refused (`name_taken`)."""
    require(by, Permission.CLINIC_SETUP)
    _check_name(location.pk, name)
    made = DayTemplate(location=location, name=name)
    made.save(force_insert=True)
    audit.record(by, Event.SETUP_CHANGED, made, changes=audit.snapshot(made, "location", "name"))
    return made


@audited
def change_template(*, by: User, template: DayTemplate, name: str, is_active: bool = True) -> DayTemplate:
    """Rename a template or put it out of use; days built from it stay. Raises Refused (`name_taken`), Stale."""
    require(by, Permission.CLINIC_SETUP)
    _check_name(template.location_id, name, but=template)
    changes = template.change(name=name, is_active=is_active)
    if changes:
        audit.record(by, Event.SETUP_CHANGED, template, changes=changes)
    else:
        audit.no_change(by, Event.SETUP_CHANGED, template)
    return template


@audited
def remove_template(*, by: User, template: DayTemplate) -> None:
    """Remove a template that no day was built from. Raises Refused (`in_use`)."""
    require(by, Permission.CLINIC_SETUP)
    if BuiltDay.objects.filter(template_id=template.pk).exists():
        message = _("Days have been built from this template. Put it out of use instead.")
        raise Refused(message, code="in_use")
    audit.record(by, Event.SETUP_CHANGED, template, changes={"name": [template.name, None]})
    template.delete()


@audited
def add_block(
    *, by: User, template: DayTemplate, version: int, chair: Chair | None = None, **fields: Any
) -> TemplateBlock:
    """Add a block; `version` is the template's that the person saw. Raises Refused (see check_block), Stale."""
    require(by, Permission.CLINIC_SETUP)
    block = TemplateBlock(template=template, chair=chair, **fields)
    check_block(block)
    _touch(template, version)
    block.save(force_insert=True)
    snapshot = audit.snapshot(block, *_BLOCK) | {"chair": [None, block.chair_id]}
    audit.record(by, Event.SETUP_CHANGED, block, changes=snapshot)
    return block


@audited
def change_block(
    *, by: User, block: TemplateBlock, version: int, chair: Chair | None = None, **fields: Any
) -> TemplateBlock:
    """Move a block or keep it for something else. Raises Refused (see check_block), Stale."""
    require(by, Permission.CLINIC_SETUP)
    wanted = {name: fields.get(name, getattr(block, name)) for name in _BLOCK}
    check_block(TemplateBlock(pk=block.pk, template_id=block.template_id, chair=chair, **wanted))
    changes = block.change(chair_id=chair.pk if chair else None, **wanted)
    if changes:
        _touch(block.template, version)
        audit.record(by, Event.SETUP_CHANGED, block, changes=changes)
    else:
        audit.no_change(by, Event.SETUP_CHANGED, block)
    return block


@audited
def remove_block(*, by: User, block: TemplateBlock, version: int) -> None:
    """Take a block out of its template. Raises Stale."""
    require(by, Permission.CLINIC_SETUP)
    _touch(block.template, version)
    gone = {name: [pair[1], None] for name, pair in audit.snapshot(block, *_BLOCK).items()}
    audit.record(by, Event.SETUP_CHANGED, block, changes=gone)
    block.delete()


@audited
def build_days(*, by: User, template: DayTemplate, version: int, days: Sequence[date]) -> list[BuiltDay]:
    """Give days their own copies of the template's blocks; days that are built already stay as they are.

    `version` is the template's that the person saw. Raises Refused (`in_the_past`), Stale.
    """
    require(by, Permission.CLINIC_SETUP)
    _check_version(template, version)
    if any(day < clock.today() for day in days):
        raise Refused(_("Only days to come can be built."), code="in_the_past", field="first")
    rows = BuiltDay.objects.filter(location_id=template.location_id, day__in=list(days))
    taken = set(rows.values_list("day", flat=True))
    built = [_built(template, day) for day in sorted(set(days) - taken)]
    if not built:
        audit.no_change(by, Event.DAY_BUILT, template)
        return []
    BuiltDay.objects.bulk_create(built)
    DayBlock.objects.bulk_create(copied(template, [row.day for row in built]))
    audit.record_all([_event(by, Event.DAY_BUILT, row, [None, template.pk]) for row in built])
    return built


@audited
def rebuild_day(*, by: User, built: BuiltDay, template: DayTemplate | None = None) -> BuiltDay:
    """Build the day anew from its template as it is now, or from another one of the location. Raises Refused, Stale."""
    require(by, Permission.CLINIC_SETUP)
    template = template or built.template
    if template.location_id != built.location_id:
        raise NotFound(field="template")
    _check_to_come(built)
    before = built.template_id
    _hold(built, template_id=template.pk, template_version=template.version)
    _clear(built)
    DayBlock.objects.bulk_create(copied(template, [built.day]))
    audit.record_all([_event(by, Event.DAY_REBUILT, built, [before, template.pk])])
    return built


@audited
def clear_day(*, by: User, built: BuiltDay) -> None:
    """Take the plan off a day: nothing is kept for anything any more. Raises Refused (`in_the_past`)."""
    require(by, Permission.CLINIC_SETUP)
    _check_to_come(built)
    _hold(built)
    audit.record_all([_event(by, Event.DAY_CLEARED, built, [built.template_id, None])])
    _clear(built)
    built.delete()


def _built(template: DayTemplate, day: date) -> BuiltDay:
    return BuiltDay(
        location_id=template.location_id, day=day, template_id=template.pk, template_version=template.version
    )


def _hold(built: BuiltDay, **fields: Any) -> None:
    """Whoever builds the same day anew at the same time comes second, even where nothing else changes."""
    rows = BuiltDay.objects.filter(pk=built.pk, version=built.version)
    if rows.update(version=F("version") + 1, updated_at=clock.now(), **fields) != 1:
        raise Stale
    built.refresh_from_db()


def _clear(built: BuiltDay) -> None:
    DayBlock.objects.filter(location_id=built.location_id, day=built.day).delete()


def _event(by: User, event: str, row: BuiltDay, template: list[str | None]) -> Any:
    return audit.prepared(by, event, row, changes={"day": [None, row.day], "template": template})


def _check_to_come(built: BuiltDay) -> None:
    if built.day < clock.today():
        raise Refused(_("This day has passed; its plan stays as it was."), code="in_the_past")


def _check_name(location_id: str, name: str, *, but: DayTemplate | None = None) -> None:
    rows = DayTemplate.objects.filter(location_id=location_id, name=name)
    if (rows.exclude(pk=but.pk) if but else rows).exists():
        message = _("This location has a template of that name already; choose another one.")
        raise Refused(message, code="name_taken", field="name")


def _check_version(template: DayTemplate, version: int) -> None:
    if template.version != version:
        raise Stale


def _touch(template: DayTemplate, version: int) -> None:
    """What a template consists of changes with it: whoever saw it before is told."""
    rows = DayTemplate.objects.filter(pk=template.pk, version=version)
    if rows.update(version=F("version") + 1, updated_at=clock.now()) != 1:
        raise Stale
