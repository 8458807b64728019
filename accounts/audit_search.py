"""Reading the audit: which rows, in which order, with the names of those who acted."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from core import clock
from core.api.paging import beyond, in_order
from core.errors import Refused
from core.ids import is_id
from core.models import AuditEvent, AuditQuerySet

COLUMNS = ("at", "actor_id", "event", "object_type", "object_id", "patient_id", "source", "address", "outcome")
NEWEST_FIRST = "-at"
PAGE = 100
_CHUNK = 2000
_YEARS = range(1900, 2200)
_KNOWN_EVENTS_SECONDS = 300


@dataclass(frozen=True)
class AuditQuery:
    """Which rows; empty means all. Days are the clinic's, both included. `event` is a whole name or its beginning."""

    day_from: date | None = None
    day_to: date | None = None
    actor_id: str = ""
    event: str = ""
    patient_id: str = ""
    object_id: str = ""
    source: str = ""
    outcome: str = ""

    def facts(self) -> dict[str, Any]:
        """What was asked for, as the audit keeps it."""
        return {name: str(value) for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class AuditPage:
    """Rows and the ids from which the neighbouring pages start; empty where there is none."""

    rows: list[AuditEvent]
    before: str = ""
    after: str = ""


def rows_of(query: AuditQuery, *, by: User) -> AuditQuerySet:
    """The rows, for a person who may read the audit. Raises NotPermitted, Refused."""
    require(by, Permission.AUDIT_READ)
    rows = AuditEvent.objects.all()
    if query.day_from:
        rows = rows.filter(at__gte=clock.day_bounds(_sane(query.day_from, "from"))[0])
    if query.day_to:
        rows = rows.filter(at__lt=clock.day_bounds(_sane(query.day_to, "to"))[1])
    if query.event:
        rows = rows.filter(event__gte=query.event, event__lt=query.event + "\uffff")
    exact = {name: getattr(query, name) for name in ("actor_id", "patient_id", "object_id", "source", "outcome")}
    return rows.filter(**{name: value for name, value in exact.items() if value})


def person_id(text: str) -> str:
    """The id of the person with this e-mail or id; one that nobody has if it is unknown."""
    if not text or is_id(text):
        return text
    user = User.objects.by_email(text)
    return user.pk if user else "-"


def order_of(text: str) -> str:
    """The order that was asked for if it is one of the columns, else the newest first."""
    return text if text.removeprefix("-") in COLUMNS else NEWEST_FIRST


def page(rows: AuditQuerySet | None, *, sort: str, after: str = "", before: str = "") -> AuditPage:
    """One page after or before the row with this id; an id that is not in the list starts from the beginning."""
    if rows is None:
        return AuditPage([])
    anchor = rows.filter(pk=after or before).first() if is_id(after or before) else None
    if anchor is None:
        found = list(in_order(rows, sort)[: PAGE + 1])
        return AuditPage(found[:PAGE], "", _next(found))
    if after:
        found = list(in_order(beyond(rows, anchor, sort), sort)[: PAGE + 1])
        return AuditPage(found[:PAGE], found[0].pk if found else "", _next(found))
    back = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    found = list(in_order(beyond(rows, anchor, back), back)[: PAGE + 1])
    shown = found[:PAGE][::-1]
    return AuditPage(shown, shown[0].pk if len(found) > PAGE else "", shown[-1].pk if shown else "")


def in_chunks(rows: AuditQuerySet) -> Iterator[list[AuditEvent]]:
    """All rows, the newest first, a few thousand at a time."""
    chunk = list(in_order(rows, NEWEST_FIRST)[:_CHUNK])
    while chunk:
        yield chunk
        chunk = list(in_order(beyond(rows, chunk[-1], NEWEST_FIRST), NEWEST_FIRST)[:_CHUNK])


def names_of(rows: Iterable[AuditEvent]) -> dict[str, str]:
    """Names of those who acted, by id."""
    ids = {row.actor_id for row in rows if row.actor_id}
    return dict(User.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def known_events() -> list[str]:
    """Names of events that have happened, for suggestions."""

    def read() -> list[str]:
        return sorted(AuditEvent.objects.order_by().values_list("event", flat=True).distinct())

    events: list[str] = cache.get_or_set("audit/events", read, _KNOWN_EVENTS_SECONDS) or []
    return events


def _next(found: list[AuditEvent]) -> str:
    return found[PAGE - 1].pk if len(found) > PAGE else ""


def _sane(day: date, field: str) -> date:
    if day.year not in _YEARS:
        raise Refused(_("Give a day between 1900 and 2199."), code="invalid", field=field)
    return day
