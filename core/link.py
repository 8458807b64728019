"""The link to a server that can be done without: after a failure it rests, so that a dead one slows nobody down."""

import threading
import time

import structlog

REST_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Link:
    """Remembers, for this process, that a server failed.

    For `seconds` nobody asks again; then one caller tries, and everybody follows once it works.
    """

    def __init__(self, server: str, seconds: float = REST_SECONDS) -> None:
        self._server = server
        self._seconds = seconds
        self._lock = threading.Lock()
        self._broken = False
        self._rests_until = 0.0

    def may_ask(self) -> bool:
        """Call before a request: whether the server is to be asked now."""
        if not self._broken:
            return True
        with self._lock:
            if time.monotonic() < self._rests_until:
                return False
            self._rests_until = time.monotonic() + self._seconds
        return True

    def failed(self, why: str) -> None:
        """Rest; the first failure is logged. `why` names no address."""
        with self._lock:
            first, self._broken = not self._broken, True
            self._rests_until = time.monotonic() + self._seconds
        if first:
            log.warning(f"{self._server}_unavailable", why=why)

    def worked(self) -> None:
        """Everybody may ask again."""
        if not self._broken:
            return
        with self._lock:
            self._broken = False
        log.warning(f"{self._server}_back")
