"""Two records of one person: which value stays where they differ. Pure rules, no queries."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from core.errors import Refused, Text
from patients import rules
from patients.rules import EDITABLE_FIELDS, CareStatus, Sex

if TYPE_CHECKING:
    from patients.models import Patient

USER: Final = "user"  # the sign-in
ACCOUNT_NOTE: Final = "account_note"
PHOTO: Final = "photo"
# What is chosen value by value, in the order of the page; JOINABLE can also be kept from both records.
FIELDS: Final = (*EDITABLE_FIELDS, ACCOUNT_NOTE, PHOTO)
JOINABLE: Final = frozenset({"alerts", ACCOUNT_NOTE})
# Values that say nothing: a record made in a hurry has them.
_SAYS_NOTHING: Final[tuple[Any, ...]] = ("", None, [], Sex.UNKNOWN.value, CareStatus.INQUIRY.value)


class Keep(StrEnum):
    """Whose value stays: that of the record that stays, that of the one that goes, or both."""

    SURVIVOR = "survivor"
    OTHER = "other"
    BOTH = "both"


def differs(name: str, survivor: "Patient", other: "Patient") -> bool:
    """Whether there is anything to choose."""
    return bool(_value(survivor, name) != _value(other, name))


def proposed(survivor: "Patient", other: "Patient") -> dict[str, Keep]:
    """What most people would choose: the survivor's value, unless it says nothing; alerts and notes of both."""
    return {name: _proposed(name, _value(survivor, name), _value(other, name)) for name in FIELDS}


def _proposed(name: str, mine: Any, theirs: Any) -> Keep:
    if mine == theirs or theirs in _SAYS_NOTHING:
        return Keep.SURVIVOR
    if mine in _SAYS_NOTHING:
        return Keep.OTHER
    return Keep.BOTH if name in JOINABLE and _fits(name, mine, theirs) else Keep.SURVIVOR


def _fits(name: str, mine: Any, theirs: Any) -> bool:
    return name != "alerts" or len(joined(mine, theirs)) <= rules.ALERTS_AT_MOST


def check_choices(choices: Mapping[str, str]) -> dict[str, Keep]:
    """The choices, read. Raises Refused (`invalid`) for a field or a choice that there is not."""
    read = {}
    for name, wanted in choices.items():
        possible = {Keep.SURVIVOR, Keep.OTHER, *([Keep.BOTH] if name in JOINABLE else [])}
        if name not in {*FIELDS, USER} or wanted not in possible:
            raise Refused(_("Say of which record this is kept."), code="invalid", field=name)
        read[name] = Keep(wanted)
    return read


def chosen(survivor: "Patient", other: "Patient", choices: Mapping[str, Keep]) -> dict[str, Any]:
    """The survivor's fields after the merge, without the photo. Raises Refused when together they make no sense."""
    wanted = proposed(survivor, other) | dict(choices)
    values = {name: _kept(getattr(survivor, name), getattr(other, name), wanted[name]) for name in _TEXT_FIELDS}
    rules.check_named(values["given_name"], values["family_name"])
    rules.check_alerts(values["alerts"])
    rules.check_order(values["care_started_on"], values["estimated_completion_on"], "estimated_completion_on")
    return values


_TEXT_FIELDS: Final = (*EDITABLE_FIELDS, ACCOUNT_NOTE)


def _kept(mine: Any, theirs: Any, keep: Keep) -> Any:
    if keep == Keep.BOTH:
        return joined(mine, theirs)
    return theirs if keep == Keep.OTHER else mine


def joined(mine: Any, theirs: Any) -> Any:
    """Both values, each thing once: lists, or text line by line."""
    if isinstance(mine, list):
        return [*mine, *(item for item in theirs if item not in mine)]
    return "\n".join(dict.fromkeys(line for text in (mine, theirs) for line in text.splitlines() if line.strip()))


def check_two(survivor: "Patient", other: "Patient") -> None:
    """Raises Refused for one record named twice, and for a survivor that is archived."""
    if survivor.pk == other.pk:
        raise Refused(_("Choose another record: this is the same one."), code="same_record", field="other_id")
    rules.check_current(survivor)


def cannot_undo(what: Text) -> Refused:
    """The refusal to take a merge back, and what stands in its way."""
    message = _("This merge cannot be taken back any more: %(what)s.") % {"what": what}
    return Refused(message, code="cannot_undo")


def changed_since(what: Text) -> Refused:
    """The commonest reason."""
    return cannot_undo(_("%(what)s has changed since") % {"what": what})


def visits_overlap(times: str) -> Refused:
    """The refusal while the one person would have two visits at once."""
    message = _("Both records have a visit at the same time: %(times)s. Move or cancel one of them first.")
    return Refused(message % {"times": times}, code="visits_overlap")


def _value(patient: "Patient", name: str) -> Any:
    return patient.treating_doctor_id if name == "treating_doctor" else getattr(patient, name)
