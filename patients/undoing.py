"""Whether a merge can still be taken back: what it wrote or moved must stand as it left it. Reads only."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from core.errors import Refused, Text
from core.models import plain
from patients import merging, moving
from patients.models import MergeRecord, Patient


def check_undoable(record: MergeRecord) -> None:
    """Raises Refused (`cannot_undo`), naming what stands in the way."""
    if not record.stands:
        raise merging.cannot_undo(_("it has been taken back already"))
    _check_order(record)
    kept = record.kept
    survivor = record.survivor
    if survivor.is_archived:
        raise merging.cannot_undo(_("the record has been archived since. Restore it first"))
    _check_fields(survivor, kept["fields"])
    _check_sign_ins(record, kept)
    for name, mover in moving.all_movers().items():
        if name in kept["rows"]:
            mover.check(kept["rows"][name])


def why_not(record: MergeRecord) -> Text:
    """The sentence of the refusal, for the page; empty when nothing stands in the way."""
    try:
        check_undoable(record)
    except Refused as refusal:
        return refusal.message
    return ""


def _check_order(record: MergeRecord) -> None:
    involved = Q(survivor_id=record.survivor_id) | Q(other_id=record.survivor_id)
    later = Q(created_at__gt=record.created_at) | Q(created_at=record.created_at, pk__gt=record.pk)
    if MergeRecord.objects.standing().filter(involved & later).exists():
        raise merging.cannot_undo(_("the record was merged again later. Take the later merge back first"))


def _check_fields(survivor: Patient, fields: dict[str, Any]) -> None:
    for name, (_before, after) in fields.items():
        if stored(survivor, name) != after:
            raise merging.changed_since(label(name))


def _check_sign_ins(record: MergeRecord, kept: dict[str, Any]) -> None:
    """Nobody else may have the sign-ins by now that go back to these two."""
    fields = kept["fields"].get(merging.USER, [None, None])
    wanted = {kept["other"][merging.USER], fields[0]} - {None}
    holders = Patient.objects.filter(user_id__in=wanted).exclude(pk=record.other_id)
    if fields[1]:
        holders = holders.exclude(pk=record.survivor_id)
    if holders.exists():
        raise merging.changed_since(label(merging.USER))


def stored(patient: Patient, name: str) -> Any:
    """A field as the snapshot keeps it."""
    return plain(getattr(patient, _field(name).attname))


def restored(name: str, value: Any) -> Any:
    """What `stored` gave, as the field takes it."""
    return None if value is None else _field(name).to_python(value)


def label(name: str) -> str:
    """The field in the words of the form, inside a sentence."""
    if name == "sensitive":
        return _("who may open the chart")
    return str(_field(name).verbose_name)


def _field(name: str) -> Any:
    return Patient._meta.get_field(name)
