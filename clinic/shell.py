"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import Permission
from core import navigation


def context(request: HttpRequest) -> dict[str, Any]:
    """Clinic name, navigation of this person, the theme chosen, and whether the quick search is theirs."""
    user = getattr(request, "user", None)
    values: dict[str, Any] = {
        "clinic_name": settings.CLINIC_NAME,
        "theme": theme if (theme := request.COOKIES.get("theme")) in {"light", "dark"} else "",
        "plain_http": not settings.HTTPS and request.get_host().partition(":")[0] not in {"localhost", "127.0.0.1"},
    }
    if user is not None and user.is_authenticated:
        values["nav"] = navigation.items_for(user)
        values["account_url"], values["sign_out_url"] = reverse("accounts:account"), reverse("accounts:session-end")
        values["session_url"], values["sign_in_url"] = reverse("accounts:session-here"), reverse(settings.LOGIN_URL)
        if user.may(Permission.PATIENT_READ):
            values["search_url"] = reverse("patients:patient-search")
            values["find_url"] = reverse("patients:patient-find")
    return values
