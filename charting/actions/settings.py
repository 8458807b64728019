"""What the clinic chose for its charts, and the phrases that one tap writes into a note."""

from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from charting.models import ChartSettings, Phrase
from charting.rules import wires
from charting.rules.events import Event
from core import audit
from core.actions import audited
from core.errors import Refused, Stale

SETTINGS: Final = ("notation", "countersigning", "with_iotn", "with_par", "slot", "usual_wires")
_PHRASE: Final = ("label", "text", "position")


@audited
def change_chart_settings(*, by: User, version: int | None = None, **fields: Any) -> ChartSettings:
    """Choose for all charts; `version` is the one that the person saw, 0 before the first. `fields`: any of SETTINGS.

    Raises Refused (`wire_unknown` naming `usual_wires`), Stale.
    """
    require(by, Permission.CLINIC_SETUP)
    row = ChartSettings.present()
    if version is not None and version != row.seen_version:
        raise Stale
    if "usual_wires" in fields:
        fields["usual_wires"] = _tidied(fields["usual_wires"])
    if row._state.adding:
        return _first(by, row, fields)
    changes = row.change(**fields)
    if changes:
        audit.record(by, Event.SETTINGS_CHANGED, row, changes=changes)
    else:
        audit.no_change(by, Event.SETTINGS_CHANGED, row)
    return row


@audited
def add_phrase(*, by: User, label: str, text: str) -> Phrase:
    """One more, after the others. Raises Refused (`name_taken`)."""
    require(by, Permission.CLINIC_SETUP)
    _check_free(label)
    last = Phrase.objects.order_by("-position").first()  # read-scope: the clinic's own, of no patient
    made = Phrase(label=label, text=text, position=last.position + 1 if last else 1)
    # Two at once: the unique key ends one try, and the next one finds the label taken.
    made.save(force_insert=True)
    audit.record(by, Event.PHRASE_ADDED, made, changes=audit.snapshot(made, *_PHRASE))
    return made


@audited
def change_phrase(*, by: User, phrase: Phrase, version: int | None = None, label: str, text: str) -> Phrase:
    """Write it another way; notes already written stay. Raises Refused (`name_taken`), Stale."""
    require(by, Permission.CLINIC_SETUP)
    if version is not None and version != phrase.version:
        raise Stale
    _check_free(label, but=phrase)
    changes = phrase.change(label=label, text=text)
    if changes:
        audit.record(by, Event.PHRASE_CHANGED, phrase, changes=changes)
    else:
        audit.no_change(by, Event.PHRASE_CHANGED, phrase)
    return phrase


@audited
def move_phrase(*, by: User, phrase: Phrase, earlier: bool) -> Phrase:
    """Let it change places with the one before or after; the first and the last stay where they are. Raises Stale."""
    require(by, Permission.CLINIC_SETUP)
    rows = list(Phrase.objects.all())  # read-scope: the clinic's own, of no patient
    at = next((place for place, row in enumerate(rows) if row.pk == phrase.pk), None)
    if at is None:
        raise Stale
    to = max(0, at - 1) if earlier else min(len(rows) - 1, at + 1)
    rows.insert(to, rows.pop(at))
    for place, row in enumerate(rows, start=1):
        if changes := row.change(position=place):
            audit.record(by, Event.PHRASE_MOVED, row, changes=changes)
    audit.no_change(by, Event.PHRASE_MOVED, phrase)
    return rows[to]


@audited
def remove_phrase(*, by: User, phrase: Phrase) -> None:
    """It is offered no more; notes already written stay."""
    require(by, Permission.CLINIC_SETUP)
    gone = {name: [pair[1], None] for name, pair in audit.snapshot(phrase, *_PHRASE).items()}
    audit.record(by, Event.PHRASE_REMOVED, phrase, changes=gone)
    phrase.delete()


def _first(by: User, row: ChartSettings, fields: dict[str, Any]) -> ChartSettings:
    """Until now there was none. Two at once: the unique key ends one try, and the next one finds the row."""
    changes = {name: [getattr(row, name), value] for name, value in fields.items() if getattr(row, name) != value}
    ChartSettings(pk=row.pk, **fields).save(force_insert=True)
    audit.record(by, Event.SETTINGS_CHANGED, row, changes=changes)
    return ChartSettings.present()


def _tidied(text: str) -> str:
    """The usual wires as they are kept. Raises Refused (`wire_unknown`)."""
    return ", ".join(wire.text for wire in wires.usual(text))


def _check_free(label: str, *, but: Phrase | None = None) -> None:
    rows = Phrase.objects.filter(label=label)  # read-scope: the clinic's own, of no patient
    if (rows.exclude(pk=but.pk) if but else rows).exists():
        raise Refused(_("Another phrase has this name already; choose another one."), code="name_taken", field="label")
