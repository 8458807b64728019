"""What is said later about a signed entry."""

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.rules.visits import REASON_LENGTH
from core.forms import Form


class AmendmentForm(Form):
    """Text and reason."""

    text = forms.CharField(label=_("Amendment"), widget=forms.Textarea(attrs={"rows": 4}))
    reason = forms.CharField(label=_("Why"), max_length=REASON_LENGTH)
