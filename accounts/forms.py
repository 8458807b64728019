"""Shapes of what people type about accounts; the actions decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import roles
from accounts.models import StaffProfile, User
from accounts.passwords import LONGEST
from accounts.rules import LONGEST_EMAIL, LONGEST_NAME
from core.forms import Form, ModelForm

ROLE_LABELS = {
    "admin": _("Admin"),
    "doctor": _("Doctor"),
    "assistant": _("Assistant"),
    "receptionist": _("Receptionist"),
    "patient": _("Patient or parent"),
}


def role_label(role: str) -> str:
    """The role as people read it; the clinic's own groups by their names."""
    return str(ROLE_LABELS.get(role, role))


def role_choices() -> list[tuple[str, str]]:
    """Roles of the staff to choose from, the one with the fewest rights first."""
    return [(role, role_label(role)) for role in reversed(roles.offered())]


def _email(**attributes: str) -> forms.CharField:
    # Typed text, not forms.EmailField: what is no address is refused by the rule, and at sign-in like any wrong one.
    widget = forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"} | attributes)
    return forms.CharField(label=_("E-mail"), max_length=LONGEST_EMAIL, widget=widget)


def _password(label: Any, kind: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": f"{kind}-password"})
    return forms.CharField(label=label, max_length=LONGEST, strip=False, widget=widget, **options)


class SignInForm(Form):
    """E-mail and password."""

    email = _email()
    password = _password(_("Password"), "current")


class ResetForm(Form):
    """Whose password is lost."""

    email = _email()


class NewPasswordForm(Form):
    """A new password, typed twice because it cannot be seen."""

    password = _password(
        _("New password"), "new", help_text=_("At least 12 characters. Several unrelated words make a good one.")
    )
    repeat = _password(_("New password again"), "new")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from django.conf import settings

        text = _("At least %(n)s characters. Several unrelated words make a good one.")
        self.fields["password"].help_text = text % {"n": settings.PASSWORD_MIN_LENGTH}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"password", "repeat"} <= data.keys() and data["password"] != data["repeat"]:
            self.add_error("repeat", _("The two passwords differ."))
        return data


class ChangePasswordForm(NewPasswordForm):
    """One's own: the present one first."""

    current = _password(_("Present password"), "current")
    field_order = ("current", "password", "repeat")


class FirstRunForm(NewPasswordForm):
    """The first admin."""

    one_time_code = forms.CharField(
        label=_("One-time code"),
        max_length=40,
        help_text=_("The terminal in which the clinic was started shows it."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("Your name"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = _email()
    field_order = ("one_time_code", "name", "email", "password", "repeat")


class StaffForm(ModelForm[StaffProfile]):
    """What a member of staff is."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"))

    class Meta:
        model = StaffProfile
        fields = ("title", "colour", "registration_number", "check_lanes")
        widgets = {"colour": forms.TextInput(attrs={"type": "color"})}

    field_order: Any = ("title", "name", "role", "colour", "registration_number", "check_lanes")

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        if user is not None:
            kwargs["instance"] = user.profile_or_none
            kwargs["initial"] = {"name": user.name, "role": user.role}
        super().__init__(*args, **kwargs)
        assert isinstance(self.fields["role"], forms.ChoiceField)
        self.fields["role"].choices = role_choices()


class InvitationForm(StaffForm):
    """Somebody new."""

    email = _email(autocomplete="off")
    field_order = ("title", "name", "email", "role", "colour", "registration_number", "check_lanes")


class AuditFilterForm(Form):
    """Which rows of the audit."""

    date_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    date_to = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    person = forms.CharField(label=_("Person (e-mail or id)"), required=False, max_length=LONGEST_EMAIL)
    event = forms.CharField(
        label=_("Event"), required=False, max_length=60, widget=forms.TextInput(attrs={"list": "events"})
    )
    patient_id = forms.CharField(label=_("Patient's id"), required=False, max_length=24)
    object_id = forms.CharField(label=_("Record's id"), required=False, max_length=64)
    source = forms.ChoiceField(
        label=_("Source"),
        required=False,
        choices=[
            ("", _("Any")),
            ("web", _("Pages")),
            ("api", _("API")),
            ("admin", _("Administration")),
            ("command", _("Command line")),
            ("job", _("Job")),
        ],
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[("", _("Any")), ("success", _("Success")), ("failure", _("Failure"))],
    )
