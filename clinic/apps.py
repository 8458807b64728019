from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clinic import observability
from core import navigation
from core.navigation import NavItem


class ClinicConfig(AppConfig):
    name = "clinic"

    def ready(self) -> None:
        navigation.register(NavItem(5, _("Home"), "home", "home", "/$", _works_with_visits))
        observability.start(settings.SENTRY_DSN, settings.OTLP_ENDPOINT)


def _works_with_visits(user: Any) -> bool:
    from accounts.permissions import Permission

    return bool(user.may(Permission.APPOINTMENT_READ))
