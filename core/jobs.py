"""The job queue on Redis. What Redis cannot take is kept in the database, and the workers look there too.

So whoever asks for a job gets an answer whether Redis is there or not, and the job is done either way.
"""

import base64
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog
from django.db import close_old_connections
from huey.api import Huey
from huey.serializer import Serializer
from huey.storage import RedisStorage
from redis import ConnectionPool, Redis
from redis.exceptions import RedisError

from core import clock, crypto
from core.redis import LINK, GuardedRedis, patience

_PLACE = "job"
_WAIT_SECONDS = 1
# A worker waits for a job that long; a server that says nothing for longer is frozen.
_WORKER_PATIENCE_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Sealed(Serializer):  # type: ignore[misc]
    """Encrypts jobs: who reads Redis learns nothing, who writes to it cannot make a worker run anything."""

    def serialize(self, data: Any) -> bytes:
        """A job as it lies in the queue."""
        return crypto.encrypt(base64.b64encode(super().serialize(data)).decode(), place=_PLACE).encode()

    def deserialize(self, data: bytes) -> Any:
        """Back again. Raises Undecipherable for what is not ours."""
        return super().deserialize(base64.b64decode(crypto.decrypt(data.decode(), place=_PLACE)))


class QueueStorage(RedisStorage):  # type: ignore[misc]
    """Huey's storage with two connections: a quick one to give jobs, a patient one on which workers wait for them."""

    redis_client = GuardedRedis

    def __init__(self, name: str, *, url: str) -> None:
        super().__init__(name, connection_pool=ConnectionPool.from_url(url, **patience()))
        self._waiting = Redis.from_url(url, **patience(_WORKER_PATIENCE_SECONDS))

    def dequeue(self) -> bytes | None:
        """The next job; None after a second without one."""
        try:
            found: Any = self._waiting.brpop([self.queue_key], timeout=_WAIT_SECONDS)
        except RedisError as error:
            LINK.gave_up(error)
            time.sleep(_WAIT_SECONDS)
            return None
        LINK.worked()
        return found[1] if found else None

    def read_schedule(self, ts: datetime) -> list[bytes]:
        """Jobs whose time has come; none while Redis does not answer."""
        try:
            found = self._pop(keys=[self.schedule_key], args=[self.convert_ts(ts)], client=self._waiting)
        except RedisError as error:
            LINK.gave_up(error)
            return []
        return found or []


class RedisQueue(Huey):  # type: ignore[misc]
    """Huey on Redis. Nobody reads results or revokes jobs here, so neither is kept."""

    def __init__(self, name: str, *, url: str, immediate: bool = False) -> None:
        super().__init__(
            name, results=False, serializer=Sealed(), storage_class=QueueStorage, immediate=immediate, url=url
        )

    def enqueue(self, task: Any) -> None:
        """Give a job to the workers; it is kept in the database if Redis cannot take it."""
        try:
            super().enqueue(task)
        except RedisError:
            self._keep(task, clock.now())

    def add_schedule(self, task: Any) -> None:
        """The same for a job whose time comes later."""
        try:
            super().add_schedule(task)
        except RedisError:
            self._keep(task, task.eta.replace(tzinfo=UTC))

    def dequeue(self) -> Any:
        """The next job: first what was kept, then what Redis has."""
        close_old_connections()
        kept = _take()
        return self.deserialize_task(kept) if kept else super().dequeue()

    def is_revoked(self, *_args: Any, **_options: Any) -> bool:
        """Never: asking Redis between taking a job and doing it could lose it."""
        return False

    def delete(self, key: str) -> bool:
        """Clear what huey remembers of a job that is done; without Redis that must not cost the job its second try."""
        with suppress(RedisError):
            return bool(super().delete(key))
        return False

    def _keep(self, task: Any, due_at: datetime) -> None:
        # Models cannot be imported while Django is still loading the apps, and huey is one of them.
        from core.models import KeptJob

        KeptJob.objects.create(due_at=due_at, message=self.serialize_task(task).decode())
        log.warning("job_kept", job=task.name)


def _take() -> bytes | None:
    from core.models import KeptJob

    for job in KeptJob.objects.filter(due_at__lte=clock.now()).order_by("due_at")[:1]:
        if KeptJob.objects.filter(pk=job.pk).delete()[0] == 1:  # of several workers one gets it
            return job.message.encode()
    return None
