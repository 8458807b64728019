"""Forms of the day templates: shape only, the actions decide."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.day_plans.preview import LONGEST_DAYS
from appointments.forms import TIME, DayField
from appointments.models import AppointmentType, Chair, DayTemplate, Location, TemplateBlock, Weekday
from appointments.models.day_plans import BlockKind
from core import clock
from core.forms import Form, ModelForm


class NewTemplateForm(ModelForm[DayTemplate]):
    """A name, and where."""

    class Meta:
        model = DayTemplate
        fields = ("location", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["location"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Location.objects.filter(is_active=True)
        if field.queryset.count() == 1:
            field.initial = field.queryset.first()


class TemplateForm(ModelForm[DayTemplate]):
    """Another name; out of use."""

    class Meta:
        model = DayTemplate
        fields = ("name", "is_active")


class BlockForm(Form):
    """One block; `version` is the template's that the person saw."""

    chair = forms.ChoiceField(label=_("Chair"), required=False)
    opens = forms.TimeField(label=_("From"), widget=TIME)
    closes = forms.TimeField(label=_("To"), widget=TIME)
    kind = forms.ChoiceField(label=_("Kept for"), choices=BlockKind.choices)
    types = forms.MultipleChoiceField(
        label=_("Types"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only these are booked here. For lunch and meetings choose none."),
    )
    label = forms.CharField(
        label=_("Label"), required=False, max_length=60, help_text=_("What the schedule shows, if not the types.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, template: DayTemplate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chairs = {chair.pk: chair for chair in chairs_of(template)}
        choices = [("", _("All chairs")), *((pk, str(chair)) for pk, chair in self.chairs.items())]
        self.fields["chair"].choices = choices  # type: ignore[attr-defined]
        in_use = AppointmentType.objects.filter(is_active=True).values_list("code", flat=True)
        codes = sorted({*in_use, *(self.initial.get("types") or ())})
        self.fields["types"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, block: TemplateBlock) -> dict[str, Any]:
        """What stands in the form of a block that exists."""
        values = {"chair": block.chair_id or "", "opens": block.opens, "closes": block.closes}
        return values | {"kind": block.kind, "types": list(block.codes), "label": block.label}

    def clean_chair(self) -> Chair | None:
        return self.chairs.get(self.cleaned_data["chair"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kept = data.get("kind") in {BlockKind.RESERVED, BlockKind.EMERGENCY}
        return data | {"types": " ".join(data.get("types", [])) if kept else ""}


class ApplyForm(Form):
    """Which days a template is applied to."""

    first = DayField()
    last = DayField()
    weekdays = forms.MultipleChoiceField(
        label=_("On"), choices=Weekday.choices, widget=forms.CheckboxSelectMultiple, initial=[0, 1, 2, 3, 4]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].label, self.fields["last"].label = _("First day"), _("Last day")
        self.fields["first"].initial = clock.today() + timedelta(days=1)
        self.fields["last"].initial = clock.today() + timedelta(days=28)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last:
            if last < first:
                self.add_error("last", _("The last day must not be before the first."))
            elif (last - first).days >= LONGEST_DAYS:
                self.add_error("last", _("Choose at most a year at once."))
            if first < clock.today():
                self.add_error("first", _("Only days to come can be built."))
        return data | {"weekdays": [int(day) for day in data.get("weekdays", [])]}


def chairs_of(template: DayTemplate) -> list[Chair]:
    """The chairs in use at the template's location, and those out of use that it still has blocks for."""
    used = TemplateBlock.objects.filter(template_id=template.pk).values_list("chair_id", flat=True)
    rows = Chair.objects.filter(location_id=template.location_id)
    known = set(used)
    return [chair for chair in rows if chair.is_active or chair.pk in known]
