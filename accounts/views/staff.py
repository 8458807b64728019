"""The people who work here, for those who manage them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow
from accounts.actions import registration, sessions, staff
from accounts.forms import InvitationForm, StaffForm, role_label
from accounts.models import ApiSession, User, with_profiles, with_roles
from accounts.permissions import Permission
from accounts.views.answers import me, show
from core.errors import NotFound, NotPermitted, Refused


@allow(Permission.STAFF_MANAGE)
@require_safe
def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody, those who left at the end."""
    people = with_profiles(with_roles(User.objects.visible_to(me(request)).staff()))
    rows = [{"person": person, "role": role_label(person.role)} for person in people]
    rows.sort(key=lambda row: not row["person"].is_active)  # type: ignore[attr-defined]
    may_edit_rights = me(request).may(Permission.ADMIN_SITE)
    return render(request, "accounts/staff_list.html", {"rows": rows, "may_edit_rights": may_edit_rights})


@allow(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_invite(request: HttpRequest) -> HttpResponse:
    """Somebody new gets a mail."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST":
        by = me(request)
        if person := form.submit(lambda data: registration.invite(by=by, **data)):
            messages.success(request, _("%(name)s is invited by mail.") % {"name": person.name})
            return redirect("accounts:staff-list")
    return show(request, "accounts/staff_invite.html", form)


@allow(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Name, role, profile; and what else can be done with the account."""
    by, person = me(request), _person(request, pk)
    form = StaffForm(request.POST or None, user=person)
    if request.method == "POST" and form.submit(lambda data: staff.edit_staff(by=by, user=person, **data)) is not None:
        messages.success(request, _("Saved."))
        return redirect("accounts:staff-list")
    return _show_person(request, person, form)


@allow(Permission.STAFF_MANAGE)
@require_POST
def staff_deactivate(request: HttpRequest, pk: str) -> HttpResponse:
    """Shut the account."""
    done = _("The account is shut and every session has ended.")
    return _act(request, pk, staff.deactivate, done)


@allow(Permission.STAFF_MANAGE)
@require_POST
def staff_reactivate(request: HttpRequest, pk: str) -> HttpResponse:
    """Open the account again."""
    return _act(request, pk, staff.reactivate, _("The account is open again."))


@allow(Permission.STAFF_MANAGE)
@require_POST
def staff_sessions_end(request: HttpRequest, pk: str) -> HttpResponse:
    """Sign the person out everywhere."""
    return _act(request, pk, sessions.end_all_sessions, _("Every session of this person has ended."))


@allow(Permission.STAFF_MANAGE)
@require_POST
def staff_invitation_resend(request: HttpRequest, pk: str) -> HttpResponse:
    """Mail the link again."""
    return _act(request, pk, staff.resend_invitation, _("The invitation is on its way again."))


def _act(request: HttpRequest, pk: str, action: Callable[..., Any], done: str) -> HttpResponse:
    """Do it, and show the person's page again; a refusal stands above the form there."""
    by, person = me(request), _person(request, pk)
    try:
        action(by=by, user=person)
    except (NotPermitted, NotFound):
        raise
    except Refused as refusal:
        form = StaffForm(user=person)
        form.status = refusal.status
        return _show_person(request, person, form, refusal=refusal)
    messages.success(request, done)
    return redirect("accounts:staff-edit", pk)


def _show_person(request: HttpRequest, person: User, form: StaffForm, **values: Any) -> HttpResponse:
    by = me(request)
    open_sessions = ApiSession.objects.visible_to(by).open().filter(user_id=person.pk).count()
    is_oneself = person.pk == by.pk
    values |= {"person": person, "is_oneself": is_oneself, "open_sessions": open_sessions}
    return show(request, "accounts/staff_edit.html", form, **values)


def _person(request: HttpRequest, pk: str) -> User:
    person = User.objects.visible_to(me(request)).staff().filter(pk=pk).first()
    if person is None:
        raise NotFound
    return person  # type: ignore[no-any-return]
