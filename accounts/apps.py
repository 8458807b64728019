from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core import navigation
from core.navigation import NavItem


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and rights")

    def ready(self) -> None:
        """Entries for those who manage the staff and read the audit; where the audit of a record is shown."""
        from core import admin

        navigation.register(NavItem(80, _("Staff"), "accounts:staff-list", "users", "/staff/", _may_manage_staff))
        navigation.register(NavItem(90, _("Audit"), "accounts:audit-list", "shield", "/audit/", _may_read_audit))
        admin.history_pages.append(lambda pk: f"{reverse('accounts:audit-list')}?object_id={pk}")


class ClinicAdminConfig(AdminConfig):
    """Django admin with the clinic's own sign-in."""

    default_site = "accounts.admin_site.ClinicAdminSite"


def _may_manage_staff(user: object) -> bool:
    return _may(user, Permission.STAFF_MANAGE)


def _may_read_audit(user: object) -> bool:
    return _may(user, Permission.AUDIT_READ)


def _may(user: object, permission: Permission) -> bool:
    from accounts.models import User

    return isinstance(user, User) and user.may(permission)
