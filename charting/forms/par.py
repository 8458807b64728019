"""The score sheet of PAR as it is typed."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charting.exams.par_sheets import typed_contact
from charting.rules import par
from charting.rules import par_bands as bands
from core import clock
from core.errors import Refused
from core.forms import Form

_BLANK: Final[list[tuple[str, Any]]] = [("", "–")]
_ARCHES: Final = {
    bands.Component.UPPER_ANTERIOR: ("3–2", "2–1", "1–1", "1–2", "2–3"),
    bands.Component.LOWER_ANTERIOR: ("3–2", "2–1", "1–1", "1–2", "2–3"),
}
_SHORT: Final = {
    bands.Component.UPPER_ANTERIOR: gettext_lazy("Upper"),
    bands.Component.LOWER_ANTERIOR: gettext_lazy("Lower"),
}
_SIDES: Final = {"right": gettext_lazy("Right"), "left": gettext_lazy("Left")}
_BUCCAL: Final = {
    "anteroposterior": (bands.Anteroposterior, gettext_lazy("anteroposterior")),
    "vertical": (bands.Vertical, gettext_lazy("vertical")),
    "transverse": (bands.Transverse, gettext_lazy("transverse")),
}
_FRONT: Final = ("overjet", "crossbite", "cover", "open_bite", "centreline")


class ParForm(Form):
    """Contact points from the patient's right to the left; what the exam says is filled in."""

    on = forms.DateField(
        label=gettext_lazy("Date of the models"),
        initial=clock.today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    overjet = forms.DecimalField(label=gettext_lazy("Overjet (mm)"), required=False)
    crossbite = forms.ChoiceField(
        label=gettext_lazy("Anterior crossbite"), required=False, choices=_BLANK + bands.AnteriorCrossbite.choices
    )
    cover = forms.ChoiceField(
        label=gettext_lazy("Lower incisor covered"), required=False, choices=_BLANK + bands.Cover.choices
    )
    open_bite = forms.DecimalField(label=gettext_lazy("Open bite (mm)"), required=False)
    centreline = forms.ChoiceField(
        label=gettext_lazy("Centrelines apart, in widths of a lower incisor"),
        required=False,
        choices=_BLANK + bands.Centreline.choices,
    )
    judged = forms.IntegerField(label=gettext_lazy("Own total"), required=False)
    reason = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for arch, contacts in _ARCHES.items():
            for place, contact in enumerate(contacts):
                label = f"{_SHORT[arch]} {contact}"
                self.fields[f"{arch.value}_{place}"] = forms.CharField(label=label, required=False, max_length=8)
        for side, side_label in _SIDES.items():
            for part, (kind, part_label) in _BUCCAL.items():
                label = f"{side_label}, {part_label}"
                choices = _BLANK + kind.choices
                self.fields[f"{side}_{part}"] = forms.ChoiceField(label=label, required=False, choices=choices)

    @property
    def groups(self) -> list[tuple[Any, str, list[forms.BoundField]]]:
        """The fields as a pair of models is read: title, class of the grid, fields."""
        arches = [
            (arch.label, "contacts", [self[f"{arch.value}_{place}"] for place in range(bands.CONTACTS)])
            for arch in _ARCHES
        ]
        buccal = [
            (label, "", [self[f"{side}_{part}"] for part in _BUCCAL])
            for side, label in (
                ("right", bands.Component.BUCCAL_RIGHT.label),
                ("left", bands.Component.BUCCAL_LEFT.label),
            )
        ]
        front = [self[name] for name in _FRONT]
        return [*arches, *buccal, (_("Front teeth"), "", front)]

    def sheet(self, data: Mapping[str, Any]) -> par.ScoreSheet:
        """As the rules read it. Raises Refused naming the contact that is no number."""
        values: dict[str, Any] = {name: data[name] for name in _FRONT}
        for arch in _ARCHES:
            names = [f"{arch.value}_{place}" for place in range(bands.CONTACTS)]
            values[arch.value] = tuple(typed_contact(data[name], name) for name in names)
        for side in _SIDES:
            values[side] = par.Buccal(**{part: data[f"{side}_{part}"] for part in _BUCCAL})
        return par.ScoreSheet(**values)

    def lock(self) -> None:
        """To be read only."""
        for field in self.fields.values():
            field.disabled = True

    def refuse(self, refusal: Refused) -> None:
        """The rules name the arch; the form shows that at its first contact."""
        if refusal.field in {arch.value for arch in _ARCHES}:
            refusal.field = f"{refusal.field}_0"
        super().refuse(refusal)


def initial_of(sheet: par.ScoreSheet) -> dict[str, Any]:
    """A sheet as the form shows it; "I" for an impacted tooth."""
    shown: dict[str, Any] = {
        f"{arch.value}_{place}": "I" if contact == bands.IMPACTED else contact
        for arch in _ARCHES
        for place, contact in enumerate(getattr(sheet, arch.value))
    }
    shown |= {f"{side}_{part}": getattr(getattr(sheet, side), part) for side in _SIDES for part in _BUCCAL}
    return shown | {name: getattr(sheet, name) for name in _FRONT}
