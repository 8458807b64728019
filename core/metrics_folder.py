"""A folder for the figures of the processes that belong together: one web server's workers, or all that `serve` runs.

It has to be claimed before prometheus_client is imported, so nothing here imports it.
"""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# In memory where there is such a place: writing to a mapped file on a full disk would kill the process.
MEMORY = Path("/dev/shm")  # noqa: S108 - only names made by mkdtemp
_PREFIX, _LOCK = "clinic-metrics-", "lock"
_held: list[int] = []


def claim(data: Path) -> Path:
    """Make a folder for this process and those it starts, in memory or else in `data`; remove what others left behind.

    The lock in it is the claim: the kernel takes it back when the last process that inherited it ends.
    """
    parent = MEMORY if os.access(MEMORY, os.W_OK) else data
    for other in parent.glob(f"{_PREFIX}*"):
        _remove_if_left(other)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    unlocked = folder / "unlocked"
    handle = os.open(unlocked, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    unlocked.rename(folder / _LOCK)
    _held.append(handle)
    os.environ[FOLDER_VARIABLE] = str(folder)
    return folder


def _remove_if_left(folder: Path) -> None:
    with suppress(OSError):  # in use (BlockingIOError), somebody else's, or being removed
        handle = os.open(folder / _LOCK, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)
