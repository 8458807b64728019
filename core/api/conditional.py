"""ETag and If-Match: nobody overwrites what they have not seen."""

from django.http import HttpRequest

from core.errors import PreconditionRequired, Stale
from core.models import Record


def etag(record: Record) -> str:
    """The record's version as an entity tag."""
    return f'"{record.version}"'


def check_if_match(request: HttpRequest, record: Record, *, required: bool = True) -> None:
    """Raises PreconditionRequired without the header, Stale with an old one.

    `W/` is ignored and `*` accepted, so that a proxy that compresses changes nothing.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        if required:
            raise PreconditionRequired
        return
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    if "*" not in tags and etag(record) not in tags:
        raise Stale
