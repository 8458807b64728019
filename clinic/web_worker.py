"""gunicorn's threaded worker, which when it is asked to stop also stops looking as if it were there."""

from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]


class Worker(ThreadWorker):  # type: ignore[misc]
    """Closes its door at once and finishes what is inside.

    The original leaves the socket open while it finishes: the kernel goes on taking connections, which are cut when
    the worker ends. A proxy cannot know that a booking sent there was never read; a closed door sends it elsewhere.
    """

    sockets: list[Any]
    alive: bool

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or cease to take connections; when stopping, take those that wait already and close."""
        if not enabled and not self.alive:
            for listener in self.sockets:
                listener.setblocking(False)
                self._take_those_who_wait(listener)
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                listener.close()

    def _take_those_who_wait(self, listener: Any) -> None:
        before = -1
        while self.nr_conns > before:
            before = self.nr_conns
            with suppress(OSError):
                self.accept(listener)
