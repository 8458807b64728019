"""In and out."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import first_run
from accounts.access import SIGNED_IN, allow, public
from accounts.actions import registration, sessions
from accounts.forms import FirstRunForm, SignInForm
from accounts.models import User
from accounts.passwords import prepare
from accounts.sign_in import begin_session, check_credentials
from accounts.views.answers import me, show
from core import context, throttle
from core.errors import NotFound

THEMES = ("light", "dark")
_YEAR = 365 * 24 * 60 * 60


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def session_create(request: HttpRequest) -> HttpResponse:
    """Sign in."""
    target = safe_target(request, request.POST.get("next") or request.GET.get("next"))
    if request.user.is_authenticated:
        return redirect(target)
    if first_run.is_open():
        return redirect("accounts:first-run")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and (user := form.submit(lambda data: check_credentials(**data))):
        begin_session(request, user)
        return redirect(target)
    provider = settings.OIDC_BUTTON if settings.OIDC_ISSUER else ""
    return show(request, "accounts/session_create.html", form, next=target, provider=provider)


@allow(SIGNED_IN)
def session_here(request: HttpRequest) -> HttpResponse:
    """Who has signed in, and what their forms must carry: for a page on which somebody signed in again."""
    return JsonResponse({"user": me(request).pk, "csrf": get_token(request)})


@allow(SIGNED_IN)
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """Sign out, and leave nothing in the browser."""
    sessions.sign_out(by=me(request))
    logout(request)
    response = redirect("accounts:session-create")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@public
@sensitive_post_parameters("password", "repeat", "one_time_code")
@require_http_methods(["GET", "HEAD", "POST"])
def first_admin_create(request: HttpRequest) -> HttpResponse:
    """The first admin of a new clinic; the page is gone once somebody has an account."""
    if not first_run.is_open():
        raise NotFound
    form = FirstRunForm(request.POST or None)
    if request.method == "POST" and (user := form.submit(_make_first_admin)):
        begin_session(request, user)
        return redirect("accounts:account")
    return show(request, "accounts/first_run.html", form)


@public
@require_POST
def theme_set(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device has it; a script does the same without a request."""
    response = redirect(safe_target(request, request.POST.get("next") or request.headers.get("Referer")))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie("theme", theme, max_age=_YEAR, samesite="Lax", secure=secure)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def safe_target(request: HttpRequest, wanted: str | None) -> str:
    """The address to go on to: one of ours, or the start page."""
    secure = request.is_secure()
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=secure):
        return wanted
    return resolve_url("/")


def _make_first_admin(data: dict[str, str]) -> User:
    throttle.hit(
        "first-run",
        context.current().address,
        limit=settings.SIGN_IN_FAILURES_PER_ADDRESS,
        window_seconds=settings.HOUR,
    )
    chosen = prepare(data["password"], User(name=data["name"], email=data["email"]))
    return registration.create_first_admin(
        by=None, one_time_code=data["one_time_code"], name=data["name"], email=data["email"], password_hash=chosen
    )
