"""A photo as it is kept: small, and without the place and time that cameras write into it."""

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.errors import Refused

MOST_BYTES: Final = 8 * 1024 * 1024
SIDE: Final = 512  # pixels
_MOST_PIXELS: Final = 50_000_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True)
class Photo:
    """A checked photo, re-encoded; made by `read` only."""

    jpeg: bytes


def read(content: bytes, *, side: int = SIDE) -> Photo:
    """Check by what the bytes are, not by their name, and make them small. Raises Refused (`not_a_photo`)."""
    if len(content) > MOST_BYTES:
        raise Refused(_("The file is larger than 8 MB."), code="not_a_photo", field="photo")
    try:
        return Photo(_encoded(content, side))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        message = _("This is not a photo that can be read. Choose a JPEG, PNG or WebP file.")
        raise Refused(message, code="not_a_photo", field="photo") from error


def _encoded(content: bytes, side: int) -> bytes:
    with Image.open(BytesIO(content), formats=_FORMATS) as image:
        if image.width * image.height > _MOST_PIXELS:
            raise ValueError
        turned = ImageOps.exif_transpose(image).convert("RGB")
    turned.thumbnail((side, side))
    target = BytesIO()
    turned.save(target, "JPEG", quality=85, optimize=True)
    return target.getvalue()
