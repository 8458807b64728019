"""Forms check shape; the actions decide. Limits and labels come from the models."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffProfile, User
from core import clock
from core.forms import Form, ModelForm
from core.ids import is_id
from patients import photos, rules
from patients.models import Consent, Guardian, MedicalEntry, Patient, Relationship
from patients.photos import Photo
from patients.rules import EDITABLE_FIELDS, GUARDIAN_FIELDS, MEDICAL_FIELDS, RELATIONSHIP_FIELDS, CareStatus, Channel


class DayInput(forms.DateInput):
    """The browser's own calendar; today is the latest day unless days to come make sense."""

    input_type = "date"

    def __init__(self, *, until_today: bool = False, since: date | None = None) -> None:
        super().__init__(format="%Y-%m-%d")
        self.until_today, self.since = until_today, since

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        bounds: dict[str, Any] = {}
        if self.since:
            bounds["min"] = self.since.isoformat()
        if self.until_today:
            bounds["max"] = clock.today().isoformat()
        return super().get_context(name, value, bounds | (attrs or {}))


class RecordChoice(forms.ModelChoiceField[Any]):
    """One of our records; what is no id is not looked up."""

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and not is_id(value):
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})
        return super().to_python(value)


class DoctorChoice(RecordChoice):
    """Active doctors, by title and name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), required=False, **kwargs)
        self.titles: dict[str, str] = {}

    def offer(self, present: str | None = None) -> None:
        """The doctors of this moment; `present` stays on offer after leaving, until somebody else is chosen."""
        doctors = User.objects.doctors()
        if present:
            doctors = User.objects.filter(pk__in=[*doctors.values_list("pk", flat=True), present]).order_by("name")
        self.queryset = doctors
        self.titles = dict(StaffProfile.objects.exclude(title="").values_list("user_id", "title"))

    def label_from_instance(self, obj: Any) -> str:
        return f"{self.titles.get(obj.pk, '')} {obj.name}".strip()


class AlertsField(forms.CharField):
    """A list of short sentences, one line each."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        given: dict[str, Any] = {
            "label": _("Alerts"),
            "required": False,
            "max_length": rules.ALERTS_AT_MOST * (rules.ALERT_LENGTH + 1),
            "help_text": _("Shown to everybody at the clinic, one a line."),
        }
        super().__init__(**(given | kwargs))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))


class VersionMixin(forms.BaseForm):
    """Carries the version that the person looked at, so that nobody overwrites what they have not seen."""

    def carry_version(self, version: int) -> None:
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=version, required=False)

    @property
    def seen_version(self) -> int | None:
        """None where the form was sent without it."""
        version: int | None = self.cleaned_data.get("version")
        return version


class PatientForm(ModelForm[Patient], VersionMixin):
    """The record on one screen."""

    alerts = AlertsField()
    treating_doctor = DoctorChoice(label=_("Treating doctor"), empty_label=_("Nobody yet"))
    care_status = forms.ChoiceField(label=_("Care status"), choices=CareStatus.choices, required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=rules.Sex.choices, required=False)

    class Meta:
        model = Patient
        fields = EDITABLE_FIELDS
        widgets = {
            "birth_date": DayInput(until_today=True, since=rules.EARLIEST_BIRTH),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "phone_alternative": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "address": forms.Textarea(attrs={"rows": 3}),
            "care_started_on": DayInput(),
            "estimated_completion_on": DayInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        doctors = self.fields["treating_doctor"]
        assert isinstance(doctors, DoctorChoice)
        doctors.offer(self.instance.treating_doctor_id)
        self.fields["care_phase"].choices = [("", _("None")), *rules.CarePhase.choices]  # type: ignore[attr-defined]
        if self.instance._state.adding:
            self.fields["family_name"].widget.attrs["autofocus"] = True
        for name in ("care_status", "sex"):
            self.fields[name].initial = getattr(Patient(), name)

    def clean_care_status(self) -> str:
        return self.cleaned_data["care_status"] or CareStatus.INQUIRY.value

    def clean_sex(self) -> str:
        return self.cleaned_data["sex"] or rules.Sex.UNKNOWN.value

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: self.cleaned_data[name] for name in EDITABLE_FIELDS}


class MedicalEntryForm(ModelForm[MedicalEntry], VersionMixin):
    """One fact of the medical history."""

    class Meta:
        model = MedicalEntry
        fields = MEDICAL_FIELDS
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "since": DayInput(until_today=True),
            "until": DayInput(),
        }

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: self.cleaned_data[name] for name in MEDICAL_FIELDS}


class GuardianForm(ModelForm[Guardian]):
    """Who the person is."""

    class Meta:
        model = Guardian
        fields = GUARDIAN_FIELDS
        widgets = {
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "phone_alternative": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
        }


class RelationshipForm(ModelForm[Relationship], VersionMixin):
    """What the person is to the patient."""

    class Meta:
        model = Relationship
        fields = RELATIONSHIP_FIELDS
        widgets = {"ends_on": DayInput(), "review_on": DayInput()}

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: self.cleaned_data[name] for name in RELATIONSHIP_FIELDS}


class GuardianChoiceForm(Form):
    """Somebody known already, as a brother's or sister's parent is."""

    guardian = RecordChoice(
        label=_("Known already"), queryset=Guardian.objects.none(), required=False, empty_label=_("A new person")
    )

    def __init__(self, *args: Any, known: list[Guardian], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["guardian"]
        choice.queryset = Guardian.objects.filter(pk__in=[person.pk for person in known])  # type: ignore[attr-defined]


class ConsentForm(ModelForm[Consent]):
    """What was agreed to."""

    class Meta:
        model = Consent
        fields = ("kind", "given_by", "given_on")
        widgets = {"given_on": DayInput(until_today=True)}


class ContactPreferenceForm(Form):
    """Through which channels the person may be reached."""

    channels = forms.MultipleChoiceField(
        label=_("May be reached by"), choices=Channel.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class PhotoForm(Form):
    """A photo from a file."""

    photo = forms.FileField(
        label=_("Photo"),
        help_text=_("JPEG, PNG or WebP, at most 8 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def read(self) -> Photo:
        """The checked photo. Raises Refused."""
        return photos.read(self.cleaned_data["photo"].read(photos.MOST_BYTES + 1))


class AccessForm(Form):
    """One member of staff."""

    user = RecordChoice(label=_("Member of staff"), queryset=User.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.staff().active()  # type: ignore[attr-defined]


class ListFilterForm(Form):
    """What the list of patients shows."""

    search = forms.CharField(label=_("Find"), required=False, max_length=200, strip=True)
    care = forms.ChoiceField(label=_("Care status"), choices=[("", _("Any")), *CareStatus.choices], required=False)
    doctor = DoctorChoice(label=_("Treating doctor"), empty_label=_("Any"))
    archived = forms.BooleanField(label=_("Archived"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        doctors = self.fields["doctor"]
        assert isinstance(doctors, DoctorChoice)
        doctors.offer()
