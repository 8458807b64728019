"""Mails about accounts, sent by jobs: the time an answer takes tells nobody whether an account exists."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from huey.contrib.djhuey import db_task

from accounts import links
from accounts.links import Purpose
from accounts.models import User
from core import context, throttle
from core.context import RequestContext
from core.errors import TooMany

RESET_MAILS_PER_HOUR = 5
_RETRY = {"retries": 3, "retry_delay": 60}


def after_commit(job: Callable[..., Any], *args: str) -> None:
    """Start the job once the change it tells of stands."""
    transaction.on_commit(partial(job, *args))


@db_task(**_RETRY)  # type: ignore[untyped-decorator]
def send_reset(email: str, request_id: str, address: str) -> None:
    """A link to choose a new password, if anybody has this e-mail; a few an hour at most."""
    from accounts.actions.passwords import note_reset_asked

    with context.use(RequestContext(request_id, address, "job")):
        user = User.objects.active().filter(email=email).first()
        if user is None:
            return
        try:
            throttle.hit("reset-mail", user.pk, limit=RESET_MAILS_PER_HOUR, window_seconds=settings.HOUR)
        except TooMany:
            return
        note_reset_asked(by=None, user=user)
        _send(user, Purpose.RESET, _("Choose a new password"))


@db_task(**_RETRY)  # type: ignore[untyped-decorator]
def send_invitation(user_id: str) -> None:
    """A link to choose the first password."""
    with context.use(RequestContext(source="job")):
        user = User.objects.active().filter(pk=user_id).first()
        if user is not None and user.is_invited:
            _send(user, Purpose.INVITATION, _("Welcome to %(clinic)s") % {"clinic": settings.CLINIC_NAME})


def _send(user: User, purpose: Purpose, subject: str) -> None:
    values = {
        "name": user.name,
        "clinic_name": settings.CLINIC_NAME,
        "address": links.address_for(user, purpose),
        "days": settings.INVITATION_DAYS,
        "hours": settings.PASSWORD_RESET_TIMEOUT // settings.HOUR,
    }
    text = render_to_string(f"accounts/mail/{purpose.value}.txt", values)
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email])
