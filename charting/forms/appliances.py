"""What is typed about appliances, aligners and retention."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from charting.actions.appliance_photos import SHOWS_LENGTH, SIDE
from charting.forms.typed import TeethForm
from charting.models import AlignerSeries, ApplianceEvent
from charting.rules import aligners, stripping
from charting.rules.notation import Notation, parse, shown
from charting.rules.teeth import TEETH
from core import clock
from core.errors import Refused
from core.forms import Form
from patients import photos
from patients.photos import Photo

KINDS = (
    _("Rapid palatal expander"),
    _("Quad-helix"),
    _("Transpalatal arch"),
    _("Lingual arch"),
    _("Nance button"),
    _("Twin Block"),
    _("Herbst"),
    _("Forsus"),
    _("Headgear"),
    _("Facemask"),
    _("Bonded retainer"),
    _("Vacuum-formed retainer"),
    _("Hawley retainer"),
    _("Bite plate"),
    _("Space maintainer"),
)


def _day(label: Any) -> forms.DateField:
    """A day, today unless another one is chosen."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, initial=clock.today)


class _Teeth(TeethForm):
    """Teeth are typed in the notation on screen and kept as FDI."""

    def _stored(self, name: str) -> str:
        texts = [one for one in str(self.cleaned_data[name]).replace(";", ",").split(",") if one.strip()]
        try:
            return ",".join(parse(one.strip(), self.notation, field=name).code for one in texts)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal.message)) from None


class ApplianceForm(_Teeth):
    """One that is put in."""

    kind = forms.CharField(
        label=_("Appliance"), max_length=80, widget=forms.TextInput(attrs={"list": "appliance-kinds"})
    )
    teeth = forms.CharField(label=_("Teeth"), max_length=100, required=False)
    placed_on = _day(_("In since"))
    note = forms.CharField(label=_("Note"), required=False, max_length=2000)

    def clean_teeth(self) -> str:
        """As FDI codes."""
        return self._stored("teeth")


class RemovalForm(Form):
    """When it came out."""

    removed_on = _day(_("Out since"))


class EventForm(Form):
    """What happened to it."""

    what = forms.ChoiceField(label=_("What"), choices=ApplianceEvent.What.choices)
    on = _day(_("Date"))
    turns = forms.IntegerField(label=_("Turns"), required=False, min_value=1)
    note = forms.CharField(label=_("Note"), required=False, max_length=2000)
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at most 8 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    shows = forms.CharField(
        label=_("What the photo shows"),
        required=False,
        max_length=SHOWS_LENGTH,
        help_text=_("Read out to whoever cannot see it: crack in the left arm of the expander"),
    )

    def read(self) -> Photo | None:
        """The checked photo, if there is one. Raises Refused (`not_a_photo`)."""
        file = self.cleaned_data["photo"]
        return photos.read(file.read(photos.MOST_BYTES + 1), side=SIDE) if file else None


class SeriesPlanForm(_Teeth):
    """What goes with the trays of a series; `version` is what the person saw."""

    attachments = forms.CharField(
        label=_("Attachments on teeth"), max_length=200, required=False, help_text=_("With commas between: 13, 23")
    )
    ipr = forms.CharField(
        label=_("IPR"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One contact a line, with millimetres and aligner: 13-12 0.2 before 5"),
    )
    instructions = forms.CharField(label=_("Instructions"), max_length=500, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_attachments(self) -> str:
        """As FDI codes."""
        return self._stored("attachments")

    def clean_ipr(self) -> list[dict[str, Any]]:
        """As the rules read it."""
        try:
            return stripping.read(self.cleaned_data["ipr"], self.notation)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal.message)) from None


def planned(series: AlignerSeries, notation: str) -> dict[str, Any]:
    """What goes with the trays, as the form shows it."""
    codes = [code for code in series.attachments.split(",") if code in TEETH]
    return {
        "attachments": ", ".join(shown(TEETH[code], Notation(notation)) for code in codes),
        "ipr": stripping.written(series.ipr, Notation(notation)),
        "instructions": series.instructions,
        "version": series.version,
    }


class SeriesForm(SeriesPlanForm):
    """A series of aligners."""

    field_order = (
        "brand",
        "refinement",
        "started_on",
        "upper",
        "lower",
        "days_per_tray",
        "hours",
        "attachments",
        "ipr",
        "instructions",
    )
    version = None  # type: ignore[assignment]
    brand = forms.CharField(label=_("Brand"), max_length=80, required=False)
    refinement = forms.TypedChoiceField(
        label=_("Refinement"),
        coerce=int,
        choices=[(0, _("No")), *((number, str(number)) for number in range(1, aligners.MOST_REFINEMENTS + 1))],
    )
    started_on = _day(_("Started"))
    upper = forms.IntegerField(label=_("Upper aligners"), min_value=0, initial=0)
    lower = forms.IntegerField(label=_("Lower aligners"), min_value=0, initial=0)
    days_per_tray = forms.IntegerField(label=_("Days for each"), min_value=1, initial=14)
    hours = forms.IntegerField(label=_("Hours a day"), min_value=1, max_value=24, initial=22)


class DeliveryForm(Form):
    """Up to which one the patient has them."""

    delivered = forms.IntegerField(label=_("Delivered up to"), min_value=1)


class VerificationForm(Form):
    """Which one fits, and how well the teeth follow."""

    tray = forms.IntegerField(label=_("Verified"), min_value=1)
    on = _day(_("Date"))
    tracking = forms.ChoiceField(label=_("Tracking"), choices=aligners.Tracking.choices)


class RetentionForm(Form):
    """From which day the checks are counted."""

    since = _day(_("Retention since"))


class CheckForm(Form):
    """A check that was done."""

    done_on = _day(_("Done"))
    note = forms.CharField(label=_("Note"), required=False, max_length=2000)
