"""In through the provider: two addresses, one that leaves for it and one that comes back."""

import structlog
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from accounts import first_run
from accounts.access import public
from accounts.oidc.adapter import ClinicExchange, ClinicProvider
from accounts.oidc.admission import note_refusal
from accounts.oidc.errors import EVERYDAY, SignInFailed
from accounts.views.doors import safe_target
from core import context, throttle
from core.errors import NotFound, Refused

log = structlog.get_logger("clinic.single_sign_on")

BEGUN_PER_MINUTE = 60
_SCOPE = "single-sign-on"


@public
@require_safe
def begin(request: HttpRequest) -> HttpResponseBase:
    """Off to the provider. Reached by a link, also by the one on the provider's own start page."""
    _check_open()
    target = safe_target(request, request.GET.get("next"))
    if request.user.is_authenticated:
        return redirect(target)
    if first_run.is_open():
        return redirect("accounts:first-run")
    throttle.hit_in_cache(_SCOPE, context.current().address, limit=BEGUN_PER_MINUTE)
    try:
        # Nothing of the address but `next` is used: no scope, no process, no parameter of the provider's.
        answer: HttpResponseBase = ClinicProvider(request).redirect(request, process="login", next_url=target)
        return answer
    except SignInFailed as failure:
        return _page(request, failure)


@public
@require_safe
@sensitive_variables()
def callback(request: HttpRequest) -> HttpResponseBase:
    """Back from the provider, with a code that is worth one session of ours, or with a refusal."""
    _check_open()
    address = context.current().address
    throttle.check(_SCOPE, address, limit=settings.SIGN_IN_FAILURES_PER_ADDRESS, window_seconds=settings.HOUR)
    exchange = ClinicExchange(request)
    try:
        answer: HttpResponseBase = OAuth2CallbackView.adapter_view(exchange)(request)
        return answer
    except Refused as refusal:
        if refusal.code != "provider_unreachable":
            throttle.count(_SCOPE, address, window_seconds=settings.HOUR)
        if refusal.code not in EVERYDAY:
            note_refusal(exchange.who, refusal.code)
        return _page(request, refusal)


def _page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    why = getattr(refusal, "why", "")
    (log.info if refusal.code in EVERYDAY else log.warning)("sign-in failed", code=refusal.code, why=why)
    values = {"message": str(refusal.message), "code": refusal.code, "request_id": context.current().request_id}
    return render(request, "accounts/single_sign_on_refused.html", values, status=refusal.status)


def _check_open() -> None:
    if not settings.OIDC_ISSUER:
        raise NotFound
