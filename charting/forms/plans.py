"""What is typed about the plan, its options and phases, and what is signed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.rules.cases import PhaseKind, PhaseState
from charting.rules.notation import Notation, parse
from core import clock
from core.errors import Refused
from core.forms import Form
from patients.rules import CareStatus


def day(label: Any) -> forms.DateField:
    """A day, today unless another one is chosen."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, initial=clock.today)


def long_text(label: Any, rows: int = 4, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """Several lines, in any script."""
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, required=required, widget=widget, help_text=help_text)


def line(label: Any, most: int, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """One line, in any script."""
    widget = forms.TextInput(attrs={"dir": "auto"})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, help_text=help_text)


class VersionedForm(Form):
    """Carries the version that the person looked at."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def seen(self) -> int:
        """0 where the form came without it: that is stale."""
        return self.cleaned_data.get("version") or 0

    def typed(self, data: dict[str, Any]) -> dict[str, Any]:
        """What was typed, without the version."""
        return {name: value for name, value in data.items() if name != "version"}


class PlanForm(VersionedForm):
    """Diagnosis and plan."""

    on = day(_("Date"))
    problems = long_text(_("Problem list"), 6, help_text=_("One a line."))
    aims = long_text(_("Aims"), help_text=_("One a line."))
    appliances = line(_("Appliances"), 500)
    extractions = line(_("Planned extractions"), 200, help_text=_("Teeth with commas, such as 14, 24."))
    estimated_months = forms.IntegerField(label=_("Estimated months"), required=False)

    def __init__(self, *args: Any, notation: str = Notation.FDI, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._notation = Notation(notation)

    def clean_extractions(self) -> str:
        """As FDI codes, each once."""
        texts = self.cleaned_data["extractions"].replace(";", ",").replace("،", ",").split(",")
        try:
            codes = [parse(one.strip(), self._notation, field="extractions").code for one in texts if one.strip()]
        except Refused as refusal:
            raise forms.ValidationError(str(refusal.message)) from None
        return ",".join(dict.fromkeys(codes))


class OptionForm(VersionedForm):
    """A way to treat."""

    title = line(_("Option"), 200, required=True)
    text = long_text(_("What it means"), help_text=_("Course, benefits, risks: it becomes part of the consent."))
    fee = line(_("Fee"), 100, help_text=_("Shown as you write it."))
    months = forms.IntegerField(label=_("Months"), required=False)


class PhaseForm(Form):
    """A phase that is planned."""

    kind = forms.ChoiceField(label=_("Phase"), choices=PhaseKind.choices)
    estimated_months = forms.IntegerField(label=_("Estimated months"), required=False)


class EstimateForm(VersionedForm):
    """How long a phase takes."""

    estimated_months = forms.IntegerField(label=_("Estimated months"), required=False)


class PhaseStepForm(VersionedForm):
    """A step of a phase."""

    to = forms.ChoiceField(choices=PhaseState.choices)
    on = forms.DateField(required=False)

    def clean_on(self) -> Any:
        """Today unless another day is said."""
        return self.cleaned_data["on"] or clock.today()


class CaseStepForm(VersionedForm):
    """A step of the case."""

    to = forms.ChoiceField(choices=CareStatus.choices)


class ConsentForm(VersionedForm):
    """The words, who signs, and the drawing."""

    text = long_text(_("What is agreed to"), 14, required=True)
    signer = line(_("Name of the person who signs"), 200, required=True)
    drawn = forms.CharField(label=_("Signature"), required=False, widget=forms.HiddenInput)
