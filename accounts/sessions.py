"""Signs people out who have gone away: decided on the server, and never put off by a page that polls by itself."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from accounts.actions import sessions
from accounts.models import User
from core import clock

LAST_SEEN, BEGAN = "last_seen", "began"
# A page that refreshes itself says so; its requests do not count as the person being there.
POLL_HEADER = "X-Clinic-Poll"
_RESOLUTION_SECONDS = 30


class IdleSignOutMiddleware:
    """Ends a browser session after IDLE_MINUTES without a request of the person's own, and after a working day."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            self._check(request, request.user)
        return self.get_response(request)

    def _check(self, request: HttpRequest, user: User) -> None:
        now = int(clock.now().timestamp())
        if has_gone_away(request):
            sessions.time_out(by=user)
            logout(request)
        elif LAST_SEEN not in request.session:
            request.session[LAST_SEEN] = request.session[BEGAN] = now
        elif now - int(request.session[LAST_SEEN]) > _RESOLUTION_SECONDS and POLL_HEADER not in request.headers:
            request.session[LAST_SEEN] = now


def has_gone_away(request: HttpRequest) -> bool:
    """Whether nobody has used the browser session for IDLE_MINUTES, or it has lasted a working day."""
    now = int(clock.now().timestamp())
    seen, began = (int(request.session.get(key, now)) for key in (LAST_SEEN, BEGAN))
    return now - seen > settings.IDLE_MINUTES * 60 or now - began > settings.SESSION_COOKIE_AGE
