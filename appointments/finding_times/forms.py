"""What is wished for, as the desk's forms ask for it; whatever of it makes sense already is looked for."""

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.finding_times.wishes import MOST_GIVE, MOST_WEEKS, Wish, in_words
from appointments.models import DayPart, DayParts, Weekday
from core import clock
from core.forms import Form, ModelForm

_TIME = {"type": "time", "step": "300"}
_GIVE = [
    ("0", _("exactly then")),
    ("1", _("1 week")),
    ("2", _("2 weeks")),
    ("3", _("3 weeks")),
    ("4", _("4 weeks")),
]
# What a link to a form with wishes may know already, and what goes along to another page.
WISHES = ("weeks", "give", "part", "time_from", "time_until", "weekday")


class WishFields(Form):
    """Weekdays, time of day, in how many weeks."""

    weeks = forms.IntegerField(label=_("Weeks ahead"), required=False, min_value=0, max_value=MOST_WEEKS)
    give = forms.ChoiceField(label=_("Give or take"), choices=_GIVE, initial="1", required=False)
    part = forms.ChoiceField(label=_("Time of day"), required=False)
    weekday = forms.MultipleChoiceField(
        label=_("Weekdays"), choices=Weekday.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    time_from = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs=dict(_TIME), format="%H:%M")
    )
    time_until = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs=dict(_TIME), format="%H:%M")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = DayParts.present()
        field = self.fields["part"]
        assert isinstance(field, forms.ChoiceField)
        named = [(part.value, f"{part.label}, {in_words(self.parts.window(part))}") for part in DayPart]
        field.choices = [("", _("Any")), *named]

    def raw(self, name: str) -> str:
        """What stands in the field, typed or filled in by us."""
        value = self[name].value()
        return "" if value is None or value is False else str(value)

    def wanted_weeks(self) -> int | None:
        """In how many weeks, if that is said."""
        text = self.raw("weeks")
        weeks = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
        return weeks if weeks is not None and weeks <= MOST_WEEKS else None

    def wanted_around(self) -> tuple[date, int] | None:
        """The day in the middle of what is looked at, and how many weeks around it."""
        weeks = self.wanted_weeks()
        if weeks is None:
            return None
        give = self.raw("give")
        chosen = int(give) if give in dict(_GIVE) else 1
        return clock.today() + timedelta(weeks=weeks), min(chosen, MOST_GIVE)

    def wanted_day(self) -> date:
        """The day from which free times are wanted."""
        return clock.today()

    def wish(self) -> Wish:
        """What is wished for so far."""
        wish = Wish(weekdays=self._weekdays()).within((self._time("time_from"), self._time("time_until")))
        part = self.raw("part")
        return wish.within(self.parts.window(part)) if part in DayPart.values else wish

    @property
    def is_narrow(self) -> bool:
        """Whether anything is wished for that is folded away."""
        return bool(self._weekdays()) or bool(self.raw("time_from")) or bool(self.raw("time_until"))

    def _weekdays(self) -> frozenset[int]:
        chosen = self["weekday"].value() or ()
        return frozenset(int(day) for day in chosen if str(day) in "0123456" and len(str(day)) == 1)

    def _time(self, name: str) -> time | None:
        try:
            moment: time | None = self.fields[name].clean(self[name].value())
        except forms.ValidationError:
            return None
        return moment


class DayPartsForm(ModelForm[DayParts]):
    """When midday begins, and when children come out of school; `version` is what the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = DayParts
        fields = ("midday_from", "after_school_from")
        widgets = {
            name: forms.TimeInput(attrs=dict(_TIME), format="%H:%M") for name in ("midday_from", "after_school_from")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs["instance"]
        kwargs["initial"] = {"version": 0 if row._state.adding else row.version}  # 0 before anybody has changed them
        super().__init__(*args, **kwargs)
