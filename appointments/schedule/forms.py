"""Where a visit was dropped on the grid: shape only."""

from django import forms

from appointments.forms import DayField
from appointments.rules import LONGEST_MINUTES


class PlaceOnGridForm(forms.Form):
    """A day and a time on the clinic's wall, a column (`chair=<id>` or `doctor=<id>`), the version that was seen."""

    day = DayField()
    time = forms.TimeField(input_formats=["%H:%M"])
    column = forms.RegexField(r"^(?:(?:chair|doctor)=[0-9a-f]{24})?$", required=False)
    minutes = forms.IntegerField(required=False, min_value=5, max_value=LONGEST_MINUTES, step_size=5)
    version = forms.IntegerField(min_value=1)
