"""People and rights in Django admin: every write is one of this package's actions."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as DjangoPermission
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions import groups, registration, staff
from accounts.forms import role_choices, role_label
from accounts.models import ApiSession, StaffProfile, User
from accounts.permissions import Permission
from accounts.roles import PATIENT
from core.admin import AuditedForm, AuditedModelAdmin, ReadOnlyAdmin
from core.models import AuditEvent

assert auth_admin  # registers Django's own page for groups, which ours replaces
admin.site.unregister(Group)


class UserForm(AuditedForm[User]):
    """A person and the role."""

    role = forms.ChoiceField(label=_("Role"))

    class Meta:
        model = User
        fields = ("name", "email", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" not in self.fields:  # somebody who may only look
            return
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = role_choices()
        if not self.instance._state.adding:
            role.choices = [*role_choices(), (PATIENT, role_label(PATIENT))]
            role.initial = self.instance.role


@admin.register(User)
class UserAdmin(AuditedModelAdmin[User]):
    """Everybody with an account. Adding somebody invites them; nobody is deleted, accounts are shut."""

    view_right = edit_right = Permission.STAFF_MANAGE
    form = UserForm
    list_display = ("name", "email", "role_name", "is_active", "last_login")
    list_filter = ("is_active", "is_person_of_staff")
    search_fields = ("email", "name")
    ordering = ("name", "id")

    @admin.display(description=_("role"))
    def role_name(self, user: User) -> str:
        """As people read it."""
        return role_label(user.role)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ("name", "email", "role") if obj is None else ("name", "email", "role", "is_active", "last_login")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return () if obj is None else ("email", "last_login")

    def create(self, by: Any, data: dict[str, Any]) -> User:
        return registration.invite(by=by, **data)

    def change(self, by: Any, obj: User, data: dict[str, Any]) -> User:
        return staff.administer(by=by, user=obj, **data)


@admin.register(StaffProfile)
class StaffProfileAdmin(AuditedModelAdmin[StaffProfile]):
    """Titles, colours, registration numbers."""

    view_right = edit_right = Permission.STAFF_MANAGE
    list_display = ("user", "title", "registration_number", "check_lanes")
    fields = ("user", "title", "colour", "registration_number", "check_lanes")
    readonly_fields = ("user",)
    ordering = ("id",)

    def change(self, by: Any, obj: StaffProfile, data: dict[str, Any]) -> StaffProfile:
        user: User = User.objects.get(pk=obj.user_id)
        staff.edit_staff(by=by, user=user, name=user.name, role=user.role, **data)
        profile = user.profile_or_none
        assert profile
        return profile


@admin.register(Group)
class GroupAdmin(AuditedModelAdmin[Group]):
    """Roles and their rights; what is changed here counts from the next request of everybody in the group."""

    view_right = edit_right = Permission.STAFF_MANAGE
    list_display = ("name",)
    fields = ("name", "permissions")
    ordering = ("name",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None, **kwargs: Any) -> Any:
        ours = DjangoPermission.objects.filter(
            content_type__app_label="accounts", content_type__model="user", codename__in=list(Permission)
        )
        return RightsField(queryset=ours.order_by("id"), required=False, widget=forms.CheckboxSelectMultiple)

    def create(self, by: Any, data: dict[str, Any]) -> Group:
        return groups.create_group(by=by, name=data["name"], rights=_rights(data))

    def change(self, by: Any, obj: Group, data: dict[str, Any]) -> Group:
        return groups.change_group(by=by, group=obj, name=data["name"], rights=_rights(data))


class RightsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Our rights, each with its sentence."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


@admin.register(ApiSession)
class ApiSessionAdmin(ReadOnlyAdmin[ApiSession]):
    """Apps that are signed in; they are ended on the person's page."""

    view_right = Permission.STAFF_MANAGE
    list_display = ("user", "created_at", "expires_at", "ended_at", "address")
    fields = ("user", "created_at", "expires_at", "ended_at", "address")
    ordering = ("-created_at",)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin[AuditEvent]):
    """The audit; the page /audit/ does it better."""

    view_right = Permission.AUDIT_READ
    list_display = ("at", "event", "actor_id", "actor_role", "source", "object_type", "object_id", "outcome")
    list_filter = ("source", "outcome")
    ordering = ("-at", "-id")


def _rights(data: dict[str, Any]) -> list[Permission]:
    return [Permission(row.codename) for row in data["permissions"]]
