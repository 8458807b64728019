"""Photos of appliances: kept where the photos of patients are, under names that nobody can guess."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from patients.photos import Photo


@contextmanager
def kept(photo: Photo | None) -> Iterator[str]:
    """The photo's name in the store, "" without one; gone again if what is done meanwhile fails."""
    if photo is None:
        yield ""
        return
    name = default_storage.save(f"photos/{secrets.token_hex(16)}.jpg", ContentFile(photo.jpeg))
    try:
        yield name
    except BaseException:
        default_storage.delete(name)
        raise
