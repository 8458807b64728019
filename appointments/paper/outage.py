"""The list of the next open day, kept as a file in DATA_DIR/outage: the clinic works on when the server is down.

It names patients with phones and alerts: the folder is its owner's alone (0700, files 0600), and after three days a
list is deleted.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import structlog
from anyascii import anyascii
from django.conf import settings
from django.utils.text import slugify

from accounts.models import User
from appointments.actions.paper import keep_evening_list
from appointments.calendar import Calendar
from appointments.models import Appointment, Location
from appointments.paper import day as paper
from appointments.paper import pdf
from core import clock

KEPT = timedelta(days=3)
_LOOK_AHEAD = 31  # days: over the longest holidays
_NAME = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})_[a-z0-9-]*_(?P<location>[0-9a-f]{24})\.(?P<form>pdf|html)")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Kept:
    """One list that lies in the folder."""

    path: Path
    day: date
    location_id: str
    form: str
    made_at: datetime

    @property
    def patient_ids(self) -> list[str]:
        """Whom it names; kept beside it for the audit of a download."""
        beside = _named_in(self.path)
        found: list[str] = json.loads(beside.read_text()) if beside.exists() else []
        return found


@dataclass(frozen=True)
class Failure:
    """An evening on which a location's list could not be made."""

    location_id: str
    at: datetime
    why: str


def folder() -> Path:
    """Where the lists lie."""
    return Path(settings.OUTAGE_ROOT)


def next_open_day(location: Location, after: date) -> date | None:
    """The first day after this one on which the location is open or somebody is booked all the same."""
    first, last = after + timedelta(days=1), after + timedelta(days=_LOOK_AHEAD)
    calendar = Calendar(first, last, [])
    start, end = clock.day_bounds(first)[0], clock.day_bounds(last)[1]
    rows = Appointment.objects.between(start, end).filter(location_id=location.pk).standing().order_by("start", "id")
    booked = rows.values_list("start", flat=True).first()
    busy = clock.wall(booked).date() if booked else None
    days = (first + timedelta(days=ahead) for ahead in range(_LOOK_AHEAD))
    return next((day for day in days if day == busy or calendar.spans(location.pk, None, day)), None)


def make(location: Location, *, by: User | None = None) -> Kept | None:
    """Write the list of the location's next open day; None if none is near. Raises OSError.

    Whoever asks for it, it opens no sensitive chart: everybody at the desk may take it.
    """
    day = next_open_day(location, clock.today())
    if day is None:
        return None
    lines = paper.read(location, day, None)
    content, form = _printed(location, day, lines)
    ids = list(dict.fromkeys(line.visit.patient_id for line in lines if line.patient))
    # The account comes first: rather a list in the audit that was never made than one made and not in the audit.
    keep_evening_list(by=by, location=location, day=day, patient_ids=ids, form=f"evening.{form}")
    name = f"{day}_{slugify(anyascii(location.name))[:40]}_{location.pk}.{form}"
    path = folder() / name
    _write(_named_in(path), json.dumps(ids).encode())
    _write(path, content)
    for old in _files_of(location.pk, day) - {path}:  # the same list in another form, or of another name
        _remove(old)
    _failed(location.pk).unlink(missing_ok=True)
    return _read(path)


def make_due() -> int:
    """What the job does every ten minutes: after the clinic's hour, each location's list, once. Returns how many.

    A list that fails is tried again; the others are made all the same.
    """
    drop_old()
    due = clock.at(clock.today(), time(settings.EVENING_LIST_HOUR))
    if clock.now() < due:
        return 0
    made = 0
    for location in Location.objects.filter(is_active=True):
        if any(kept.location_id == location.pk and kept.made_at >= due for kept in kept_lists()):
            continue
        try:
            made += make(location) is not None
        except Exception as error:  # noqa: BLE001 - whatever it is, the other locations need theirs
            fail(location, error)
    return made


def fail(location: Location, error: Exception) -> None:
    """Say in the log and on the page that a list is missing; of the error only its kind, which names nobody."""
    log.error("evening_list_failed", location=location.pk, exception=type(error).__qualname__)
    told = {"at": clock.iso(clock.now()), "why": type(error).__name__}
    try:
        _write(_failed(location.pk), json.dumps(told).encode())
    except OSError:
        log.error("evening_list_folder_cannot_be_written")


def kept_lists() -> list[Kept]:
    """The lists that lie there, the latest day first."""
    found = [kept for path in _paths() if (kept := _read(path))]
    return sorted(found, key=lambda kept: (kept.day, kept.made_at), reverse=True)


def find(location_id: str, day: date) -> Kept | None:
    """The list of this location and day."""
    return next((kept for kept in kept_lists() if (kept.location_id, kept.day) == (location_id, day)), None)


def failures() -> dict[str, Failure]:
    """What went wrong last, by location; a list that is made takes the line away."""
    found = {}
    for path in folder().glob("failed_*.json"):
        with suppress(OSError, ValueError):  # made in this instant after all
            told = json.loads(path.read_text())
            location_id = path.stem.removeprefix("failed_")
            found[location_id] = Failure(location_id, datetime.fromisoformat(told["at"]), told["why"])
    return found


def drop_old() -> None:
    """Delete the lists that were made more than three days ago."""
    for kept in kept_lists():
        if kept.made_at < clock.now() - KEPT:
            _remove(kept.path)


def _printed(location: Location, day: date, lines: list[paper.Line]) -> tuple[bytes, str]:
    """The list as a PDF; as a page that any browser opens where PDFs cannot be made."""
    page = pdf.document(
        "appointments/paper/_sheet.html",
        location=location,
        day=day,
        groups=paper.grouped(lines, "time"),
        count=len(lines),
        printed_at=clock.now(),
        order="time",
    )
    try:
        return pdf.make(page), "pdf"
    except pdf.NoPdf:
        return page.encode(), "html"


def _paths() -> Iterator[Path]:
    return folder().glob("*_*_*.*")


def _files_of(location_id: str, day: date) -> set[Path]:
    return {kept.path for kept in kept_lists() if (kept.location_id, kept.day) == (location_id, day)}


def _read(path: Path) -> Kept | None:
    parts = _NAME.fullmatch(path.name)
    try:
        made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:  # another process has just replaced or deleted it
        return None
    if parts is None:
        return None
    return Kept(path, date.fromisoformat(parts["day"]), parts["location"], parts["form"], made_at)


def _named_in(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _failed(location_id: str) -> Path:
    return folder() / f"failed_{location_id}.json"


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _named_in(path).unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, for the owner's eyes only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    now = clock.now().timestamp()
    os.utime(fresh, (now, now))
    fresh.replace(path)
