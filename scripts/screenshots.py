"""Pictures of the front desk's pages, for the README and for whoever reviews a change: `python -m scripts.screenshots`.

Starts a demo clinic of its own in a time zone in which it is the middle of the morning, so that the day is under way,
and keeps every page as on a desktop, a tablet, a phone and in the dark, as PNG of few colours. Names of pages choose
some of them: `python -m scripts.screenshots day board`. Needs Chromium.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from scripts.processes import free_port, spawn, stop
from scripts.tree import ROOT

FOLDER = ROOT / "docs" / "screenshots"
MOST_BYTES = 150_000
MORNING_HOUR = 10
START_SECONDS = 300
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
COLOURS = (256, 128, 64, 32)
_RECORD = re.compile(r"/patients/[0-9a-f]{24}/")
_MOST_BEHIND = 12  # hours; beyond that it is ten on the other side of the date line
_ENTRIES = 4  # on the card, at least, so that there is something to see
_PASSWORD = re.compile(r"Password of all of them: (\S+)")


@dataclass(frozen=True)
class Shot:
    """One page: where it is, who looks at it, and what is clicked first. A `{visit}` is the first on the day,
    a `{chart}` that of a patient with wires in the mouth."""

    path: str
    who: str = "rita"
    click: str = ""


@dataclass(frozen=True)
class Size:
    """One screen."""

    width: int
    height: int
    touch: bool = False
    dark: bool = False


SHOTS: Mapping[str, Shot] = {
    "home": Shot("/"),
    "day": Shot("/schedule/{today}/"),
    "week": Shot("/schedule/week/{today}/", who="dana"),
    "month": Shot("/schedule/month/{month}/"),
    "board": Shot("/board/"),
    "my-day": Shot("/my-day/", who="dana"),
    "booking": Shot("/appointments/new/"),
    "visit": Shot("{visit}"),
    "lists": Shot("/lists/"),
    "to-confirm": Shot("/lists/unconfirmed/"),
    "checkout": Shot("{visit}checkout/"),
    "wait-list": Shot("/wait-list/"),
    "close-the-day": Shot("/close-day/{today}/"),
    "doctors-home": Shot("/", who="dana"),
    "chart": Shot("{chart}", who="dana"),
    "entry": Shot("{chart}", who="dana", click="form[action$='/entries/new/'] button"),
    "exams": Shot("{chart}exams/", who="dana"),
    "teeth": Shot("{chart}teeth/", who="dana"),
    "plan": Shot("{chart}plan/", who="dana"),
    "appliances": Shot("{chart}appliances/", who="dana"),
    "templates": Shot("/setup/day-templates/", who="ada"),
    "types": Shot("/setup/types/", who="ada"),
    "day-sheet": Shot("/schedule/{today}/sheet/"),
}
SIZES: Mapping[str, Size] = {
    "": Size(1440, 900),
    "-tablet": Size(1024, 768, touch=True),
    "-phone": Size(390, 844, touch=True),
    "-dark": Size(1440, 900, dark=True),
}


def main() -> int:
    """Take all pictures, or those of the pages that are named; 1 if a page is not there."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("pages", nargs="*", metavar="page", help=", ".join(SHOTS))
    wanted = reader.parse_args().pages or list(SHOTS)
    if unknown := set(wanted) - SHOTS.keys():
        reader.error(f"no such page: {', '.join(sorted(unknown))}")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        reader.error("install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    missing: set[str] = set()
    with _clinic() as (address, password, zone), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for suffix, size in SIZES.items():
            for name in _take(browser, address, password, zone, size, wanted, suffix):
                missing.add(name)
        browser.close()
    for name in sorted(missing):
        print(f"{name}: there is no page at {SHOTS[name].path}", file=sys.stderr)
    return bool(missing)


@contextmanager
def _clinic() -> Iterator[tuple[str, str, ZoneInfo]]:
    """A demo clinic in a folder of its own: its address, its people's password, its time zone."""
    zone, port = _zone_in_the_morning(datetime.now(UTC)), free_port()
    with tempfile.TemporaryDirectory() as data, (Path(data) / "log").open("w+b") as log:
        given = {"DATA_DIR": data, "PORT": str(port), "HOST": "127.0.0.1", "DEMO": "1", "CLINIC_TIME_ZONE": zone.key}
        os.environ.update(given)
        process = spawn([sys.executable, str(ROOT / "manage.py"), "serve"], log)
        try:
            address = f"http://127.0.0.1:{port}"
            yield address, _password(address, log, process), zone
        finally:
            stop([process])


def _zone_in_the_morning(now: datetime) -> ZoneInfo:
    """A whole-hour zone in which it is about ten. Etc/GMT+3 is three hours behind UTC."""
    behind = now.hour - MORNING_HOUR
    behind -= 24 if behind > _MOST_BEHIND else 0
    return ZoneInfo(f"Etc/GMT{behind:+d}" if behind else "Etc/GMT")


def _password(address: str, log: IO[bytes], process: Any) -> str:
    """Waits until the clinic is open. Raises RuntimeError with what it said if it does not open."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(1)
        log.seek(0)
        found = _PASSWORD.search(log.read().decode())
        if found and _is_open(address):
            return found[1]
    log.seek(0)
    raise RuntimeError(log.read().decode())


def _is_open(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def _take(
    browser: Browser, address: str, password: str, zone: ZoneInfo, size: Size, wanted: list[str], suffix: str
) -> Iterator[str]:
    """The pictures of one screen; gives the names of pages that are not there."""
    pages: dict[str, Page] = {}
    for name in wanted:
        shot = SHOTS[name]
        page = pages.get(shot.who) or pages.setdefault(shot.who, _sign_in(browser, address, shot.who, password, size))
        answer = page.goto(_path(page, shot, datetime.now(zone)))
        if answer is None or not answer.ok:
            yield name
            continue
        if shot.click:
            page.locator(shot.click).first.click()
        page.wait_for_load_state("networkidle")
        _keep(FOLDER / f"{name}{suffix}.png", page.screenshot(animations="disabled"))
    for page in pages.values():
        page.context.close()


def _sign_in(browser: Browser, address: str, who: str, password: str, size: Size) -> Page:
    context = browser.new_context(
        base_url=address,
        viewport={"width": size.width, "height": size.height},
        has_touch=size.touch,
        color_scheme="dark" if size.dark else "light",
        locale="en-GB",
    )
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(f"{who}@demo.example")
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    return page


def _path(page: Page, shot: Shot, now: datetime) -> str:
    if "{chart}" in shot.path:
        return shot.path.format(chart=_chart(page))
    if "{visit}" not in shot.path:
        return shot.path.format(today=now.date(), month=f"{now:%Y-%m}")
    page.goto(f"/schedule/{now.date()}/?by=list")
    found = page.locator("a[href^='/appointments/']:not([href*='/new/'])").first.get_attribute("href")
    return shot.path.format(visit=found)


def _chart(page: Page) -> str:
    """The chart of the first patient under treatment who wears wires."""
    page.goto("/patients/?status=active")
    records = page.locator("main a[href^='/patients/']").evaluate_all("links => links.map(link => link.pathname)")
    for record in dict.fromkeys(path for path in records if _RECORD.fullmatch(path)):
        page.goto(f"{record}chart/")
        if page.locator(".chart-head .chart-head__wire").count() and page.locator("article").count() > _ENTRIES:
            return f"{record}chart/"
    raise RuntimeError("nobody wears wires")


def _keep(path: Path, picture: bytes) -> None:
    """As few colours as it takes to stay small. Raises RuntimeError for a page that no palette makes small enough."""
    with Image.open(BytesIO(picture)) as whole:
        flat = whole.convert("RGB")
    for colours in COLOURS:
        target = BytesIO()
        # Without dithering: the text stays sharp and the file small.
        palette = Image.Quantize.MAXCOVERAGE  # a type's colour on one visit stays what it is
        flat.quantize(colours, palette, kmeans=1, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
        if target.tell() <= MOST_BYTES:
            path.write_bytes(target.getvalue())
            print(f"{path.relative_to(ROOT)}  {target.tell() // 1000} kB, {colours} colours")
            return
    raise RuntimeError(f"{path.name} stays larger than {MOST_BYTES // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
