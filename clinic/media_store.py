"""Photos in an S3-compatible store. Its libraries are large: Django imports this only where MEDIA_STORAGE is set."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _
from storages.backends.s3 import S3Storage  # type: ignore[import-untyped]

from core.errors import Refused

log = structlog.get_logger(__name__)
T = TypeVar("T")


class MediaStore(S3Storage):  # type: ignore[misc]
    """A bucket that nobody else reads. A store that does not answer is a refusal that says so, never half a change."""

    def __init__(self, **options: Any) -> None:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 2},
            # Stores that are not Amazon's do not know the newer check sums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(**options, client_config=config, file_overwrite=False, default_acl=None)

    def exists(self, name: str) -> bool:
        """Whether the file is there. Raises Refused."""
        return bool(_asked(lambda: super(MediaStore, self).exists(name)))

    def delete(self, name: str) -> None:
        """Remove the file. One that stays behind harms nobody: its name is known to no record any more."""
        try:
            super().delete(name)
        except (BotoCoreError, ClientError) as error:
            log.warning("photo_left_behind", why=type(error).__name__)

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        def read_all() -> File[Any]:
            file: File[Any] = super(MediaStore, self)._open(name, mode)
            file.file  # noqa: B018 - reads it, here where a failure is told kindly
            return file

        return _asked(read_all)

    def _save(self, name: str, content: File[Any]) -> str:
        return _asked(lambda: str(super(MediaStore, self)._save(name, content)))

    def url(self, name: str, *_args: Any, **_options: Any) -> str:
        """None: a signed address could be passed on."""
        raise NotImplementedError("photos are served by their view only")


def _asked(question: Callable[[], T]) -> T:
    try:
        return question()
    except (BotoCoreError, ClientError) as error:
        log.error("photo_store", why=type(error).__name__)
        raise Refused(_("Photos cannot be reached at the moment. Try again in a few minutes."), code="busy") from error
