"""Screens that refresh themselves as static/js/live.js does, and people who tap on a board of their own."""

import html
import random
import re
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

_REGION = re.compile(r'data-live="([^"]+)"\s+data-live-tag="([^"]+)"')
# A ticket of the board and a block of the schedule both name their visit and its status, in one tag.
_SHOWN = re.compile(r'<[^>]*\bdata-visit="[^>]*>')
_VISIT, _STATUS = re.compile(r'data-visit="(\w+)"'), re.compile(r'data-status="(\w+)"')
_TAP = re.compile(
    r'action="(/board/([0-9a-f]{24})/step/)".*?name="expected"\s+value="(\w+)".*?name="to"\s+value="([^"]+)"', re.DOTALL
)
_CSRF = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')


_CLOCKS = 0.1  # seconds that the clocks of the screens are apart


@dataclass
class Poll:
    """One answer; `shown` is what the screen shows from then on."""

    asked: float
    answered: float
    status: int
    size: int
    shown: dict[str, str]


class Browser:
    """One connection with one session."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self.cookies = dict(cookies)
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[HTTPResponse, bytes]:
        """One request; connections that the server closed are opened again."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        headers = {"Cookie": cookie, "Accept-Encoding": "gzip"} | named
        for attempt in (1, 2):
            try:
                self.connection.request(method, path, body or None, headers)
                answer = self.connection.getresponse()
                self._keep(answer)
                return answer, answer.read()
            except (ConnectionError, OSError):
                self.connection.close()
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _keep(self, answer: HTTPResponse) -> None:
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _is, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value


def _text(answer: HTTPResponse, content: bytes) -> str:
    import gzip

    return (gzip.decompress(content) if answer.headers.get("Content-Encoding") == "gzip" else content).decode()


@dataclass
class Screen:
    """One board or schedule that asks every few seconds whether anything has changed."""

    browser: Browser
    address: str
    seconds: float
    polls: list[Poll] = field(default_factory=list)

    @property
    def is_board(self) -> bool:
        """A board, or else a schedule."""
        return self.address.startswith("/board/")

    def run(self, stop: threading.Event) -> None:
        """Open the page, then poll until told to stop, all screens at the same moments."""
        answer, content = self.browser.ask("GET", self.address)
        found = _REGION.search(_text(answer, content))
        assert answer.status == 200 and found, f"{self.address}: {answer.status}, no live part"
        path, tag, shown = html.unescape(found[1]), html.unescape(found[2]), _read(_text(answer, content))
        stop.wait(self._until_next())
        while not stop.is_set():
            asked = time.time()
            answer, content = self.browser.ask("GET", path, X_Clinic_Poll="wide", If_None_Match=tag)
            if answer.status == 200:
                tag, shown = answer.headers["ETag"], _read(_text(answer, content))
            self.polls.append(Poll(asked, time.time(), answer.status, len(content), shown))
            stop.wait(self._until_next())

    def _until_next(self) -> float:
        return self.seconds - time.time() % self.seconds + random.uniform(0, _CLOCKS)  # noqa: S311 - guards nothing


def _read(page: str) -> dict[str, str]:
    """Every visit that the page shows, with its status."""
    tags = [(_VISIT.search(tag), _STATUS.search(tag)) for tag in _SHOWN.findall(page)]
    return {visit[1]: status[1] for visit, status in tags if visit and status}


@dataclass
class Tapper:
    """Somebody who taps what comes next on a board that is read now and then, so some taps come too late."""

    browser: Browser
    address: str
    seed: int
    done: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def run(self, changes: threading.Semaphore, gap: float) -> None:
        """Tap until all changes are made."""
        chance = random.Random(self.seed)  # noqa: S311 - a rehearsal
        taps: list[tuple[str, str, str, str]] = []
        token = ""
        while changes.acquire(blocking=False):
            if len(self.done) % 4 == 0 or not taps:
                page = _text(*self.browser.ask("GET", self.address))
                taps = [found.groups() for form in page.split("<form") if (found := _TAP.search(form))]  # type: ignore[misc]
                token = html.unescape(_CSRF.findall(page)[0])
            action, visit, expected, to = taps.pop(chance.randrange(len(taps)))
            body = urlencode({"expected": expected, "to": to})
            answer, content = self.browser.ask(
                "POST",
                action,
                body,
                X_Clinic_Tap="1",
                X_CSRFToken=token,
                Content_Type="application/x-www-form-urlencoded",
            )
            if answer.status == 204:
                self.done.append((visit, to.partition(" ")[0]))
            else:
                assert answer.status == 409, (answer.status, content[:200])
                self.refused.append(content.decode())
                changes.release()  # what was refused has changed nothing
            time.sleep(chance.uniform(0.5, 1.5) * gap)
