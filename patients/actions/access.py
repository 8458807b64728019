"""Exceptions from the general rights: sensitive charts, grants on one chart, and sign-ins for the portal."""

from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from accounts.actions import registration
from accounts.models import User
from accounts.permissions import Permission, require
from core import audit
from core.actions import audited
from core.errors import Refused
from patients import rules
from patients.models import Patient, Relationship
from patients.models.grants import OPEN_CHART, forget_grants, granted_patient_ids
from patients.rules import Event


@audited
def set_sensitive(*, by: User, patient: Patient, sensitive: bool, reason: str = "") -> Patient:
    """Close the chart to everybody without a grant, or open it again; the treating doctor keeps access."""
    require(by, Permission.CHART_ACCESS_GRANT)
    reason = rules.one_line(reason)
    changes = patient.change(sensitive=sensitive)
    if not changes:
        audit.no_change(by, Event.PATIENT_SENSITIVE_SET, patient)
        return patient
    audit.record(by, Event.PATIENT_SENSITIVE_SET, patient, patient_id=patient.pk, changes=changes, reason=reason)
    if sensitive and patient.treating_doctor:
        grant_access(by=by, patient=patient, user=patient.treating_doctor)
    return patient


@audited
def grant_access(*, by: User, patient: Patient, user: User) -> Patient:
    """Let one member of staff open this one chart. Raises Refused (`not_staff`)."""
    require(by, Permission.CHART_ACCESS_GRANT)
    if not user.is_active or not user.works_here:
        message = _("Only active members of staff get access. Parents see a chart through the family.")
        raise Refused(message, code="not_staff", field="user")
    if patient.pk in granted_patient_ids(user):
        audit.no_change(by, Event.ACCESS_GRANTED, patient)
        return patient
    assign_perm(OPEN_CHART, user, patient)
    forget_grants(user)
    changes = {"user": [None, user.pk]}
    audit.record(by, Event.ACCESS_GRANTED, patient, patient_id=patient.pk, changes=changes)
    return patient


@audited
def withdraw_access(*, by: User, patient: Patient, user: User) -> None:
    """Take the grant back; what the person may do by role stays."""
    require(by, Permission.CHART_ACCESS_GRANT)
    if patient.pk not in granted_patient_ids(user):
        audit.no_change(by, Event.ACCESS_WITHDRAWN, patient)
        return
    remove_perm(OPEN_CHART, user, patient)
    forget_grants(user)
    changes = {"user": [user.pk, None]}
    audit.record(by, Event.ACCESS_WITHDRAWN, patient, patient_id=patient.pk, changes=changes)


@audited
def invite_patient(*, by: User, patient: Patient) -> User:
    """Give the patient a sign-in of their own, by a mailed link. Raises Refused (`no_email`, `email_taken` ...)."""
    require(by, Permission.PATIENT_EDIT)
    rules.check_current(patient)
    _check_invitable(patient.email, has_sign_in=patient.user_id is not None)
    user = registration.invite_patient(by=by, name=patient.name, email=patient.email)
    patient.change(user=user)
    audit.record(by, Event.PORTAL_INVITED, patient, patient_id=patient.pk, changes={"user": [None, user.pk]})
    return user


@audited
def invite_guardian(*, by: User, relationship: Relationship) -> User:
    """Give a guardian who may see the record a sign-in. Raises Refused (`may_not_sign_in`, `no_email` ...)."""
    require(by, Permission.PATIENT_EDIT)
    rules.check_current(relationship.patient)
    guardian = relationship.guardian
    if not relationship.is_running or not relationship.may_sign_in:
        message = _("First say that this person may see the record in the portal.")
        raise Refused(message, code="may_not_sign_in")
    _check_invitable(guardian.email, has_sign_in=guardian.user_id is not None)
    user = registration.invite_patient(by=by, name=guardian.name, email=guardian.email)
    guardian.change(user=user)
    changes = {"user": [None, user.pk]}
    audit.record(by, Event.PORTAL_INVITED, guardian, patient_id=relationship.patient_id, changes=changes)
    return user


def _check_invitable(email: str, *, has_sign_in: bool) -> None:
    if has_sign_in:
        raise Refused(_("This person has a sign-in already."), code="already_invited")
    if not email:
        raise Refused(_("First enter an e-mail for this person."), code="no_email", field="email")
    # An account is never attached because its e-mail fits: whoever typed the address proves nothing.
    if User.objects.by_email(email):
        message = _("Another sign-in uses this e-mail. Enter an e-mail that is this person's own.")
        raise Refused(message, code="email_taken", field="email")
