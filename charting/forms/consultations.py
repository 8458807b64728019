"""What is typed about a consultation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.forms.plans import VersionedForm, day, line, long_text
from charting.rules.consultations import Decision
from patients.forms import DoctorChoice


class ConsultationForm(VersionedForm):
    """Who was there, why they came, what was explained and shown, what was decided."""

    on = day(_("Date"))
    doctor = DoctorChoice(label=_("Doctor"), empty_label=None)
    present = line(_("Who was there"), 300)
    concern = long_text(_("Why they came"), 3, help_text=_("In their own words."))
    said = long_text(_("What was explained"), 5)
    options = long_text(_("Options presented"), 4)
    fee = line(_("Fee shown"), 200, help_text=_("Shown as you write it."))
    decision = forms.ChoiceField(
        label=_("Decision"), required=False, choices=[("", _("Not decided yet")), *Decision.choices]
    )
    next_step = line(_("Next step"), 300)

    def __init__(self, *args: Any, present_doctor: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        doctors = self.fields["doctor"]
        assert isinstance(doctors, DoctorChoice)
        doctors.offer(present_doctor)
        doctors.required = True
