"""What calls may send: shape only, with the model's limits; rules decide the rest. Unknown keys are ignored."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from core.api.fields import StrictBoolean, StrictText
from core.api.names import camel
from core.ids import ID_PATTERN, is_id
from patients import rules
from patients.models import MedicalEntry, Patient
from patients.rules import CONTACT_FIELDS, EDITABLE_FIELDS, MEDICAL_FIELDS

_TEXT_LIMIT = Patient._meta.get_field("family_name").max_length or 0


class TextAsSent(StrictText):
    """A JSON string; its length counts as it was sent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**(kwargs | {"trim_whitespace": False}))


class StrictEmail(serializers.EmailField):
    """An e-mail address."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(_("Send text."))
        return super().to_internal_value(data)


class StrictDate(serializers.DateField):
    """YYYY-MM-DD: a date of birth is a date, never an instant."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or len(value) != len("2012-02-29"):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


@extend_schema_field({"type": "string", "pattern": f"^{ID_PATTERN}$"})
class DoctorField(serializers.Field[User, Any, str, Any]):
    """The id of a doctor. Whoever treats a patient already may stay, also after leaving."""

    def to_internal_value(self, data: Any) -> User:
        # read-scope: whether somebody is a doctor is known to everybody who may write a record
        found: User | None = User.objects.in_group("doctor").filter(pk=data).first() if is_id(data) else None
        if found is None:
            raise serializers.ValidationError(_("There is no such doctor."))
        return found


class CamelSerializer(serializers.ModelSerializer[Any]):
    """Fields from the model under the API's names; null is as good as nothing."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.CharField: TextAsSent,
        models.TextField: TextAsSent,
        models.EmailField: StrictEmail,
        models.BooleanField: StrictBoolean,
        models.DateField: StrictDate,
    }

    empty: models.Model  # a record of which nothing is said: where the defaults come from
    written: tuple[str, ...]

    def get_fields(self) -> dict[str, Any]:
        renamed: dict[str, Any] = {}
        for name, field in super().get_fields().items():
            if camel(name) != name:
                field.source = name
            if not field.required:
                field.allow_null = True
            renamed[camel(name)] = field
        return renamed

    def values(self, *, complete: bool) -> dict[str, Any]:
        """What was sent, by the model's names; `complete` fills what was not sent with the model's default."""
        empty = self.empty
        sent = {
            name: getattr(empty, name, None) if value is None else value for name, value in self.validated_data.items()
        }
        absent = {name: getattr(empty, name) for name in self.written} if complete else {}
        return absent | sent


class MedicalEntryInput(CamelSerializer):
    """One entry of the medical history."""

    empty = MedicalEntry()
    written = MEDICAL_FIELDS

    class Meta:
        model = MedicalEntry
        fields = MEDICAL_FIELDS


_ENTRY_SCHEMA = {
    "oneOf": [
        {"type": "string", "minLength": 1, "maxLength": 2000},
        {
            "type": "object",
            "required": ["description"],
            "properties": {
                "description": {"type": "string", "minLength": 1, "maxLength": 2000},
                "category": {"type": ["string", "null"], "enum": [*rules.MedicalCategory.values, None]},
                "since": {"type": ["string", "null"], "format": "date"},
                "until": {"type": ["string", "null"], "format": "date"},
                "critical": {"type": ["boolean", "null"]},
            },
        },
    ]
}


@extend_schema_field(_ENTRY_SCHEMA)
class MedicalItem(serializers.Field[Any, Any, Any, Any]):
    """An entry as plain text or as an object."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        entry = MedicalEntryInput(data={"description": data} if isinstance(data, str) else data)
        entry.is_valid(raise_exception=True)
        return entry.values(complete=True)


class PatientInput(CamelSerializer):
    """A record: one `name`, or `givenName` and `familyName`."""

    empty = Patient()
    written = EDITABLE_FIELDS

    name = TextAsSent(max_length=2 * _TEXT_LIMIT + 1, required=False, help_text="Given and family name in one.")
    treatingDoctorId = DoctorField(source="treating_doctor", required=False, allow_null=True)
    alerts = serializers.ListField(
        child=TextAsSent(max_length=rules.ALERT_LENGTH), max_length=rules.ALERTS_AT_MOST, required=False
    )

    class Meta:
        model = Patient
        fields = ("name", *(name for name in EDITABLE_FIELDS if name != "treating_doctor"), "treatingDoctorId")
        extra_kwargs = {"family_name": {"required": False}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One name out of the two ways to write it."""
        whole = attrs.pop("name", None)
        is_split = "family_name" in attrs or "given_name" in attrs
        if whole is None:
            if not attrs.get("family_name") and ("family_name" in attrs or not self.partial):
                raise serializers.ValidationError({self._named(): [_("Give name, or givenName and familyName.")]})
            return attrs
        if is_split and rules.one_line(whole) != self._joined(attrs):
            raise serializers.ValidationError({"name": [_("name and givenName, familyName say different things.")]})
        given, family = rules.split_name(whole)
        if not family or max(len(given), len(family)) > _TEXT_LIMIT:
            raise serializers.ValidationError({"name": [_("Give a name of at most 100 characters each part.")]})
        return attrs if is_split else attrs | {"given_name": given, "family_name": family}

    def _named(self) -> str:
        return "familyName" if "familyName" in self.initial_data else "name"

    def _joined(self, attrs: Mapping[str, Any]) -> str:
        before = self.instance if self.partial else None
        given, family = (attrs.get(name, getattr(before, name, "")) for name in ("given_name", "family_name"))
        return rules.one_line(rules.full_name(given or "", family or ""))


class NewPatientInput(PatientInput):
    """A new record, with the beginning of its medical history."""

    medicalHistory = serializers.ListField(
        child=MedicalItem(), max_length=rules.MEDICAL_ENTRIES_AT_ONCE, required=False, allow_null=True
    )

    class Meta(PatientInput.Meta):
        fields = (*PatientInput.Meta.fields, "medicalHistory")


CONTACT_KEYS = frozenset(camel(name) for name in CONTACT_FIELDS)
# What a patient or parent is told about, when they send it: everything that staff may write.
STAFF_KEYS = frozenset({*PatientInput().fields, "medicalHistory"}) - CONTACT_KEYS
