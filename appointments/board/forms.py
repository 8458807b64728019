"""When a wait on the board is long."""

from typing import Any

from django import forms

from appointments.models import BoardTimes
from appointments.models.board import TIMED
from core.forms import ModelForm


class BoardTimesForm(ModelForm[BoardTimes]):
    """Minutes, stage by stage; `version` is what the person saw, 0 before anybody has changed them."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = BoardTimes
        fields = (
            "late_after",
            "soon_before",
            *(f"{status}_{length}" for status in TIMED for length in ("long", "too_long")),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs["instance"]
        kwargs["initial"] = {"version": 0 if row._state.adding else row.version}
        super().__init__(*args, **kwargs)
