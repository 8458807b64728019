"""Two records of one person become one, and become two again.

The snapshot of a MergeRecord is JSON: "fields" of the survivor as [before, after]; "other": what the record that went
had; "rows": what each mover moved, by its name; "access": grants that were given and withdrawn.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.sessions import end_sessions_of_former_record
from accounts.models import User
from accounts.permissions import Permission, require
from core import audit, clock
from core.actions import audited
from core.errors import NotFound, Stale
from patients import merging, moving, rules, undoing
from patients.actions import chart_access
from patients.holding import hold
from patients.merging import PHOTO, USER, Keep
from patients.models import MergeRecord, Patient, SearchKey
from patients.models.sign_ins import sign_in_kept
from patients.rules import Event

_OF_OTHER = ("archived_at", "archived_by_id", "archive_reason", "user", "photo")


@audited
def merge(
    *,
    by: User,
    survivor: Patient,
    other: Patient,
    choices: Mapping[str, str] | None = None,
    survivor_version: int | None = None,
    other_version: int | None = None,
    reason: str = "",
) -> MergeRecord:
    """Make `other` a part of `survivor`. `choices` says for a field whose value stays (`merging.Keep`), and for "user"
    whose sign-in; what is not said is chosen as `merging.proposed` does. The versions are those that the person saw.

    Raises Refused (`visits_overlap`, `archived`, `invalid` ...), Stale, NotFound when one of the two is not theirs.
    """
    require(by, Permission.PATIENT_MERGE)
    _check_both(by, survivor, other)
    if survivor_version not in {None, survivor.version} or other_version not in {None, other.version}:
        raise Stale
    wanted = merging.check_choices(choices or {})
    values = _values(survivor, other, wanted)
    before = {name: undoing.stored(other, name) for name in _OF_OTHER}
    access = chart_access.both_could_open(survivor, other, sensitive=values["sensitive"])
    # 1. First the changes to the two records, then what hangs on them: whoever writes beside them meanwhile comes
    #    second and is told (`hold`), or has been first and is seen.
    hold(survivor)
    _put_away(by, other, survivor, photo=survivor.photo if values[PHOTO] == other.photo else other.photo)
    changes = _write(survivor, values)
    # 2. Everything that hangs on the one goes to the other.
    rows = {name: mover.move(other, survivor) for name, mover in moving.all_movers().items()}
    chart_access.change(by=by, patient=survivor, give=access.give, withdraw=access.withdraw)
    _end_lost_sign_in(by, before[USER], changes, survivor)
    record = MergeRecord.objects.create(
        survivor=survivor,
        other=other,
        merged_by_id=by.pk,
        reason=rules.one_line(reason)[:500],
        snapshot=json.dumps({"fields": changes, "other": before, "rows": rows, "access": access.as_json()}),
    )
    SearchKey.objects.write_all([survivor, other])
    SearchKey.objects.filter(patient_id=other.pk).delete()
    _note(by, Event.PATIENT_MERGED, record, changes, rows)
    return record


@audited
def undo_merge(*, by: User, record: MergeRecord) -> MergeRecord:
    """Make two records of it again, as they were; what was added since stays with the survivor.

    Raises Refused (`cannot_undo`) once something that the merge wrote or moved has changed.
    """
    require(by, Permission.PATIENT_MERGE)
    if not MergeRecord.objects.visible_to(by).filter(pk=record.pk).exists():
        raise NotFound
    undoing.check_undoable(record)
    survivor, other = record.survivor, record.other
    kept = record.kept
    record.change(undone_at=clock.now(), undone_by_id=by.pk)
    hold(survivor)
    changes = _write(survivor, {name: undoing.restored(name, pair[0]) for name, pair in kept["fields"].items()})
    values = {name: undoing.restored(name, value) for name, value in kept["other"].items()}
    other.change(**_with_user(values), merged_into=None)
    movers = moving.all_movers()
    for name, moved in kept["rows"].items():
        movers[name].move_back(moved, other)
    given, withdrawn = kept["access"]["given"], kept["access"]["withdrawn"]
    chart_access.change(by=by, patient=survivor, give=withdrawn, withdraw=given)
    SearchKey.objects.write_all([survivor, other])
    _note(by, Event.PATIENT_MERGE_UNDONE, record, changes, kept["rows"])
    return record


def _check_both(by: User, survivor: Patient, other: Patient) -> None:
    merging.check_two(survivor, other)
    if Patient.objects.visible_to(by).filter(pk__in=[survivor.pk, other.pk]).count() != 2:
        raise NotFound(field="other_id")


def _values(survivor: Patient, other: Patient, wanted: Mapping[str, Keep]) -> dict[str, Any]:
    """Everything that the survivor's row says after the merge."""
    photo = wanted.get(PHOTO, merging.proposed(survivor, other)[PHOTO])
    return merging.chosen(survivor, other, wanted) | {
        PHOTO: other.photo if photo == Keep.OTHER else survivor.photo,
        USER: sign_in_kept(survivor, other, wanted.get(USER)),
        "sensitive": survivor.sensitive or other.sensitive,
        "self_registered": survivor.self_registered and other.self_registered,
    }


def _put_away(by: User, other: Patient, survivor: Patient, *, photo: str) -> None:
    """Out of everybody's sight; the photo that was not chosen waits here."""
    values: dict[str, Any] = {"merged_into": survivor, "user": None, "photo": photo}
    if not other.is_archived:
        reason = _("Merged into the record %(number)s") % {"number": survivor.chart_number}
        values |= {"archived_at": clock.now(), "archived_by_id": by.pk, "archive_reason": reason}
    other.change(**values)


def _write(survivor: Patient, values: dict[str, Any]) -> dict[str, list[Any]]:
    """The survivor's fields that change, as [before, after]."""
    before = {name: undoing.stored(survivor, name) for name in values}
    survivor.change(**_with_user(values))
    after = {name: undoing.stored(survivor, name) for name in values}
    return {name: [before[name], after[name]] for name in values if before[name] != after[name]}


def _with_user(values: dict[str, Any]) -> dict[str, Any]:
    """People instead of their ids, where the fields are foreign keys."""
    people = {name: values[name] for name in (USER, "treating_doctor") if isinstance(values.get(name), str)}
    found = User.objects.in_bulk(list(people.values()))
    return values | {name: found[pk] for name, pk in people.items()}


def _end_lost_sign_in(by: User, users: str | None, changes: Mapping[str, list[Any]], survivor: Patient) -> None:
    """Of two sign-ins one remains; the other opens no record any more, and is signed out everywhere."""
    before, after = changes.get(USER, [survivor.user_id, survivor.user_id])
    for user in User.objects.filter(pk__in={users, before} - {after, None}):
        end_sessions_of_former_record(by=by, user=user)
        unlinked = {"user": [user.pk, None]}
        audit.record(by, Event.SIGN_IN_UNLINKED, survivor, patient_id=survivor.pk, changes=unlinked)


def _note(by: User, event: Event, record: MergeRecord, changes: dict[str, Any], rows: dict[str, Any]) -> None:
    moved = {"moved": {name: len(kept["moved"]) for name, kept in rows.items()}}
    survivor, other = record.survivor_id, record.other_id
    named = {"record": [other, survivor]}
    audit.record(by, event, record, patient_id=survivor, changes=changes | moved | named, reason=record.reason)
    audit.record(by, event, record, patient_id=other, changes=named, reason=record.reason)
