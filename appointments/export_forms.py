"""What is asked before the visits of a few days go into a file."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from appointments.forms import DayField
from patients.exports.forms import ListForm


class VisitListForm(ListForm):
    """From when to when, both days included."""

    first = DayField()
    last = DayField()
    field_order = ("first", "last", "format", "recipient", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].label, self.fields["last"].label = _("First day"), _("Last day")
