"""Places, hours and types in Django admin, written by the same actions as the setup pages; booked time is looked at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import Permission
from appointments.actions import setup
from appointments.models import Appointment, AppointmentType, Chair, Closure, Location, StatusEvent, WorkingHours
from appointments.setup_forms import TypeForm
from core.admin import AuditedForm, AuditedModelAdmin, M, ReadOnlyAdmin
from patients.models import Patient


class SetupAdmin(AuditedModelAdmin[M]):
    """What an administrator sets up; `fixed` fields are chosen once, when the row is made."""

    view_right = edit_right = Permission.CLINIC_SETUP
    fixed: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        return self.fixed if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "doctor":
            kwargs["queryset"] = User.objects.doctors()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Location)
class LocationAdmin(SetupAdmin[Location]):
    """The practices of the clinic."""

    list_display = ("name", "phone", "is_active")
    fields = ("name", "address", "phone", "is_active")

    def create(self, by: Any, data: dict[str, Any]) -> Location:
        return setup.add_location(by=by, **data)

    def change(self, by: Any, obj: Location, data: dict[str, Any]) -> Location:
        return setup.change_location(by=by, location=obj, **data)


@admin.register(Chair)
class ChairAdmin(SetupAdmin[Chair]):
    """The columns of the schedule."""

    list_display = ("name", "location", "position", "is_active")
    fields = ("location", "name", "position", "is_active")
    fixed = ("location",)

    def create(self, by: Any, data: dict[str, Any]) -> Chair:
        return setup.add_chair(by=by, **data)

    def change(self, by: Any, obj: Chair, data: dict[str, Any]) -> Chair:
        return setup.change_chair(by=by, chair=obj, **data)


class TypeAdminForm(TypeForm, AuditedForm[AppointmentType]):
    """The setup page's own form."""


@admin.register(AppointmentType)
class TypeAdmin(SetupAdmin[AppointmentType]):
    """How long a visit takes, and when in it the doctor is needed."""

    form = TypeAdminForm
    list_display = ("code", "name", "minutes", "pattern", "bookable_online", "is_active")
    fields = TypeForm.Meta.fields

    def create(self, by: Any, data: dict[str, Any]) -> AppointmentType:
        return setup.add_type(by=by, **data)

    def change(self, by: Any, obj: AppointmentType, data: dict[str, Any]) -> AppointmentType:
        return setup.change_type(by=by, type=obj, **data)


@admin.register(WorkingHours)
class HoursAdmin(SetupAdmin[WorkingHours]):
    """Weekly hours of a location, or of a doctor there."""

    list_display = ("location", "doctor", "weekday", "opens", "closes")
    list_filter = ("weekday",)
    fields = ("location", "doctor", "weekday", "opens", "closes")
    fixed = ("location", "doctor")

    def create(self, by: Any, data: dict[str, Any]) -> WorkingHours:
        return setup.add_hours(by=by, **data)

    def change(self, by: Any, obj: WorkingHours, data: dict[str, Any]) -> WorkingHours:
        return setup.change_hours(by=by, hours=obj, **data)

    def remove(self, by: Any, obj: WorkingHours) -> None:
        setup.remove_hours(by=by, hours=obj)


@admin.register(Closure)
class ClosureAdmin(SetupAdmin[Closure]):
    """Days off, of a place or of a doctor."""

    list_display = ("starts_on", "ends_on", "location", "doctor", "reason")
    fields = ("starts_on", "ends_on", "location", "doctor", "reason", "each_year")

    def create(self, by: Any, data: dict[str, Any]) -> Closure:
        return setup.add_closure(by=by, **data)

    def change(self, by: Any, obj: Closure, data: dict[str, Any]) -> Closure:
        return setup.change_closure(by=by, closure=obj, **data)

    def remove(self, by: Any, obj: Closure) -> None:
        setup.remove_closure(by=by, closure=obj)


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyAdmin[Appointment]):
    """Booked time: the schedule books, moves and cancels."""

    view_right = Permission.APPOINTMENT_READ
    list_display = ("start", "patient", "doctor", "type", "minutes", "status")
    list_filter = ("status", "overbooked")
    ordering = ("-start", "-id")


@admin.register(StatusEvent)
class StatusEventAdmin(ReadOnlyAdmin[StatusEvent]):
    """What happened to appointments, step by step."""

    view_right = Permission.APPOINTMENT_READ
    list_display = ("at", "appointment", "kind", "from_status", "to_status", "by")
    list_filter = ("kind",)
    ordering = ("-at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusEvent]:
        hidden = Patient.objects.hidden_from(request.user) if isinstance(request.user, User) else []
        rows = super().get_queryset(request)
        return rows.exclude(appointment__patient_id__in=hidden) if hidden else rows
