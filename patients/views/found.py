"""What the search box says about each patient found, read with a fixed number of queries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from core.templatetags.ui import clock_date
from patients import panels, rules
from patients.models import Guardian, MedicalEntry, Patient
from patients.panels import PatientButton, VisitNote
from patients.search.finding import Found
from patients.search.highlight import Marker
from patients.search.query import Query

Fact = tuple[str, SafeString]  # what it is, and the marked text


@dataclass
class FoundRow:
    """One line of the box; its texts are escaped, and what met the search stands in <mark>."""

    patient: Patient
    name: SafeString
    known_as: SafeString  # the preferred name, if it was met
    born: SafeString
    chart: SafeString
    facts: list[Fact]  # what is not on every line, but met the search
    has_alert: bool = False
    visits: VisitNote = field(default_factory=VisitNote)
    buttons: list[PatientButton] = field(default_factory=list)


def rows_of(user: User, found: Sequence[Found], query: Query) -> list[FoundRow]:
    """The lines in the order of the hits."""
    patients = [hit.patient for hit in found]
    markers = [Marker(hit.tokens, query) for hit in found]
    alerts, notes = alerted(user, patients), _visit_notes(user, patients)
    buttons = [button for button in sorted(panels.buttons) if button.short and button.shown_to(user)]
    families = _families(patients, markers)
    rows = []
    for patient, marker in zip(patients, markers, strict=True):
        row = _row(patient, marker)
        row.facts += [_guardian(marker, person) for person in families.get(patient.pk, ())]
        row.has_alert, row.visits = patient.pk in alerts, notes.get(patient.pk, row.visits)
        row.buttons = [] if patient.is_archived else buttons
        rows.append(row)
    return rows


def alerted(user: User, patients: Sequence[Patient]) -> set[str]:
    """Ids of those of whom something critical is known, as far as this person may know it."""
    ids = [patient.pk for patient in patients]
    entries = MedicalEntry.objects.visible_to(user).filter(patient_id__in=ids).critical().running()
    return set(entries.values_list("patient_id", flat=True)) | {one.pk for one in patients if one.alerts}


def _visit_notes(user: User, patients: Sequence[Patient]) -> dict[str, VisitNote]:
    ids = [patient.pk for patient in patients]
    return {pk: note for load in panels.visit_notes for pk, note in load(user, ids).items()}


def _row(patient: Patient, marker: Marker) -> FoundRow:
    listed = patient.listed_name
    plain = marker.in_name(listed)
    preferred, former = patient.preferred_name, patient.former_name
    facts: list[Fact] = [(_("Formerly"), marker.name(former))] if marker.in_name(former) - plain else []
    return FoundRow(
        patient=patient,
        name=marker.name(listed),
        known_as=marker.name(preferred) if marker.in_name(preferred) - plain else SafeString(""),
        born=marker.born(patient.birth_date, clock_date(patient.birth_date)) if patient.birth_date else SafeString(""),
        chart=marker.chart(patient.chart_number),
        facts=[*facts, *_reached_at(marker, patient)],
    )


def _reached_at(marker: Marker, person: Patient | Guardian) -> Iterator[Fact]:
    """Phones and address of a person, those that met the search."""
    for number in (person.phone, person.phone_alternative):
        if marker.in_phone(number):
            yield _("Phone"), marker.phone(rules.readable_phone(number))
    if marker.in_email(person.email):
        yield _("E-mail"), marker.email(person.email)


# --- Guardians: asked for only where the record itself does not say what met the search


def _families(patients: Sequence[Patient], markers: Sequence[Marker]) -> dict[str, list[Guardian]]:
    """Of each patient the guardians who say why the patient was found."""
    pairs = zip(patients, markers, strict=True)
    asked = {one.pk: (marker, tokens) for one, marker in pairs if (tokens := _unexplained(marker, one))}
    if not asked:
        return {}
    # read-scope: families of patients whom the person may see
    families = Guardian.objects.families_of(asked)
    found: dict[str, list[Guardian]] = {}
    for pk, (marker, tokens) in asked.items():
        people = families.get(pk, [])
        found[pk] = [one for one in people if tokens & (marker.in_name(one.name) | _reaching(marker, one))]
    return found


def _unexplained(marker: Marker, patient: Patient) -> set[str]:
    own = (patient.listed_name, patient.preferred_name, patient.former_name)
    told = {token for name in own for token in marker.in_name(name)} | _reaching(marker, patient)
    told |= marker.in_chart(patient.chart_number)
    told |= marker.in_date(patient.birth_date) if patient.birth_date else set()
    return set(marker.tokens) - told


def _reaching(marker: Marker, person: Patient | Guardian) -> set[str]:
    return marker.in_phone(person.phone) | marker.in_phone(person.phone_alternative) | marker.in_email(person.email)


def _guardian(marker: Marker, person: Guardian) -> Fact:
    parts = [marker.name(person.name), *(text for _label, text in _reached_at(marker, person))]
    return _("Guardian"), format_html_join(", ", "{}", ((part,) for part in parts))
