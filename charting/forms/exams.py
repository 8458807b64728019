"""An exam as it is typed, made from what the rules say an exam holds; the score sheet of IOTN."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charting.models import ExamKind
from charting.rules import exam as rules
from charting.rules import iotn
from charting.rules.iotn_criteria import HypodontiaNeed
from charting.rules.measures import MEASURES
from core import clock
from core.forms import Form

_BLANK: list[tuple[str, Any]] = [("", "–")]
_YES_NO = [*_BLANK, ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
_TRUTH = {"yes": True, "no": False}
_MILLIMETRES = ("overjet", "rcp_icp", "contact_displacement", "open_bite", "overbite")


class ExamForm(Form):
    """Day, kind, facts, note."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    on = forms.DateField(
        label=gettext_lazy("Date"),
        initial=clock.today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ExamKind.choices)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in rules.NAMES:
            self.fields[name] = _field(name)

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields of the facts, group by group."""
        return [(title, [self[name] for name in names]) for title, names in rules.GROUPS]

    def facts(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What was noted."""
        found = {name: data[name] for name in rules.NAMES if data[name] not in (None, "", [])}
        return found | {name: _TRUTH[data[name]] for name in rules.YES_NO if data[name]}


def initial_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of an exam as the form shows them."""
    words = {name: "yes" if facts[name] else "no" for name in rules.YES_NO if name in facts}
    return dict(facts) | words


def _field(name: str) -> forms.Field:
    label = str(rules.label(name))
    if name in MEASURES:
        measure = MEASURES[name]
        normal = measure.normal
        help_text = (
            _("Normal %(least)s to %(most)s") % {"least": measure.shown(normal[0]), "most": measure.shown(normal[1])}
            if normal
            else ""
        )
        return forms.DecimalField(label=f"{label} ({measure.unit})", required=False, help_text=help_text)
    if name in rules.SEVERAL:
        choices = rules.SEVERAL[name][0].choices
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=widget)
    choices = _YES_NO if name in rules.YES_NO else _BLANK + rules.CHOICES[name][0].choices
    return forms.ChoiceField(label=label, required=False, choices=choices)


class IotnForm(Form):
    """The score sheet: what the exam and the tooth chart say is filled in, the clinician says the rest."""

    aesthetic = forms.TypedChoiceField(
        label=gettext_lazy("Aesthetic component"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[*_BLANK, *((number, str(number)) for number in range(1, 11))],
    )
    study_casts = forms.BooleanField(
        label=gettext_lazy("Scored on study casts"),
        required=False,
        help_text=gettext_lazy("Takes lips as incompetent, a crossbite as over 2 mm, a reverse overjet as difficult."),
    )
    judged = forms.CharField(label=gettext_lazy("Own judgement"), required=False, max_length=3)
    reason = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in fields(iotn.ScoreSheet):
            self.fields[one.name] = _sheet_field(one.name)

    @property
    def sheet_fields(self) -> list[forms.BoundField]:
        """Those of the sheet, in its order."""
        return [self[one.name] for one in fields(iotn.ScoreSheet)]

    def sheet(self, data: Mapping[str, Any]) -> iotn.ScoreSheet:
        """As the rules read it."""
        values: dict[str, Any] = {}
        for one in fields(iotn.ScoreSheet):
            value = None if data[one.name] == "" else data[one.name]
            values[one.name] = _TRUTH.get(value, value) if isinstance(value, str) else value
        return iotn.ScoreSheet(**values)


def sheet_initial(sheet: iotn.ScoreSheet) -> dict[str, Any]:
    """A sheet as the form shows it."""
    shown = {True: "yes", False: "no"}
    return {name: shown[value] if isinstance(value, bool) else value for name, value in vars(sheet).items()}


def _sheet_field(name: str) -> forms.Field:
    label = str(iotn.LABELS[name])
    if name in _MILLIMETRES:
        return forms.DecimalField(label=f"{label} (mm)", required=False)
    if name == "missing_in_a_quadrant":
        return forms.IntegerField(label=label, required=False, min_value=0)
    if name == "hypodontia_need":
        return forms.ChoiceField(label=label, required=False, choices=_BLANK + HypodontiaNeed.choices)
    return forms.ChoiceField(label=label, required=False, choices=_YES_NO)
