"""One's own account and its password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import links, mail, passwords
from accounts.access import SIGNED_IN, allow, public
from accounts.actions import passwords as password_actions
from accounts.actions import sessions
from accounts.forms import ChangePasswordForm, NewPasswordForm, ResetForm, role_label
from accounts.models import ApiSession, User
from accounts.rules import normalise_email
from accounts.sign_in import confirm_password, forgive
from accounts.views.answers import me, show
from core import context, throttle

_LINK_GONE = 410


@allow(SIGNED_IN)
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, and where I am signed in."""
    user = me(request)
    own = ApiSession.objects.visible_to(user).open().filter(user_id=user.pk).order_by("-created_at")
    values = {"person": user, "role": role_label(user.role), "api_sessions": own[:50]}
    return render(request, "accounts/account.html", values)


@allow(SIGNED_IN)
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    user = me(request)
    update_session_auth_hash(request, sessions.end_all_sessions(by=user, user=user))
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("accounts:account")


@allow(SIGNED_IN)
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """Choose another password; every other session ends."""
    user = me(request)
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and (changed := form.submit(lambda data: _change(user, data))):
        update_session_auth_hash(request, changed)
        messages.success(request, _("Your password is changed. You are signed out everywhere else."))
        return redirect("accounts:account")
    return show(request, "accounts/password_change.html", form)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the answer is the same whether anybody has this e-mail."""
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.submit(_ask):
        return redirect("accounts:password-reset-sent")
    return show(request, "accounts/password_reset.html", form)


@public
@require_safe
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    """What happens next."""
    return render(request, "accounts/password_reset_sent.html")


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_choose(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of a mail."""
    found = links.read(token)
    if found is None:
        return render(request, "accounts/password_choose_gone.html", status=_LINK_GONE)
    user, purpose = found
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.submit(lambda data: _choose(user, token, data["password"])):
        return redirect("accounts:password-chosen")
    is_invitation = purpose is links.Purpose.INVITATION
    return show(request, "accounts/password_choose.html", form, person=user, is_invitation=is_invitation)


@public
@require_safe
def password_chosen(request: HttpRequest) -> HttpResponse:
    """Done."""
    return render(request, "accounts/password_chosen.html")


def _ask(data: dict[str, str]) -> bool:
    here = context.current()
    limit = settings.PASSWORD_RESETS_PER_ADDRESS
    throttle.hit("password-reset", here.address, limit=limit, window_seconds=settings.HOUR)
    mail.send_reset(normalise_email(data["email"]), here.request_id, here.address)
    return True


def _change(user: User, data: dict[str, str]) -> User:
    confirm_password(user, data["current"])
    return password_actions.change_password(by=user, password_hash=passwords.prepare(data["password"], user))


def _choose(user: User, token: str, password: str) -> bool:
    chosen = passwords.prepare(password, user)
    forgive(password_actions.choose_password(by=None, token=token, password_hash=chosen))
    return True
