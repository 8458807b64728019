"""The key of the backups: BACKUP_KEY, BACKUP_KEY_FILE, or a file in the data folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from clinic import environment
from clinic.backup import BackupError

NAME = "BACKUP_KEY"


@dataclass(frozen=True)
class Key:
    """The secret text, the file in the data folder that holds it (None when a variable does), and whether it is new."""

    text: str
    path: Path | None = None
    is_new: bool = False


def kept_path() -> Path:
    """Where the key lies that was made by itself."""
    return Path(settings.DATA_DIR) / NAME.lower()


def for_backup() -> Key:
    """The key to encrypt with; made at random at the first backup. Raises BackupError."""
    is_new = not _is_given() and not kept_path().exists()
    return _read(is_new=is_new)


def for_restore() -> Key:
    """The key to open with; never a new one. Raises BackupError."""
    if not _is_given() and not kept_path().exists():
        raise BackupError(f"{NAME} is not given and there is no {kept_path()}: a backup opens only with its key.")
    return _read(is_new=False)


def _is_given() -> bool:
    return bool(os.environ.get(NAME) or os.environ.get(f"{NAME}_FILE"))


def _read(*, is_new: bool) -> Key:
    try:
        text = environment.secret(NAME, Path(settings.DATA_DIR))
    except OSError as error:
        raise BackupError(f"{NAME}: {kept_path()} cannot be used: {error.strerror}.") from error
    if len(text) < environment.SHORTEST_SECRET:
        raise BackupError(f"{NAME}: {kept_path()} is not a key that was made here.")
    return Key(text, None if _is_given() else kept_path(), is_new)
