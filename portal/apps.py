from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core import navigation
from core.navigation import NavItem


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Patients' portal")

    def ready(self) -> None:
        """Entries for patients and parents; the staff works elsewhere."""
        for order, label, name, icon, prefix in (
            (10, _("Home"), "home", "home", "/portal/$"),
            (20, _("Visits"), "visit-list", "calendar", "/portal/visits/"),
            (30, _("Book"), "visit-create", "calendar-plus", "/portal/bookings/"),
        ):
            navigation.register(NavItem(order, label, f"portal:{name}", icon, prefix, _is_family))


def _is_family(user: object) -> bool:
    from accounts.models import User

    return isinstance(user, User) and user.may(Permission.OWN_RECORD)
