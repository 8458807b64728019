"""Every error of the API in one shape: {"message", "code", "errors"}."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from core.api.names import camel
from core.errors import Moved, NotFound, NotPermitted, Refused, TooMany

RETRY_SECONDS = 2


def body(message: str, code: str, errors: dict[str, list[str]] | None = None, **extra: Any) -> dict[str, Any]:
    """The error body; `errors` names fields as the API does."""
    return {"message": message, "code": code, "errors": errors or {}, **extra}


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None for what nobody expected: that becomes a plain 500."""
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, PermissionDenied):
        error = NotPermitted()
    if isinstance(error, OperationalError):
        error = Refused(_("The clinic is busy. Try again in a moment."), code="busy")
    if isinstance(error, Moved) and context["request"].method in {"GET", "HEAD"}:
        return _moved(error, context["request"].get_full_path())
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, exceptions.APIException):
        return _drf(error)
    return None


def _refused(error: Refused) -> Response:
    errors = {camel(error.field): [str(error.message)]} if error.field else None
    response = Response(body(str(error.message), error.code, errors, **error.extra), status=error.status)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.seconds)
    if error.code == "busy":
        response["Retry-After"] = str(RETRY_SECONDS)
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _moved(error: Moved, path: str) -> Response:
    response = _refused(error)
    response.status_code = 301
    response["Location"] = error.path_from(path)
    return response


_CODES = {"parse_error": "invalid", "error": "invalid", "throttled": "too_many_requests"}


def _drf(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        response = Response(_validation(error), status=400)
    else:
        code = str(getattr(error.detail, "code", error.default_code))
        response = Response(body(str(error.detail), _CODES.get(code, code)), status=error.status_code)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _validation(error: exceptions.ValidationError) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    for path, message in _flat(error.detail, ""):
        errors.setdefault(path, []).append(message)
    general = errors.pop("", [])
    message = general[0] if general else _("Check the marked fields.")
    return body(message, "invalid", errors)


def _flat(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, dict):
        for key, item in detail.items():
            name = "" if key == "non_field_errors" else str(key)
            yield from _flat(item, f"{path}.{name}".strip("."))
    elif isinstance(detail, list):
        for index, item in enumerate(detail):
            nested = isinstance(item, dict | list)
            yield from _flat(item, f"{path}.{index}".strip(".") if nested else path)
    else:
        yield path, str(detail)
