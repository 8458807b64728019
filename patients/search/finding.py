"""Finding patients: the engine's candidates in order, and of those only whom the person may see."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from patients import panels
from patients.models import Patient
from patients.search import engines, ranking
from patients.search.query import Query, parse
from patients.search.ranking import Hit

if TYPE_CHECKING:
    from accounts.models import User

LIMIT: Final = 20
_SPARE: Final = 40  # records read beyond the limit: some may be hidden, and ties are settled by name


@dataclass(frozen=True)
class Found:
    """A patient, and the words and digits of the record that met what was typed."""

    patient: Patient
    tokens: tuple[str, ...]


def find(text: str, *, by: "User", limit: int = LIMIT, archived: bool | None = None) -> list[Found]:
    """Those whom the text finds and this person may see, best first; at most `limit`.

    Archived records come after the others (`archived` None) or not at all (False), or alone (True). A text without
    a word or a number finds nobody.
    """
    hits = _hits(parse(text), archived, limit + _SPARE)
    rows = Patient.objects.visible_to(by).filter(pk__in=[hit.patient_id for hit in hits])
    if archived is not None:
        rows = rows.archived() if archived else rows.current()
    patients = {patient.pk: patient for patient in rows}
    today = _patients_of_today() if len(patients) > 1 else set()

    def order(hit: Hit) -> tuple[float, bool, bool, str, str]:
        patient = patients[hit.patient_id]
        return -hit.score, patient.is_archived, patient.pk not in today, patient.sort_key, patient.pk

    seen = sorted((hit for hit in hits if hit.patient_id in patients), key=order)
    return [Found(patients[hit.patient_id], hit.met) for hit in seen[:limit]]


def _hits(query: Query, archived: bool | None, most: int) -> list[Hit]:
    if query.is_empty:
        return []
    engine = engines.current()
    for reading in (query, *query.other_readings()):
        if hits := ranking.ranked(reading, engine.candidates(reading, archived=archived, most=engines.MOST), most):
            return hits
    return []


def _patients_of_today() -> set[str]:
    return {pk for ids in panels.patients_of_today for pk in ids()}
