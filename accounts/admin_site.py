"""Django admin behind the clinic's own sign-in: throttled, audited, the same password rules."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from core.errors import NotPermitted


class ClinicAdminSite(AdminSite):
    """Signing in, signing out and changing the password happen on the clinic's pages."""

    site_header = site_title = _("Administration")
    index_title = _("Records")
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Everything but allauth's tables: a link to the sign-in provider is made and cut by audited actions only."""
        models = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        own = [model for model in models if not model.__module__.startswith("allauth.")]
        super().register(own, admin_class, **options)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send people without a sign-in to the sign-in page; those without the right get a plain no."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise NotPermitted
        target = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('accounts:session-create')}?{urlencode({'next': target})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The clinic's own sign-out."""
        from accounts.views.doors import session_end

        return session_end(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The clinic's own page."""
        return redirect("accounts:password-change")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The clinic's own page."""
        return redirect("accounts:account")
