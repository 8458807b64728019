"""The family: who answers for the patient, and who may see the record."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.answers import me
from patients import actions
from patients.forms import GuardianChoiceForm, GuardianForm, RelationshipForm
from patients.models import Guardian, Patient, Relationship
from patients.views import fetch
from patients.views.parts import show_form

_KNOWN_AT_MOST = 50
_TEMPLATE = "patients/relationship_form.html"


@allow(Permission.PATIENT_EDIT)
def relationship_create(request: HttpRequest, pk: str) -> HttpResponse:
    """A guardian: a new person, or somebody of the same family name whom the clinic knows."""
    patient = fetch.patient(request, pk)
    data = request.POST or None
    known = known_guardians(me(request), patient)
    form = RelationshipForm(data)
    choice = GuardianChoiceForm(data, known=known)
    chosen = choice.cleaned_data.get("guardian") if choice.is_valid() else None
    person = GuardianForm(None if chosen else data, initial={"family_name": patient.family_name})
    if request.method == "POST" and choice.is_valid() and (chosen or person.is_valid()):
        details = None if chosen else person.cleaned_data
        if _added(request, form, patient, chosen, details):
            return _back(request, pk, _("The family has been changed."))
    elif request.method == "POST":
        form.is_valid()
        form.status, form.code = 400, "invalid"
    title = _("New family member")
    forms = {"choice": choice if known else None, "person": person}
    return show_form(request, patient, form, title=title, submit=_("Add"), template=_TEMPLATE, **forms)


def _added(
    request: HttpRequest,
    form: RelationshipForm,
    patient: Patient,
    chosen: Guardian | None,
    details: dict[str, object] | None,
) -> Relationship | None:
    return form.submit(
        lambda _data: actions.add_guardian(
            by=me(request), patient=patient, terms=form.values, guardian=chosen, person=details
        )
    )


@allow(Permission.PATIENT_EDIT)
def relationship_edit(request: HttpRequest, pk: str, relationship_pk: str) -> HttpResponse:
    """What the person is to the patient, and how to reach them."""
    patient = fetch.patient(request, pk)
    relationship = fetch.relationship(request, patient, relationship_pk)
    form = RelationshipForm(request.POST or None, instance=relationship)
    form.carry_version(relationship.version)
    person = GuardianForm(request.POST or None, instance=relationship.guardian)
    if request.method == "POST" and person.is_valid():
        saved = form.submit(
            lambda _data: actions.change_family_member(
                by=me(request),
                relationship=relationship,
                version=form.seen_version,
                terms=form.values,
                person=person.cleaned_data,
            )
        )
        if saved:
            return _back(request, pk, _("Saved."))
    elif request.method == "POST":
        form.is_valid()
        form.status, form.code = 400, "invalid"
    title = relationship.guardian.name
    return show_form(request, patient, form, title=title, submit=_("Save"), template=_TEMPLATE, person=person)


@allow(Permission.PATIENT_EDIT)
@require_POST
def relationship_end(request: HttpRequest, pk: str, relationship_pk: str) -> HttpResponse:
    """From today on this person sees and decides nothing any more."""
    patient = fetch.patient(request, pk)
    actions.end_relationship(by=me(request), relationship=fetch.relationship(request, patient, relationship_pk))
    return _back(request, pk, _("The relationship has been ended."))


@allow(Permission.PATIENT_EDIT)
@require_POST
def relationship_invite(request: HttpRequest, pk: str, relationship_pk: str) -> HttpResponse:
    """Mail the guardian a link to the portal."""
    relationship = fetch.relationship(request, fetch.patient(request, pk), relationship_pk)
    user = actions.invite_guardian(by=me(request), relationship=relationship)
    return _back(request, pk, _("An invitation has been sent to %(email)s.") % {"email": user.email})


@allow(Permission.PATIENT_EDIT)
@require_POST
def patient_invite(request: HttpRequest, pk: str) -> HttpResponse:
    """Mail the patient a link to the portal."""
    user = actions.invite_patient(by=me(request), patient=fetch.patient(request, pk))
    return _back(request, pk, _("An invitation has been sent to %(email)s.") % {"email": user.email})


def known_guardians(user: User, patient: Patient) -> list[Guardian]:
    """Guardians with the patient's family name, who are not in the family yet."""
    rows = Relationship.objects.visible_to(user).running().filter(patient=patient)
    taken = set(rows.values_list("guardian_id", flat=True))
    found = Guardian.objects.visible_to(user).found_by(patient.family_name)[:_KNOWN_AT_MOST]
    return [guardian for guardian in found if guardian.pk not in taken]


def _back(request: HttpRequest, pk: str, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("patients:patient-detail", pk)
