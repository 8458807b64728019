"""Photos in a ZIP file, named by the number of the patient. Nothing is ever unpacked to a folder."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import IO, ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.errors import Refused
from patients import actions, photos
from patients.imports import comparing
from patients.imports.kinds import Column, Kind, Pass, Plan, Result, SourceRow
from patients.imports.references import References
from patients.imports.refusals import BadFile
from patients.imports.states import Outcome
from patients.models import ImportedRecord, ImportRow, Patient
from patients.photos import Photo

MOST_PICTURES: Final = 20_000
_ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_ENCRYPTED: Final = 0x1
SLUG: Final = "photos"


def count(file: IO[bytes]) -> int:
    """How many pictures there are. Raises BadFile."""
    found = len(_entries(_archive(file)))
    if not found:
        raise BadFile(_("There are no photos in the ZIP file: names end in .jpg, .png or .webp."))
    return found


def rows(file: IO[bytes], start: int) -> Iterator[SourceRow]:
    """Picture by picture from `start` on; of one that is too large, nothing but its name is read."""
    archive = _archive(file)
    for number, entry in enumerate(_entries(archive)[start:], start + 1):
        name = PurePosixPath(entry.filename).name
        yield SourceRow(number, {"name": name}, content=_content(archive, entry))


def _archive(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BadFile(_("This is no ZIP file that can be read.")) from error


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    listed = archive.infolist()
    if len(listed) > 2 * MOST_PICTURES:
        raise BadFile(_("There are more than %(most)s files in it.") % {"most": MOST_PICTURES})
    if any(entry.flag_bits & _ENCRYPTED for entry in listed):
        raise BadFile(_("The ZIP file is locked with a password. Make it without one."))
    return [entry for entry in listed if _is_picture(entry)]


def _is_picture(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return not entry.is_dir() and not hidden and path.suffix.casefold() in _ENDINGS


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # Whatever the directory says of the size, no more than this is ever unpacked.
    try:
        with archive.open(entry) as file:
            return file.read(photos.MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError):
        return b""


class Pictures(Kind):
    """Photos of patients."""

    order: ClassVar = 30
    slug: ClassVar = SLUG
    label: ClassVar = gettext_lazy("Photos")
    about: ClassVar = gettext_lazy("A ZIP file of photos, each named by the patient's number: 4711.jpg.")
    takes_pictures: ClassVar = True

    @property
    def columns(self) -> tuple[Column, ...]:
        return ()

    def check_mapping(self, by: User, names: set[str]) -> None:
        return

    def plan(self, walk: Pass, rows: list[SourceRow], tried: Mapping[int, ImportRow]) -> Iterable[Plan]:
        stems = {row.number: PurePosixPath(row.cells["name"].replace("\\", "/")).stem for row in rows}
        known = References(walk.by, walk.imported.source, stems.values())
        people = {number: known.by_id(stem) or known.by_number(stem) for number, stem in stems.items()}
        ids = sorted({patient.pk for patient in people.values() if patient})
        found = ImportedRecord.objects.filter(source=walk.imported.source, kind=SLUG, external_id__in=ids)
        records = {record.external_id: record for record in found}
        for row in rows:
            patient = people[row.number]
            plan = _plan(walk, row, patient, records)
            plan.external_id = row.cells["name"][:80]
            if patient and plan.outcome != Outcome.REFUSED:
                walk.remember(row.number, patient.pk, "")
            yield plan


def _plan(walk: Pass, row: SourceRow, patient: Patient | None, records: Mapping[str, ImportedRecord]) -> Plan:
    if patient is None:
        return Plan.refused(row.number, _("No patient has this number."))
    if patient.is_archived:
        return Plan.refused(row.number, _("The record %(n)s is archived here.") % {"n": patient.chart_number})
    earlier = walk.rows_of_id.get(patient.pk, row.number)
    if earlier != row.number:
        return Plan.refused(row.number, _("Photo %(row)s is of the same patient.") % {"row": earlier})
    try:
        photo = photos.read(row.content or b"")
    except Refused as error:
        return Plan.refused(row.number, error.message)
    record = records.get(patient.pk)
    plan = Plan(row.number, Outcome.CREATE, patient.chart_number, object_id=patient.pk)
    if record and record.digest == _mark(row):
        plan.outcome = Outcome.SAME
    elif patient.photo and (record is None or record.seen.get("photo") != comparing.digest(patient.photo)):
        plan.outcome, plan.message = Outcome.KEPT, _("There is a photo here already.")
    else:
        plan.outcome = Outcome.UPDATE if patient.photo else Outcome.CREATE
        plan.write = partial(_write, walk, patient.pk, photo, _mark(row), plan.outcome)
    return plan


def _mark(row: SourceRow) -> str:
    return comparing.digest([len(row.content or b""), zlib.crc32(row.content or b"")])


def _write(walk: Pass, pk: str, photo: Photo, mark: str, outcome: Outcome) -> Result:
    patient = Patient.objects.visible_to(walk.by).get(pk=pk)
    actions.set_photo(by=walk.by, patient=patient, photo=photo)
    key = {"source": walk.imported.source, "kind": SLUG, "external_id": pk}
    record = ImportedRecord.objects.filter(**key).first() or ImportedRecord(**key)
    record.object_id, record.digest, record.seen = pk, mark, {"photo": comparing.digest(patient.photo)}
    record.save()
    return Result(outcome, patient.chart_number, pk)
