"""Pages that refresh themselves: one that has not changed costs two queries and no page.

A view names its stamp with `@polled(stamp)`. The page carries a tag made of it; a poll that sends the tag back and
finds the same stamp is answered 304 before anything else is read. The tag is bound to the browser session and the
address, and once a minute the whole way is gone, so that a right taken away is noticed.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.access import View
from accounts.sessions import POLL_HEADER, has_gone_away
from core import clock
from core.errors import Refused
from core.pages import TAP_HEADER

_WHOLE_WAY_SECONDS = 60
_SALT = "accounts.polling"
_STAMP = "_stamp_of_poll"


def polled(stamp: Callable[..., str]) -> Callable[[View], View]:
    """`stamp(request, **kwargs)` says in at most one query what the page shows; another stamp is another page."""

    def decorate(view: View) -> View:
        view.stamp = stamp  # type: ignore[attr-defined]
        return view

    return decorate


def tag(request: HttpRequest, address: str, stamp: str) -> str:
    """The ETag of a polled address (path and query) for this browser session, as its page or answer carries it."""
    return _tag(request, address, stamp, int(clock.now().timestamp()))


def fresh(request: HttpRequest, response: HttpResponse, stamp: str) -> HttpResponse:
    """The answer to a poll, with its tag."""
    response["ETag"] = tag(request, request.get_full_path(), stamp)
    return response


def known_stamp(request: HttpRequest) -> str:
    """What the page shows, if the middleware has asked for it already; else empty."""
    return str(getattr(request, _STAMP, ""))


def tapped(request: HttpRequest, back: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """The answer to a tap that worked: nothing for a page that refreshes itself, else the way back."""
    if TAP_HEADER in request.headers:
        return HttpResponse(status=204)
    answer: HttpResponse = redirect(back, *args, **kwargs)
    return answer


class PollMiddleware:
    """Answers a poll of an unchanged page, and tells one without a session so instead of showing the sign-in page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        by_script = POLL_HEADER in request.headers or TAP_HEADER in request.headers
        if by_script and request.method == "GET" and _is_unchanged(request):
            return HttpResponseNotModified()
        response = self.get_response(request)
        if by_script and isinstance(response, HttpResponseRedirect) and _leads_to_sign_in(response):
            return HttpResponse(status=401)
        return response


def _is_unchanged(request: HttpRequest) -> bool:
    known = request.headers.get("If-None-Match", "").removeprefix("W/")
    stamp = _stamp_for(request) if known else None
    if stamp is None or "_auth_user_id" not in request.session or has_gone_away(request):
        return False
    made, _dash, _rest = known.strip('"').partition("-")
    if not made.isdecimal() or not 0 <= clock.now().timestamp() - int(made[:12]) < _WHOLE_WAY_SECONDS:
        return False
    now = stamp()
    setattr(request, _STAMP, now)
    return constant_time_compare(known, _tag(request, request.get_full_path(), now, int(made[:12])))


def _stamp_for(request: HttpRequest) -> Callable[[], str] | None:
    try:
        match = resolve(request.path_info)
    except (Resolver404, Http404, Refused):
        return None
    stamp = getattr(match.func, "stamp", None)
    return (lambda: str(stamp(request, *match.args, **match.kwargs))) if stamp else None


def _tag(request: HttpRequest, address: str, stamp: str, made: int) -> str:
    what = "|".join([str(request.session.session_key), address, stamp, str(made)])
    return f'"{made}-{salted_hmac(_SALT, what, algorithm="sha256").hexdigest()[:32]}"'


def _leads_to_sign_in(response: HttpResponseRedirect) -> bool:
    return response.url.partition("?")[0] == resolve_url(settings.LOGIN_URL)
