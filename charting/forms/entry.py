"""The form of one entry of the treatment card: chips, two wires, teeth as they are written at the chair."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User, with_profiles
from appointments.models import AppointmentType
from charting.card.entry import Entry
from charting.forms import written
from charting.forms.typed import TeethForm
from charting.forms.written import ELASTIC
from charting.models import ChartSettings
from charting.rules import brackets, elastics, procedures, wires
from charting.rules.classes import Hygiene
from charting.rules.wires_in_mouth import InMouth
from core.errors import Refused

SPARE_ROWS: Final = 3  # empty ones below those that are filled in
MOST_ROWS: Final = 64
_BLANK: Final[list[tuple[str, Any]]] = [("", "–")]
_SIZES: Final = [("", "–"), *((str(size), size.label) for size in wires.SIZES.values())]
_CHIPS: Final = [
    (
        group.label,
        [(chip.code, chip.label) for chip in procedures.CHIPS.values() if chip.group == group and chip.is_plain],
    )
    for group in procedures.Group
]


class EntryForm(TeethForm):
    """What was done; the clinic's settings say how teeth are numbered, and which wires have a chip."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    on = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    doctor = forms.ChoiceField(label=gettext_lazy("Doctor"))
    hygiene = forms.ChoiceField(
        label=gettext_lazy("Hygiene"), choices=Hygiene.choices, required=False, widget=forms.RadioSelect
    )
    procedures = forms.MultipleChoiceField(
        label=gettext_lazy("Done today"), choices=_CHIPS, required=False, widget=forms.CheckboxSelectMultiple
    )
    turns = forms.IntegerField(label=gettext_lazy("Expander turns"), required=False, min_value=1)
    ipr = forms.CharField(
        label=gettext_lazy("IPR"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Contact and millimetres: 13-12 0.2, 12-11 0.3"),
    )
    retie = forms.BooleanField(label=gettext_lazy("Retie the same wires"), required=False)
    upper_wire = forms.ChoiceField(label=gettext_lazy("Upper wire"), required=False, widget=forms.RadioSelect)
    lower_wire = forms.ChoiceField(label=gettext_lazy("Lower wire"), required=False, widget=forms.RadioSelect)
    upper_size = forms.ChoiceField(label=gettext_lazy("Another upper wire"), choices=_SIZES, required=False)
    upper_material = forms.ChoiceField(
        label=gettext_lazy("Upper material"), choices=_BLANK + wires.Material.choices, required=False
    )
    upper_out = forms.BooleanField(label=gettext_lazy("Upper wires out"), required=False)
    lower_size = forms.ChoiceField(label=gettext_lazy("Another lower wire"), choices=_SIZES, required=False)
    lower_material = forms.ChoiceField(
        label=gettext_lazy("Lower material"), choices=_BLANK + wires.Material.choices, required=False
    )
    lower_out = forms.BooleanField(label=gettext_lazy("Lower wires out"), required=False)
    wires = forms.CharField(
        label=gettext_lazy("Sectional wires"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Teeth, size, material: 13-23 .016 NiTi; 13-23 out"),
    )
    elsewhere = forms.CharField(required=False, max_length=600, widget=forms.HiddenInput)  # "16:band 26:band"
    elastics_stopped = forms.BooleanField(label=gettext_lazy("No elastics any more"), required=False)
    history_checked = forms.BooleanField(label=gettext_lazy("Medical history checked, no change"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    plan = forms.CharField(label=gettext_lazy("Next time"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    next_type = forms.ChoiceField(label=gettext_lazy("Next visit"), required=False)
    next_weeks = forms.IntegerField(label=gettext_lazy("In how many weeks"), required=False, min_value=1)

    def __init__(self, *args: Any, settings: ChartSettings, **kwargs: Any) -> None:
        super().__init__(*args, notation=settings.notation, **kwargs)
        self._fields_of: dict[str, list[str]] = {}  # where the wires, brackets and elastics were typed, in order
        self._doctors = {user.pk: user for user in with_profiles(User.objects.doctors())}
        self._types = {row.code: row for row in AppointmentType.objects.filter(is_active=True)}
        self._choices("doctor", [(pk, user.display_name) for pk, user in self._doctors.items()])
        chips = [("", _("As it is")), *((one.text, one.label) for one in wires.usual(settings.usual_wires))]
        self._choices("upper_wire", chips)
        self._choices("lower_wire", chips)
        self._choices("next_type", _BLANK + [(code, row.name) for code, row in self._types.items()])
        self._brackets_shown = self._rows("bracket", "tooth", SPARE_ROWS)
        self._elastics_shown = self._rows("elastic", "pattern", 1)
        for row in range(self._brackets_shown):
            self._bracket_fields(row)
        for row in range(self._elastics_shown):
            self._elastic_fields(row)

    def _rows(self, part: str, key: str, spare: int) -> int:
        """As many as were sent; on a fresh page those that are kept, and some to fill in."""
        source = self.data if self.is_bound else self.initial
        given = sum(f"{part}{row}_{key}" in source for row in range(MOST_ROWS))
        return given if self.is_bound else min(given + spare, MOST_ROWS)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _bracket_fields(self, row: int) -> None:
        self.fields |= {
            f"bracket{row}_tooth": forms.CharField(label=_("Teeth"), required=False, max_length=60),
            f"bracket{row}_event": forms.ChoiceField(
                label=_("What"), required=False, choices=_BLANK + brackets.Event.choices
            ),
            f"bracket{row}_attachment": forms.ChoiceField(
                label=_("On the tooth"), required=False, choices=brackets.Attachment.choices
            ),
        }

    def _elastic_fields(self, row: int) -> None:
        self.fields |= {
            f"elastic{row}_pattern": forms.ChoiceField(
                label=_("Pattern"), required=False, choices=_BLANK + elastics.Pattern.choices
            ),
            f"elastic{row}_teeth": forms.CharField(label=_("Teeth"), required=False, max_length=60),
            f"elastic{row}_both_sides": forms.BooleanField(label=_("Both sides"), required=False),
            f"elastic{row}_diameter": forms.ChoiceField(
                label=_("Size"), required=False, choices=elastics.Diameter.choices
            ),
            f"elastic{row}_ounces": forms.DecimalField(
                label=_("Ounces"), required=False, max_digits=3, decimal_places=1
            ),
            f"elastic{row}_hours": forms.IntegerField(label=_("Hours a day"), required=False),
            f"elastic{row}_latex": forms.BooleanField(label=_("Latex"), required=False),
        }

    @property
    def procedure_groups(self) -> list[tuple[Any, list[forms.boundfield.BoundWidget]]]:
        """The chips below the name of their group."""
        chips = {chip.data["value"]: chip for chip in self["procedures"].subwidgets}
        return [(label, [chips[code] for code, _label in codes]) for label, codes in _CHIPS]

    @property
    def bracket_rows(self) -> list[list[forms.BoundField]]:
        """The fields row by row, for the template."""
        return [
            [self[f"bracket{row}_{name}"] for name in ("tooth", "event", "attachment")]
            for row in range(self._brackets_shown)
        ]

    @property
    def elastic_rows(self) -> list[list[forms.BoundField]]:
        """The same of the elastics."""
        return [[self[f"elastic{row}_{name}"] for name in ELASTIC] for row in range(self._elastics_shown)]

    def entry(self, data: Mapping[str, Any], now: tuple[InMouth, ...]) -> Entry:
        """As the rules see it; `now` are the wires that were in before. Raises Refused naming the field."""
        wires = list(written.wires_of(data, self.notation, now))
        brackets = list(written.brackets_of(data, self.notation, self._brackets_shown))
        elastics = list(written.elastics_of(data, self.notation, self._elastics_shown))
        self._fields_of = {
            "wires": [name for _one, name in wires],
            "brackets": [name for _one, name in brackets],
            "elastics": [name for _one, name in elastics],
        }
        return Entry(
            on=data["on"],
            doctor=self._doctors[data["doctor"]],
            hygiene=data["hygiene"],
            procedures=tuple(written.procedures_of(data, self.notation)),
            history_checked=data["history_checked"],
            elastics_stopped=data["elastics_stopped"],
            note=data["note"],
            plan=data["plan"],
            next_type=self._types.get(data["next_type"]),
            next_weeks=data["next_weeks"],
            wires=tuple(one for one, _name in wires),
            brackets=tuple(one for one, _name in brackets),
            elastics=tuple(one for one, _name in elastics),
        )

    def refuse(self, refusal: Refused) -> None:
        """At the very field: the rules name the part and its place, which of the fields it came from is known here."""
        place, rows = refusal.extra.get("place"), self._fields_of.get(refusal.field or "", [])
        if place is not None and place < len(rows):
            name = rows[place]
            fields = [f"{name}_{refusal.extra.get('part')}", name, f"{name}_tooth", f"{name}_teeth"]
            refusal.field = next((field for field in fields if field in self.fields), None)
        super().refuse(refusal)
