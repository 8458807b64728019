"""Signs people out who have gone away: decided on the server, and never put off by a page that polls by itself."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from core import clock

LAST_SEEN = "last_seen"
# A page that refreshes itself says so; its requests do not count as the person being there.
POLL_HEADER = "X-Clinic-Poll"
_RESOLUTION_SECONDS = 30


class IdleSignOutMiddleware:
    """Ends a browser session after IDLE_MINUTES without a request of the person's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._check(request)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> None:
        now = int(clock.now().timestamp())
        seen = int(request.session.get(LAST_SEEN, now))
        if now - seen > settings.IDLE_MINUTES * 60:
            logout(request)
        elif LAST_SEEN not in request.session or (
            now - seen > _RESOLUTION_SECONDS and POLL_HEADER not in request.headers
        ):
            request.session[LAST_SEEN] = now
