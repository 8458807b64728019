"""Consent signed on screen: the words, their hash, the name and the drawn signature. Nothing changes it afterwards."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from charting.actions.present import check_present
from charting.models import Plan, PlanOption, SignedConsent
from charting.rules import signatures
from charting.rules.events import Event
from charting.rules.visits import check_note
from core import audit, clock
from core.actions import audited
from core.errors import Refused, Stale
from patients import actions as patients_actions
from patients.holding import hold
from patients.rules import ConsentKind, one_line

NAME_LENGTH = 200


@audited
def sign_consent(*, by: User, plan: Plan, version: int, text: str, signer: str, drawn: str) -> SignedConsent:
    """The patient or a parent agrees to the treatment in these words, before `by`.

    `drawn` is the signature's strokes as an SVG path. Raises Refused (`no_option_chosen`, `invalid`, `too_long`,
    `signature_missing`, `signature_invalid`), Stale when the plan has changed since the words were read.
    """
    require(by, Permission.CHART_DRAFT)
    patient = plan.patient
    hold(patient)
    check_present(plan)
    if plan.version != version:
        raise Stale
    # read-scope: the person sees the patient
    if not PlanOption.objects.filter(plan_id=plan.pk, is_chosen=True).exists():
        raise Refused(_("Choose an option first: that is what is agreed to."), code="no_option_chosen")
    text, signer = signatures.tidied(text), one_line(signer)
    _check_said(text, signer)
    signatures.check_drawn(drawn)
    consent = patients_actions.give_consent(
        by=by, patient=patient, kind=ConsentKind.TREATMENT, given_by=signer, given_on=clock.today()
    )
    made = SignedConsent.objects.create(
        patient=patient,
        by=by,
        consent=consent,
        plan=plan,
        text=text,
        text_hash=signatures.hash_of(text),
        signer=signer,
        drawn=drawn,
    )
    changes = audit.snapshot(made, "consent_id", "plan_id", "text_hash", "signer")
    audit.record(by, Event.CONSENT_SIGNED, made, patient_id=patient.pk, changes=changes)
    return made


def _check_said(text: str, signer: str) -> None:
    if not text:
        raise Refused(_("Say what is agreed to."), code="invalid", field="text")
    check_note(text, field="text")
    if not signer:
        raise Refused(_("Write the name of the person who signs."), code="invalid", field="signer")
    if len(signer) > NAME_LENGTH:
        message = _("At most %(most)s characters fit here.") % {"most": NAME_LENGTH}
        raise Refused(message, code="too_long", field="signer")
