"""What an administrator chooses for the charts; `version` is what the person saw."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.actions.settings import SETTINGS
from charting.models import ChartSettings, Phrase
from core.forms import ModelForm

_HINTS = {
    "notation": _("How teeth are written and read on all pages; they are kept as FDI and change back at any time."),
    "countersigning": _("Holds for entries signed from now on."),
    "with_iotn": _("Score sheet of the Index of Orthodontic Treatment Need."),
    "with_par": _("Score sheets of the Peer Assessment Rating, before and after treatment."),
    "slot": _("A wire that does not go into it is pointed out, never refused. Empty: no such hint."),
    "usual_wires": _("Offered as chips on a visit's row, in this order, with commas between: .014 NiTi, .019x.025 SS"),
}


class ChartSettingsForm(ModelForm[ChartSettings]):
    """Tooth numbers, second signature, indices, slot and wires."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = ChartSettings
        fields = SETTINGS
        help_texts = _HINTS
        widgets = {"usual_wires": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": kwargs["instance"].seen_version} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)


class PhraseForm(ModelForm[Phrase]):
    """What stands on the button, and what a tap writes into the note."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Phrase
        fields = ("label", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        kwargs["initial"] = {"version": row.version if row else None}
        super().__init__(*args, **kwargs)
