"""Pages of a sorted list: by number, or by key (`after`), which stays quick at any depth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.errors import Refused
from core.ids import is_id

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_PAGE = 100_000

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows and the headers that go with them."""

    rows: list[M]
    headers: dict[str, str]


def page(request: HttpRequest, rows: models.QuerySet[M], *, sort: str) -> Page[M]:
    """Cut the page that the query string asks for. `sort` is an indexed field, `-field` backwards; ids break ties.

    Reads `limit` (50, at most 200), `page` or `after` (the id of the last row seen), `count`. Raises Refused (400).
    """
    limit = number(request, "limit", default=DEFAULT_LIMIT, most=MAX_LIMIT)
    headers: dict[str, str] = {}
    if flag(request, "count"):
        headers["X-Total-Count"] = str(rows.count())
    ordered = in_order(rows, sort)
    if "after" in request.GET:
        found = list(_after(ordered, request.GET["after"], sort)[: limit + 1])
        links = {"next": {"after": found[limit - 1].pk}} if len(found) > limit else {}
    else:
        current = number(request, "page", default=1, most=MAX_PAGE)
        start = (current - 1) * limit
        found = list(ordered[start : start + limit + 1])
        links = _links(current, more=len(found) > limit)
    return _made(request, found[:limit], links, headers)


def page_of(request: HttpRequest, rows: Sequence[M]) -> Page[M]:
    """The same for rows in an order of their own, such as the hits of a search: `after` is the id of one of them."""
    limit = number(request, "limit", default=DEFAULT_LIMIT, most=MAX_LIMIT)
    headers = {"X-Total-Count": str(len(rows))} if flag(request, "count") else {}
    if "after" in request.GET:
        places = [place for place, row in enumerate(rows) if row.pk == request.GET["after"]]
        if not places:
            raise _no_such_row()
        found = rows[places[0] + 1 :][: limit + 1]
        links = {"next": {"after": found[limit - 1].pk}} if len(found) > limit else {}
    else:
        current = number(request, "page", default=1, most=MAX_PAGE)
        found = rows[(current - 1) * limit :][: limit + 1]
        links = _links(current, more=len(found) > limit)
    return _made(request, list(found[:limit]), links, headers)


def number(request: HttpRequest, name: str, *, default: int, most: int) -> int:
    """A whole number from 1 to `most` out of the query string. Raises Refused (400)."""
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most and len(text) <= 9):
        message = _("Give a whole number from 1 to %(most)s.") % {"most": most}
        raise Refused(message, code="invalid", field=name)
    return int(text)


def in_order(rows: models.QuerySet[M], sort: str) -> models.QuerySet[M]:
    """Sorted by the field, ties by id in the same direction."""
    return rows.order_by(sort, "-id" if sort.startswith("-") else "id")


def beyond(rows: models.QuerySet[M], anchor: M, sort: str) -> models.QuerySet[M]:
    """The rows that come after `anchor` in this order."""
    field, way = sort.removeprefix("-"), "lt" if sort.startswith("-") else "gt"
    value = getattr(anchor, field)
    # The first bound lets every database use the index; the second drops the ties already seen.
    ties_too = rows.filter(**{f"{field}__{way}e": value})
    return ties_too.filter(Q(**{f"{field}__{way}": value}) | Q(**{f"id__{way}": anchor.pk}))


def flag(request: HttpRequest, name: str) -> bool:
    """`true` or `false` out of the query string; absent is false. Raises Refused (400)."""
    text = request.GET.get(name, "")
    if text not in {"", "true", "false"}:
        raise Refused(_("Give true or false."), code="invalid", field=name)
    return text == "true"


def _after(rows: models.QuerySet[M], last: str, sort: str) -> models.QuerySet[M]:
    anchor = rows.filter(pk=last).first() if is_id(last) else None
    if anchor is None:
        raise _no_such_row()
    return beyond(rows, anchor, sort)


def _no_such_row() -> Refused:
    return Refused(_("No row with this id is in the list."), code="invalid", field="after")


def _links(current: int, *, more: bool) -> dict[str, dict[str, Any]]:
    following = {"next": {"page": current + 1}} if more else {}
    return following | ({"prev": {"page": current - 1}} if current > 1 else {})


def _made(request: HttpRequest, rows: list[M], links: dict[str, dict[str, Any]], headers: dict[str, str]) -> Page[M]:
    if links:
        headers["Link"] = ", ".join(f'<{_url(request, query)}>; rel="{rel}"' for rel, query in links.items())
    return Page(rows, headers)


def _url(request: HttpRequest, replace: dict[str, Any]) -> str:
    query = {name: request.GET[name] for name in request.GET if name not in {"page", "after"}}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query | replace)}")
