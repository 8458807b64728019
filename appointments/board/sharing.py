"""Screens that ask for the same at the same moment are answered by one drawing; nothing of it is kept afterwards.

What is drawn holds nobody's forms: the token of the browser session is put in for each, and who may see less, or tapped
last, is part of the key or stands beside it.
"""

import re
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.models import User
from accounts.permissions import Permission
from patients.models import Patient

_INDENTS: Final = re.compile(r"\n\s+")
_TOKEN: Final = secrets.token_hex(16)  # stands where a form has the token of its browser session


@dataclass(frozen=True)
class Read:
    """What a page has read: what its template draws, the stamp of that, and what else the view needs of it."""

    context: dict[str, Any]
    stamp: str
    facts: Any = None


@dataclass(frozen=True)
class Drawn:
    """A part of a page as everybody sees it who may see as much."""

    html: str
    stamp: str
    facts: Any

    def for_session(self, request: HttpRequest) -> SafeString:
        """The same with the forms of this browser session."""
        return SafeString(self.html.replace(_TOKEN, get_token(request)))


_under_way: dict[tuple[Any, ...], Future[Drawn]] = {}
_one_at_a_time = threading.Lock()


def draw(template: str, place: str, stamp: str, user: User, read: Callable[[], Read]) -> Drawn:
    """The template for this place (whatever of the address it depends on) and stamp, drawn by whoever asks first.

    Its context is all that `read` gives; nothing in it may depend on the person but through what the person sees.
    """
    key = (template, place, _sees(user), get_language(), stamp)
    with _one_at_a_time:
        drawing = _under_way.get(key)
        if drawing is None:
            mine = _under_way[key] = Future()
    if drawing is not None:
        return drawing.result()
    try:
        mine.set_result(_draw(template, read()))
        return mine.result()
    finally:
        with _one_at_a_time:
            del _under_way[key]
        if not mine.done():
            mine.cancel()  # whoever waits hears of it, and is answered as by any other fault


def draw_alone(template: str, read: Callable[[], Read]) -> Drawn:
    """The same for one person only."""
    return _draw(template, read())


def _draw(template: str, found: Read) -> Drawn:
    html = _INDENTS.sub("\n", render_to_string(template, found.context | {"csrf_token": _TOKEN}))
    return Drawn(html, found.stamp, found.facts)


def _sees(user: User) -> tuple[Any, ...]:
    """What pages of the desk show this person; with equal answers two people see the same."""
    if not user.may(Permission.PATIENT_READ) or user.may(Permission.OWN_RECORD):
        return (user.pk,)
    alerts = user.may(Permission.CRITICAL_ALERT_READ) or user.may(Permission.MEDICAL_READ)
    return (alerts, user.may(Permission.APPOINTMENT_BOOK), *sorted(Patient.objects.hidden_from(user)))
