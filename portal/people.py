"""Whom a person sees in the portal: the own record first, then the children's, by name."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from patients.models import Patient
from patients.moved import missing
from patients.rules import CareStatus
from portal.visits import Shown


def people_of(user: User) -> list[Patient]:
    """Own and own children's records, not the archived ones; a grant or a job at the clinic opens nothing here."""
    mine = Patient.objects.visible_to(user).own_of(user)
    return sorted(mine, key=lambda patient: (patient.user_id != user.pk, patient.sort_key, patient.pk))


def person(user: User, pk: str) -> Patient:
    """One of them. Raises NotFound for everybody else's id and for unknown ones, Moved for one merged into theirs."""
    found = next((patient for patient in people_of(user) if patient.pk == pk), None)
    if found is None:
        raise missing(user, pk)
    return found


@dataclass(frozen=True)
class Card:
    """One person on the home page."""

    patient: Patient
    is_own: bool
    next_visit: Shown | None
    may_book: bool

    @property
    def first_name(self) -> str:
        """As the family calls the person."""
        return called(self.patient)

    @property
    def treatment(self) -> str:
        """Since when the treatment runs and until when it is planned; empty outside treatment."""
        patient = self.patient
        if patient.care_status != CareStatus.ACTIVE or patient.care_started_on is None:
            return ""
        since = date_format(patient.care_started_on, "F Y")
        if patient.estimated_completion_on is None:
            return _("In treatment since %(since)s.") % {"since": since}
        until = date_format(patient.estimated_completion_on, "F Y")
        return _("In treatment since %(since)s, planned until about %(until)s.") % {"since": since, "until": until}


def called(patient: Patient) -> str:
    """Preferred name, else given name, else the whole name."""
    return patient.preferred_name or patient.given_name or patient.name
