"""Pieces of the API's description that every package uses."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers


class ErrorBody(serializers.Serializer[Any]):
    """Every error has this shape; more keys may follow, such as `nextFree`."""

    message = serializers.CharField(help_text="A sentence for a person.")
    code = serializers.CharField(help_text="Stable, for programs.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), help_text="By field."
    )


_MEANINGS = {
    301: "Merged into another record: follow Location.",
    400: "Something is missing or malformed.",
    401: "Not signed in, or the token is not good any more.",
    403: "No right to do this.",
    404: "Unknown, or not for you.",
    405: "Not this method.",
    409: "It clashes with what is there.",
    412: "Somebody else changed it first.",
    413: "The body is too large.",
    415: "Send JSON.",
    422: "A rule says no.",
    428: "Send If-Match.",
    429: "Too many requests.",
    503: "Busy; try again.",
}


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """Error responses for `extend_schema(responses=...)`; those that any call may get are always there."""
    return {status: OpenApiResponse(ErrorBody, _MEANINGS[status]) for status in {*statuses, 400, 401, 403, 429, 503}}


def header(name: str, text: str, *, required: bool = False) -> OpenApiParameter:
    """A request header."""
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required, description=text)


def query(name: str, type: Any, text: str, *, required: bool = False) -> OpenApiParameter:
    """A query parameter."""
    return OpenApiParameter(name, type, OpenApiParameter.QUERY, required=required, description=text)


IF_MATCH = header("If-Match", "ETag of the version that you change.")
IDEMPOTENCY_KEY = header("Idempotency-Key", "The same key with the same body gets the same answer.")
PAGING = [
    query("page", int, "Number of the page, from 1."),
    query("limit", int, "Rows a page, 50 if absent, 200 at most."),
    query("after", str, "Id of the last row seen: quicker than a page number."),
    query("count", bool, "With `true` the header X-Total-Count says how many rows there are."),
    query("fields", str, "With `all` every row has the full shape."),
]
DATE = OpenApiTypes.DATE
