"""Who of a family comes, what for, and when it suits."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User, with_profiles
from appointments.finding_times.families import IN_A_ROW, SIDE_BY_SIDE, FamilySearch, Member, Seat
from appointments.finding_times.forms import WishFields
from appointments.forms import ANY, DayField
from appointments.models import AppointmentType, NextVisit
from core import clock
from patients.models import Patient

_ARRANGEMENTS = [(IN_A_ROW, _("One after the other, in any order")), (SIDE_BY_SIDE, _("Side by side, at once"))]


class FamilyForm(WishFields):
    """One row for everybody of the family, and the wishes for all of them."""

    day = DayField(required=False)
    doctor = forms.ChoiceField(label=_("Doctor"), required=False)
    arrangement = forms.ChoiceField(
        label=_("How"), choices=_ARRANGEMENTS, initial=IN_A_ROW, required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, user: User, family: Sequence[Patient], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.family = list(family)
        self.types = {kind.code: kind for kind in AppointmentType.objects.visible_to(user)}
        self.doctors = {doctor.pk: doctor for doctor in with_profiles(User.objects.doctors())}
        self.dues = _earliest_dues(user, self.family)
        field = self.fields["doctor"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*ANY, *((pk, doctor.display_name) for pk, doctor in self.doctors.items())]
        for patient in self.family:
            self._add_row(patient)

    def _add_row(self, patient: Patient) -> None:
        choices = [(kind.code, f"{kind.code} · {kind.minutes} min · {kind.name}") for kind in self.types.values()]
        due = self.dues.get(patient.pk)
        usual = due.type.code if due and due.type else settings.DEFAULT_APPOINTMENT_TYPE
        self.fields[f"comes-{patient.pk}"] = forms.BooleanField(label=patient.name, required=False, initial=True)
        what = forms.ChoiceField(label=_("Type"), choices=choices, required=False, initial=usual)
        what.widget.attrs["aria-label"] = str(_("Type for %(name)s")) % {"name": patient.name}
        self.fields[f"type-{patient.pk}"] = what
        if due:
            named = due.type is not None and due.type.code == usual
            self.fields[f"due-{patient.pk}"] = forms.BooleanField(label=_("Due"), required=False, initial=named)

    def rows(self) -> list[dict[str, Any]]:
        """One for everybody: the patient, their fields, what is due."""
        return [
            {
                "patient": patient,
                "comes": self[f"comes-{patient.pk}"],
                "type": self[f"type-{patient.pk}"],
                "due": self.dues.get(patient.pk),
                "settles": self[f"due-{patient.pk}"] if patient.pk in self.dues else None,
            }
            for patient in self.family
        ]

    def members(self) -> list[Member]:
        """Those who come, with what for; what makes no sense is left out."""
        coming = [patient for patient in self.family if self.raw(f"comes-{patient.pk}")]
        found = [(patient, self.types.get(self.raw(f"type-{patient.pk}"))) for patient in coming]
        return [Member(patient, kind) for patient, kind in found if kind]

    def settled(self) -> dict[str, str]:
        """By patient the visit due that is settled by this."""
        return {pk: due.pk for pk, due in self.dues.items() if self.raw(f"due-{pk}")}

    def search(self) -> FamilySearch:
        """For everybody who comes."""
        chosen = self.doctors.get(self.raw("doctor"))
        own = {patient.treating_doctor_id for patient in self.family}
        doctors = [chosen] if chosen else sorted(self.doctors.values(), key=lambda doctor: doctor.pk not in own)
        arrangement = SIDE_BY_SIDE if self.raw("arrangement") == SIDE_BY_SIDE else IN_A_ROW
        return FamilySearch(self.members(), doctors, arrangement, self.wish())

    def wanted_day(self) -> date:
        try:
            day: date | None = self.fields["day"].clean(self.raw("day"))
        except forms.ValidationError:
            day = None
        return day or clock.today()

    def agrees(self, seats: Sequence[Seat]) -> bool:
        """Whether a time that was tapped is for those who are ticked now, and for what is chosen now."""
        wanted = {member.patient.pk: member.type.code for member in self.members()}
        return bool(seats) and {seat.patient_id: seat.code for seat in seats} == wanted


def _earliest_dues(user: User, family: Sequence[Patient]) -> dict[str, NextVisit]:
    ids = [patient.pk for patient in family]
    rows = NextVisit.objects.visible_to(user).filter(patient_id__in=ids).open().select_related("type")
    found: dict[str, NextVisit] = {}
    for row in rows[:100]:
        found.setdefault(row.patient_id, row)
    return found
