"""Forms of the clinic's own data."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User, with_profiles
from appointments.forms import TIME
from appointments.models import AppointmentType, Chair, Closure, Location, WorkingHours
from core.forms import ModelForm


class LocationForm(ModelForm[Location]):
    """A location."""

    class Meta:
        model = Location
        fields = ("name", "address", "phone", "is_active")
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}


class ChairForm(ModelForm[Chair]):
    """A chair; its location stays once it is made."""

    class Meta:
        model = Chair
        fields = ("location", "name", "position", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            del self.fields["location"]


class TypeForm(ModelForm[AppointmentType]):
    """A type of appointment; its length follows from the pattern."""

    class Meta:
        model = AppointmentType
        fields = (
            "code",
            "name",
            "pattern",
            "colour",
            "next_visit_weeks",
            "time_of_day",
            "bookable_online",
            "is_active",
        )
        widgets = {
            "colour": forms.TextInput(attrs={"type": "color", "list": "readable-colours"}),
            "pattern": forms.TextInput(
                attrs={"spellcheck": "false", "autocapitalize": "off", "data-pattern": "#pattern-picture"}
            ),
        }


class _WithDoctor(ModelForm[Any]):
    """Offers the doctors, and nobody else."""

    nobody: Any = "---------"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("doctor"):
            assert isinstance(field, forms.ModelChoiceField)
            doctors = User.objects.doctors()
            field.queryset = doctors
            # Named with their titles, read at once instead of one by one.
            field.choices = [("", self.nobody), *((row.pk, row.display_name) for row in with_profiles(doctors))]


class HoursForm(_WithDoctor):
    """Hours of a location, or of a doctor there."""

    nobody = _("The location itself")

    class Meta:
        model = WorkingHours
        fields = ("location", "doctor", "weekday", "opens", "closes")
        widgets = {"opens": TIME, "closes": TIME}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            del self.fields["location"], self.fields["doctor"]


class ClosureForm(_WithDoctor):
    """Days off, of a place or of a doctor."""

    nobody = _("Nobody in particular: the place is closed")

    class Meta:
        model = Closure
        fields = ("starts_on", "ends_on", "location", "doctor", "reason", "each_year")
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("starts_on", "ends_on")
        }
