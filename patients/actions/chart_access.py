"""Who may open the one record after a merge, and giving that back."""

from collections.abc import Iterable
from dataclasses import dataclass

from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import User
from accounts.permissions import Permission
from core import audit
from patients.models import Patient
from patients.models.grants import OPEN_CHART, forget_grants, granted_user_ids
from patients.rules import Event


@dataclass(frozen=True)
class AccessChange:
    """Ids of the people who get a grant on the survivor, and of those who lose theirs."""

    give: list[str]
    withdraw: list[str]

    def as_json(self) -> dict[str, list[str]]:
        """As the snapshot keeps it."""
        return {"given": self.give, "withdrawn": self.withdraw}


def both_could_open(survivor: Patient, other: Patient, *, sensitive: bool) -> AccessChange:
    """A sensitive record is open to those who could open both; otherwise the grants on either one hold on."""
    mine, theirs = set(granted_user_ids(survivor)), set(granted_user_ids(other))
    kept = mine | theirs
    if sensitive:
        people = User.objects.filter(pk__in=kept)
        kept = {user.pk for user in people if _opens(user, survivor, mine) and _opens(user, other, theirs)}
    return AccessChange(give=sorted(kept - mine), withdraw=sorted(mine - kept))


def change(*, by: User, patient: Patient, give: Iterable[str], withdraw: Iterable[str]) -> None:
    """Write the grants that differ, each with its line in the audit."""
    present = set(granted_user_ids(patient))
    for user in User.objects.filter(pk__in=set(give) - present):
        assign_perm(OPEN_CHART, user, patient)
        _note(by, Event.ACCESS_GRANTED, patient, user, [None, user.pk])
    for user in User.objects.filter(pk__in=set(withdraw) & present):
        remove_perm(OPEN_CHART, user, patient)
        _note(by, Event.ACCESS_WITHDRAWN, patient, user, [user.pk, None])
    forget_grants(by)


def _opens(user: User, patient: Patient, granted: set[str]) -> bool:
    return user.pk in granted or (not patient.sensitive and user.may(Permission.PATIENT_READ))


def _note(by: User, event: Event, patient: Patient, user: User, pair: list[str | None]) -> None:
    forget_grants(user)
    audit.record(by, event, patient, patient_id=patient.pk, changes={"user": pair})
