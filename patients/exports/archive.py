"""One patient's whole record as a ZIP: record.json, files, a README and a manifest of SHA-256 digests."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.template.loader import render_to_string

from core import clock
from patients.exports import registry
from patients.exports.people import display_names
from patients.exports.purpose import Purpose
from patients.exports.registry import RecordFile, Request
from patients.exports.tables import closed_on_failure

MANIFEST = "manifest.sha256"
_IN_MEMORY = 4 * 1024 * 1024
_BLOCK = 64 * 1024


@dataclass(frozen=True)
class Archive:
    """The packed file, and the digest of its manifest: it names exactly this content."""

    file: IO[bytes]
    sha256: str


def pack(request: Request, purpose: Purpose) -> Archive:
    """Everything this reader may have. The right to it has been checked."""
    target = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the answer closes it
    with closed_on_failure(target):
        digests: list[tuple[str, str]] = []
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in _contents(request, purpose):
                with file.open() as source:
                    digests.append((_add(packed, file.name, source), file.name))
            # As `sha256sum -c` reads it: digest, two blanks, name.
            manifest = "".join(f"{digest}  {name}\n" for digest, name in digests)
            sha256 = _add(packed, MANIFEST, BytesIO(manifest.encode()))
    return Archive(target, sha256)


def _contents(request: Request, purpose: Purpose) -> Iterator[RecordFile]:
    files = [file for source in registry.files for file in source(request)]
    names = [f"files/{file.name}" for file in files]
    record = _record(request, purpose) | {"files": names}
    yield _text("record.json", json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    yield from (RecordFile(name, file.open) for name, file in zip(names, files, strict=True))
    values = {"record": record, "clinic_name": settings.CLINIC_NAME, "reader": request.reader.value, "names": names}
    yield _text("README.txt", render_to_string("patients/export_readme.txt", values))


def _record(request: Request, purpose: Purpose) -> dict[str, Any]:
    head = {
        "format": "patient-record",
        "formatVersion": 1,
        "clinic": settings.CLINIC_NAME,
        "madeAt": clock.iso(clock.now()),
        "madeBy": display_names([request.user.pk])[request.user.pk],
        "recipient": purpose.recipient,
        "reason": purpose.reason,
    }
    parts = [(part.key, part.load(request)) for part in sorted(registry.parts)]
    return head | {key: told for key, told in parts if told is not None}


def _text(name: str, text: str) -> RecordFile:
    return RecordFile(name, lambda: BytesIO(text.encode()))


def _add(packed: zipfile.ZipFile, name: str, source: IO[bytes]) -> str:
    """Copy block by block; the digest of what was written."""
    digest = hashlib.sha256()
    info = zipfile.ZipInfo(name, clock.wall(clock.now()).timetuple()[:6])
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    with packed.open(info, "w") as entry:
        while block := source.read(_BLOCK):
            digest.update(block)
            entry.write(block)
    return digest.hexdigest()
