"""What is asked before a file is made: shape only, the action decides."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import Form
from patients.exports.patient_list import PatientFilters
from patients.exports.purpose import LONGEST_REASON, LONGEST_RECIPIENT, Purpose
from patients.exports.tables import Format
from patients.forms import DoctorChoice
from patients.rules import CareStatus


class PurposeForm(Form):
    """To whom, and why."""

    recipient = forms.CharField(
        label=_("Recipient"),
        max_length=LONGEST_RECIPIENT,
        required=False,
        help_text=_("Who receives the file: a person or an office. Leave it empty if you keep it yourself."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Say why you save the file.")},
        help_text=_("Kept with your name and the time: patients may ask who received their data."),
    )

    @property
    def purpose(self) -> Purpose:
        """As the actions take it."""
        return Purpose(self.cleaned_data["reason"], self.cleaned_data["recipient"])


class ListForm(PurposeForm):
    """A list, and the kind of file."""

    format = forms.ChoiceField(
        label=_("Kind of file"), choices=Format.choices, initial=Format.XLSX, widget=forms.RadioSelect
    )
    field_order: tuple[str, ...] = ("format", "recipient", "reason")

    @property
    def kind_of_file(self) -> Format:
        """One of the formats."""
        return Format(self.cleaned_data["format"])


class PatientListForm(ListForm):
    """With the filters that the list had."""

    care = forms.ChoiceField(choices=[("", ""), *CareStatus.choices], required=False, widget=forms.HiddenInput)
    doctor = DoctorChoice(widget=forms.HiddenInput)
    archived = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        doctors = self.fields["doctor"]
        assert isinstance(doctors, DoctorChoice)
        doctors.offer()

    @property
    def filters(self) -> PatientFilters:
        """Which patients."""
        return filters_of(self.cleaned_data)


def filters_of(data: dict[str, Any]) -> PatientFilters:
    """The list's filters out of a form's clean data."""
    doctor = data.get("doctor")
    return PatientFilters(data.get("care", ""), doctor.pk if doctor else "", bool(data.get("archived")))
