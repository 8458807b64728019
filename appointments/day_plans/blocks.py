"""What a block of a template may be, and a day's own copies of it."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from appointments.models import AppointmentType, DayBlock, DayTemplate, TemplateBlock
from appointments.models.day_plans import BlockKind
from appointments.rules import UNIT_MINUTES
from core import clock
from core.errors import NotFound, Refused

MOST: Final = 100  # blocks of one template


def check_block(block: TemplateBlock) -> None:
    """Raises Refused: `off_grid`, `closes_before_opens`, `required`, `blocks_overlap`, `too_many`; NotFound."""
    if any(moment.minute % UNIT_MINUTES or moment.second for moment in (block.opens, block.closes)):
        raise Refused(_("Give times on a multiple of 5 minutes."), code="off_grid", field="opens")
    if block.closes <= block.opens:
        raise Refused(_("The end must be after the beginning."), code="closes_before_opens", field="closes")
    if block.chair is not None and block.chair.location_id != block.template.location_id:
        raise NotFound(_("No such chair."), field="chair")
    _check_types(block)
    _check_free(block)


def _check_types(block: TemplateBlock) -> None:
    if block.kind == BlockKind.RESERVED and not block.codes:
        raise Refused(_("Choose the types that this time is kept for."), code="required", field="types")
    known = set(AppointmentType.objects.filter(code__in=block.codes).values_list("code", flat=True))
    if missing := [code for code in block.codes if code not in known]:
        raise NotFound(_("No such type: %(code)s.") % {"code": missing[0]}, field="types")


def _check_free(block: TemplateBlock) -> None:
    """In one chair one block follows another; what is for all chairs lies across them."""
    others = list(TemplateBlock.objects.filter(template_id=block.template_id).exclude(pk=block.pk))
    if len(others) >= MOST:
        raise Refused(_("A template has at most %(most)s blocks.") % {"most": MOST}, code="too_many")
    for other in others:
        if other.chair_id == block.chair_id and block.opens < other.closes and other.opens < block.closes:
            spoken = {"what": other.words, "from": f"{other.opens:%H:%M}", "to": f"{other.closes:%H:%M}"}
            message = _("“%(what)s” is there from %(from)s to %(to)s. Move or shorten one of the two.")
            raise Refused(message % spoken, code="blocks_overlap", field="opens")


def rename_type(before: str, after: str) -> None:
    """What was kept for a type goes on being kept for it under its new code."""
    to_come = DayBlock.objects.filter(day__gte=clock.today())
    for rows in (TemplateBlock.objects.exclude(types=""), to_come.exclude(types="")):
        for types in set(rows.values_list("types", flat=True)):
            codes = types.split()
            if before in codes:
                wanted = " ".join(after if code == before else code for code in codes)
                rows.filter(types=types).update(types=wanted)


def copied(template: DayTemplate, days: Iterable[date]) -> list[DayBlock]:
    """The blocks as those days would have them, not written."""
    rows = list(TemplateBlock.objects.filter(template_id=template.pk))
    return [
        DayBlock(
            location_id=template.location_id,
            day=day,
            chair_id=row.chair_id,
            opens=row.opens,
            closes=row.closes,
            kind=row.kind,
            types=row.types,
            label=row.label,
        )
        for day in days
        for row in rows
    ]
