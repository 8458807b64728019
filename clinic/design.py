"""What the page of the design's components shows: made-up people, one of everything."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.rules import Status
from core.errors import Text
from core.forms import Form


class SampleForm(Form):
    """Every kind of field."""

    family_name = forms.CharField(label=_("Family name"), max_length=100)
    given_name = forms.CharField(label=_("Given name"), max_length=100, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    doctor = forms.ChoiceField(
        label=_("Doctor"), choices=[("", _("Any doctor")), ("1", "Dr. Smith"), ("2", "Dr. Roth")]
    )
    start = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("May be shared with a parent."))
    sex = forms.ChoiceField(
        label=_("Sex"),
        widget=forms.RadioSelect,
        choices=[("female", _("Female")), ("male", _("Male")), ("other", _("Other")), ("unknown", _("Not known"))],
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    critical = forms.BooleanField(label=_("Critical: show it as an alert"), required=False)


@dataclass(frozen=True)
class SampleVisit:
    """One block of the schedule."""

    at: str
    until: str
    who: str
    age: int
    code: str
    status: str
    pattern: str
    colour: str
    lane: int = 0
    overbooked: bool = False

    @property
    def label(self) -> Text:
        """The status in words."""
        return Status(self.status).label


_VISITS = [
    SampleVisit("08:00", "08:45", "Meier, Lena", 12, "NPE", "completed", "AAADDDAAA", "#7c5cc4"),
    SampleVisit("08:45", "09:05", "Keller, Pia", 13, "ADJ", "checkout", "AAdA", "#2f7fb8"),
    SampleVisit("09:10", "09:30", "Nowak, Jakub", 15, "ADJ", "no_show", "AAdA", "#2f7fb8"),
    SampleVisit("09:30", "11:00", "Okafor, Chidi", 14, "BOND", "with_doctor", "dAAAAADDDAAAAAAAAd", "#c2682b"),
    SampleVisit("11:15", "11:25", "Silva, Rui", 10, "SEP", "booked", "AA", "#6d8a3c"),
    SampleVisit("13:00", "13:40", "Brandt, Ida", 16, "ADJL", "booked", "AADDAAAd", "#2f7fb8"),
]
_MORE_VISITS = [
    SampleVisit("08:15", "08:35", "Rossi, Matteo", 11, "ADJ", "completed", "AAdA", "#2f7fb8"),
    SampleVisit("09:00", "10:00", "Dubois, Chloé", 17, "DEB", "needs_doctor", "dAAAAAAADDAA", "#b0436e"),
    SampleVisit("10:00", "10:45", "Haddad, Yara", 29, "ALD", "seated", "dAAAAAAAd", "#1d8a7a", lane=1),
    SampleVisit("10:15", "10:35", "Lindqvist, Nils", 12, "EMG", "arrived", "dAAd", "#b92c2c", 2, True),
    SampleVisit("11:00", "11:15", "Yilmaz, Deniz", 9, "OBS", "booked", "AdA", "#857e70"),
    SampleVisit("13:00", "13:30", "Ferreira-Montenegro, Maximiliano", 14, "REP", "requested", "dAAAAd", "#a8791c"),
    SampleVisit("13:45", "14:00", "Sato, Hana", 13, "RETC", "cancelled", "AdA", "#857e70"),
]
ICONS = (
    "home calendar calendar-plus patient patients family tooth clock search plus edit archive restore check cross "
    "warning info success error medical lock key users shield settings chair phone mail print download arrow-left "
    "arrow-right chevron-left chevron-right chevron-down menu more sun moon sign-out history bell report filter move "
    "place logo"
).split()
TONES = ["grey", "blue", "amber", "orange", "teal", "green", "violet", "red"]


def context(request: HttpRequest) -> dict[str, Any]:
    """Everything the page needs; the second form shows its errors."""
    refused = SampleForm({"family_name": "Keller", "birth_date": "31/02/2013", "email": "pia@"}, prefix="refused")
    refused.submit(lambda values: values)
    return {
        "form": SampleForm(initial={"family_name": "Keller", "given_name": "Pia"}),
        "refused": refused,
        "statuses": dict(Status.choices),
        "tones": TONES,
        "icons": ICONS,
        "columns": [
            ("Chair 1", "Dr. Smith", _VISITS, 1),
            ("Chair 2", "Dr. Roth", _MORE_VISITS, 2),
            ("Chair 3", "", [], 1),
        ],
        "hours": [f"{hour:02}:00" for hour in range(8, 15)],
        "free": ["08:00", "08:15", "08:30", "08:45", "09:00", "09:15", "09:30", "09:45", "10:00"],
    }
