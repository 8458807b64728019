"""Patients and their families in Django admin: every write is one of this package's actions.

Names are never searched for here: they would stand in the address. The list of patients does that.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Permission
from core.admin import AuditedForm, AuditedModelAdmin, ReadOnlyAdmin
from patients import actions
from patients.forms import AlertsField, DoctorChoice
from patients.models import Consent, Guardian, MedicalEntry, Patient, Relationship
from patients.rules import EDITABLE_FIELDS, GUARDIAN_FIELDS, MEDICAL_FIELDS, RELATIONSHIP_FIELDS


class PatientAdminForm(AuditedForm[Patient]):
    """The record; alerts are lines, not JSON."""

    alerts = AlertsField()
    treating_doctor = DoctorChoice(empty_label=gettext_lazy("Nobody yet"))

    class Meta:
        model = Patient
        fields = EDITABLE_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        doctors = self.fields.get("treating_doctor")
        if isinstance(doctors, DoctorChoice):
            doctors.offer(self.instance.treating_doctor_id)


@admin.register(Patient)
class PatientAdmin(AuditedModelAdmin[Patient]):
    """Records. Deleting archives; opening one is noted."""

    view_right = Permission.PATIENT_READ
    edit_right = Permission.PATIENT_ARCHIVE
    form = PatientAdminForm
    fields = EDITABLE_FIELDS
    list_display = ("listed_name", "chart_number", "birth_date", "care_status", "archived_at")
    list_filter = ("care_status",)
    search_fields = ("=chart_number",)
    ordering = ("sort_key", "id")

    def create(self, by: User, data: dict[str, Any]) -> Patient:
        return actions.add(by=by, fields=_only(data, EDITABLE_FIELDS))

    def change(self, by: User, obj: Patient, data: dict[str, Any]) -> Patient:
        return actions.change(by=by, patient=obj, version=obj.version, fields=_only(data, EDITABLE_FIELDS))

    def remove(self, by: User, obj: Patient) -> None:
        actions.archive(by=by, patient=obj, reason=_("Archived in the administration site"))

    def opened(self, by: User, obj: Patient) -> None:
        actions.open_chart(by=by, patient=obj)


class PartAdmin(AuditedModelAdmin[Any]):
    """Rows of one patient: whoever may not see the patient cannot choose one."""

    raw_id_fields: ClassVar[Any] = ("patient",)
    list_select_related = False
    ordering = ("-created_at", "-id")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        model = db_field.remote_field.model
        if hasattr(model.objects, "visible_to"):
            kwargs["queryset"] = model.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def opened(self, by: User, obj: Any) -> None:
        actions.open_chart(by=by, patient=obj.patient)


@admin.register(MedicalEntry)
class MedicalEntryAdmin(PartAdmin):
    """The medical history; the list says nothing of what an entry says."""

    view_right = Permission.MEDICAL_READ
    edit_right = Permission.MEDICAL_WRITE
    list_display = ("id", "patient_id", "category", "critical", "created_at")
    list_filter = ("category", "critical")
    search_fields = ("=patient__id",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return MEDICAL_FIELDS if obj else ("patient", *MEDICAL_FIELDS)

    def create(self, by: User, data: dict[str, Any]) -> MedicalEntry:
        fields = _only(data, MEDICAL_FIELDS)
        return actions.add_medical_entry(by=by, patient=data["patient"], fields=fields)

    def change(self, by: User, obj: MedicalEntry, data: dict[str, Any]) -> MedicalEntry:
        return actions.change_medical_entry(by=by, entry=obj, version=obj.version, fields=_only(data, MEDICAL_FIELDS))

    def remove(self, by: User, obj: MedicalEntry) -> None:
        actions.remove_medical_entry(by=by, entry=obj, reason=_("Removed in the administration site"))


@admin.register(Relationship)
class RelationshipAdmin(PartAdmin):
    """Who answers for whom. Deleting ends it."""

    view_right = Permission.PATIENT_READ
    edit_right = Permission.PATIENT_ARCHIVE
    raw_id_fields = ("patient", "guardian")
    list_display = ("id", "patient_id", "guardian_id", "kind", "may_sign_in", "ends_on")
    list_filter = ("kind",)
    search_fields = ("=patient__id",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return RELATIONSHIP_FIELDS if obj else ("patient", "guardian", *RELATIONSHIP_FIELDS)

    def create(self, by: User, data: dict[str, Any]) -> Relationship:
        terms = _only(data, RELATIONSHIP_FIELDS)
        return actions.add_guardian(by=by, patient=data["patient"], guardian=data["guardian"], terms=terms)

    def change(self, by: User, obj: Relationship, data: dict[str, Any]) -> Relationship:
        terms = _only(data, RELATIONSHIP_FIELDS)
        return actions.change_family_member(by=by, relationship=obj, version=obj.version, terms=terms, person={})

    def remove(self, by: User, obj: Relationship) -> None:
        actions.end_relationship(by=by, relationship=obj)


@admin.register(Guardian)
class GuardianAdmin(ReadOnlyAdmin[Guardian]):
    """Changed on the patient's page, where it shows for whom."""

    view_right = Permission.PATIENT_READ
    list_display = ("name", "phone", "email")
    fields = GUARDIAN_FIELDS
    ordering = ("sort_key", "id")


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin[Consent]):
    """Noted and withdrawn on the patient's page."""

    view_right = Permission.PATIENT_READ
    list_display = ("id", "patient_id", "kind", "given_on", "withdrawn_on")
    fields = ("kind", "given_by", "given_on", "withdrawn_on")


def _only(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: data[name] for name in names if name in data}
