"""A finding at one tooth or several, as they are written in the notation on screen."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.forms.typed import TeethForm
from charting.rules import spans
from charting.rules.findings import ToothState
from charting.rules.notation import parse
from charting.rules.teeth import Tooth
from core import clock


class FindingForm(TeethForm):
    """Teeth, state and what else there is to say."""

    teeth = forms.CharField(
        label=_("Teeth"), max_length=200, help_text=_("One, several with commas, or a span: 13, 15-25")
    )
    state = forms.ChoiceField(label=_("State"), choices=ToothState.choices)
    surfaces = forms.CharField(
        label=_("Surfaces"), max_length=12, required=False, help_text=_("M O D B L; I and F on front teeth, P above")
    )
    on = forms.DateField(
        label=_("Since"), initial=clock.today, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def chosen(self, text: str) -> list[Tooth]:
        """The teeth that were written. Raises Refused at the field `teeth`."""
        found: list[Tooth] = []
        for part in filter(None, (one.strip() for one in re.split(r"[,;]", text))):
            if re.search(r"[-–—…]|\bto\b", part):
                found += spans.span(part, self.notation, field="teeth").teeth
            else:
                found.append(parse(part, self.notation, field="teeth"))
        return found
