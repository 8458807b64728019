"""Error answers of both doors: a friendly page, or JSON below /api/. They hold nothing about any patient."""

import sys
from typing import Any

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from core import context
from core.api.errors import RETRY_SECONDS, body
from core.errors import Moved, Refused, TooMany

log = structlog.get_logger("clinic.errors")

# A page that sends its forms by itself says so, and shows the sentence where it stands.
TAP_HEADER = "X-Clinic-Tap"

_CODES = {
    400: "invalid",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    409: "stale",
    429: "too_many_requests",
    500: "server_error",
    503: "busy",
}


def _sentence(status: int) -> str:
    sentences = {
        400: _("The request could not be understood."),
        403: _("You do not have the right to do this."),
        404: _("Not found."),
        405: _("This address does not take that kind of request."),
        409: _("Somebody else changed this in the meantime."),
        429: _("Too many requests. Wait a moment and try again."),
        503: _("The clinic is busy. Try again in a moment."),
    }
    return sentences.get(status, _("Something went wrong on our side. Nothing was half saved."))


def error_response(request: HttpRequest, status: int, refusal: Refused | None = None) -> HttpResponse:
    """The answer for an error, in the shape that the door speaks."""
    message = str(refusal.message) if refusal else _sentence(status)
    code = refusal.code if refusal else _CODES.get(status, "server_error")
    response: HttpResponse
    if request.path.startswith("/api/") or TAP_HEADER in request.headers:
        response = JsonResponse(body(message, code, **(refusal.extra if refusal else {})), status=status)
    else:
        page = status if status in {400, 403, 404, 409, 429} else 500
        # Our own failures are told without the shell: what it needs may be what has failed.
        frame = request if page < 500 else None
        values = {"message": message, "code": code, "status": status, "request_id": context.current().request_id}
        response = HttpResponse(render_to_string(f"errors/{page}.html", values, frame), status=status)
    if isinstance(refusal, TooMany):
        response["Retry-After"] = str(refusal.seconds)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    return error_response(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return error_response(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return error_response(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500; a database that is away while the session is looked up ends here too, and is no fault of ours."""
    if isinstance(sys.exc_info()[1], OperationalError):
        return _busy(request)
    return error_response(request, 500)


def _busy(request: HttpRequest) -> HttpResponse:
    response = error_response(request, 503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without our token: another site sent it, or the sign-in changed meanwhile."""
    message = _("The page was open too long or came from elsewhere. Go back, reload it and send it again.")
    return error_response(request, 403, Refused(message, code="permission_denied"))


class RefusalMiddleware:
    """A Refused that no form caught becomes the friendly page of its status."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        if response.status_code == 405 and not response.content:
            allowed = response.get("Allow", "")
            response = error_response(request, 405)
            response["Allow"] = allowed
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Moved) and request.method in {"GET", "HEAD"}:
            return HttpResponseRedirect(error.path_from(request.get_full_path()))
        if isinstance(error, Refused):
            return error_response(request, error.status, error)
        if isinstance(error, OperationalError):
            log.error("database", exc_info=error)
            return _busy(request)
        log.error("unhandled", exc_info=error)
        return None
