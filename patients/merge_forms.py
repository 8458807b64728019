"""Two records side by side: what differs, and what is chosen. Shape only; `merging` and the action decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Text
from core.forms import Form
from patients import merging, rules
from patients.merging import FIELDS, JOINABLE, PHOTO, USER, Keep
from patients.models import Patient
from patients.models.sign_ins import last_used, sign_in_proposed

NEITHER = "–"


@dataclass(frozen=True)
class Side:
    """One value, and the radio button that keeps it; `value` is the record's id or "both"."""

    value: str
    text: str
    checked: bool
    hint: str = ""


@dataclass(frozen=True)
class Row:
    """One field in which the two differ; `sides` are the survivor's, the other's and, for some, both together."""

    name: str
    label: str
    sides: list[Side]


class MergeForm(Form):
    """The values are ids of records, so that they mean the same once the two have changed places."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)

    def __init__(self, data: Mapping[str, Any] | None, survivor: Patient, other: Patient, doctors: Mapping[str, str]):
        super().__init__(data)
        self.survivor, self.other, self.doctors = survivor, other, doctors
        self.ids = {survivor.pk: Keep.SURVIVOR, other.pk: Keep.OTHER}
        for name in self.names:
            joinable = [("both", "")] if name in JOINABLE else []
            choices = [(survivor.pk, ""), (other.pk, ""), *joinable]
            self.fields[name] = forms.ChoiceField(label=_label(name), choices=choices, required=False)

    @property
    def names(self) -> list[str]:
        """Fields in which there is something to choose."""
        found = [name for name in FIELDS if merging.differs(name, self.survivor, self.other)]
        return found + ([USER] if self.survivor.user_id and self.other.user_id else [])

    @property
    def choices(self) -> dict[str, Keep]:
        """What the action takes."""
        chosen = {name: self.cleaned_data.get(name) for name in self.names}
        return {name: self.ids.get(value, Keep.BOTH) for name, value in chosen.items() if value}

    @property
    def rows(self) -> list[Row]:
        """What differs, as it was chosen, or as most people would."""
        return [Row(name, str(self.fields[name].label), self._sides(name)) for name in self.names]

    @property
    def same(self) -> list[tuple[str, str]]:
        """What both say: label and value."""
        names = [name for name in FIELDS if name != PHOTO and not merging.differs(name, self.survivor, self.other)]
        shown = [(_label(name), self._text(self.survivor, name)) for name in names]
        return [(label, text) for label, text in shown if text != NEITHER]

    @property
    def only_sign_in(self) -> Any:
        """The sign-in that goes along without a question."""
        users = [patient.user for patient in (self.survivor, self.other) if patient.user]
        return users[0] if len(users) == 1 else None

    def _sides(self, name: str) -> list[Side]:
        chosen = self._chosen(name)
        people = (self.survivor, self.other)
        sides = [
            Side(one.pk, self._text(one, name), chosen == one.pk, _last_used(one) if name == USER else "")
            for one in people
        ]
        if name in JOINABLE and all(getattr(one, name) for one in people):
            joined = merging.joined(*(getattr(one, name) for one in people))
            sides.append(Side("both", _shown(joined), chosen == "both"))
        return sides

    def _chosen(self, name: str) -> str:
        typed = self.data.get(name, "")
        if typed in {*self.ids, "both"}:
            return str(typed)
        keep = (
            sign_in_proposed(self.survivor, self.other)
            if name == USER
            else merging.proposed(self.survivor, self.other)[name]
        )
        return {Keep.SURVIVOR: self.survivor.pk, Keep.OTHER: self.other.pk}.get(keep, "both")

    def _text(self, patient: Patient, name: str) -> str:
        if name == USER:
            return patient.user.email if patient.user else NEITHER
        if name == "treating_doctor":
            return self.doctors.get(patient.treating_doctor_id or "", NEITHER)
        if name in rules.PHONE_FIELDS:
            return rules.readable_phone(getattr(patient, name)) or NEITHER
        display = getattr(patient, f"get_{name}_display", None)
        return _shown(display() if display else getattr(patient, name))


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(value) or NEITHER
    return str(date_format(value) if hasattr(value, "isoformat") else value or NEITHER)


def _label(name: str) -> str:
    field = Patient._meta.get_field(name)
    assert isinstance(field, models.Field)
    label: Text = field.verbose_name
    return str(label)[:1].upper() + str(label)[1:]


def _last_used(patient: Patient) -> str:
    at = last_used(patient.user) if patient.user else None
    if at is None or at.year == 1:
        return _("never used")
    return _("last used on %(day)s") % {"day": date_format(clock.wall(at).date())}
