"""Static files under hashed names, compressed once at the start."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStore(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """With gzip alone: Brotli is here for WeasyPrint's fonts, and would take the first start 45 seconds more."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Makes one smaller copy of a file."""
        return Compressor(use_brotli=False, **kwargs)
