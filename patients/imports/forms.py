"""The forms of an import: a file, what its columns hold, and what becomes of duplicates."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import Form
from patients.imports.files import MOST_BYTES, MOST_BYTES_OF_PICTURES
from patients.imports.kinds import Column, kind_of, kinds
from patients.imports.states import Duplicates
from patients.imports.tables import MOST_ROWS
from patients.imports.values import DateOrder
from patients.models import Import, ImportPart

_MB = 1024 * 1024


class UploadForm(Form):
    """A file from another system."""

    kind = forms.ChoiceField(label=_("What is in the file"))
    source = forms.CharField(
        label=_("The system it comes from"),
        max_length=60,
        help_text=_("Always the same name for the same system: by it a second file finds the records of the first."),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        allow_empty_file=True,  # the action says so in the words of this page
        help_text=_("CSV or XLSX, at most %(mb)s MB and %(rows)s rows; photos as ZIP, at most %(zip)s MB.")
        % {"mb": MOST_BYTES // _MB, "rows": f"{MOST_ROWS:,}", "zip": MOST_BYTES_OF_PICTURES // _MB},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.zip"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = sorted(kinds.values(), key=lambda kind: kind.order)
        self.fields["kind"].choices = [(kind.slug, kind.label) for kind in offered]  # type: ignore[attr-defined]


class ColumnsForm(Form):
    """What each column of the file holds."""

    order = forms.ChoiceField(
        label=_("How dates are written"),
        required=False,
        choices=[("", _("Choose")), *DateOrder.choices],
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, imported: Import) -> None:
        head = ImportPart.objects.filter(of=imported, number=0).first()
        self.headings, self.samples = head.rows if head else ([], [])
        kind = kind_of(imported.kind)
        initial = {f"column-{place}": name for place, name in imported.mapping.items()}
        super().__init__(data, initial=initial | {"order": _likely_order(imported)})
        choices = _choices(kind.columns)
        for place, heading in enumerate(self.headings):
            label = heading or _("Column %(number)s") % {"number": place + 1}
            self.fields[f"column-{place}"] = forms.ChoiceField(label=label, choices=choices, required=False)
        if not imported.options.get("dates"):
            del self.fields["order"]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each column with a few of its texts."""
        return [
            {"field": self[f"column-{place}"], "samples": self.samples[place]} for place in range(len(self.headings))
        ]

    @property
    def mapping(self) -> dict[str, str]:
        """Place -> what it holds."""
        chosen = {str(place): self.cleaned_data.get(f"column-{place}", "") for place in range(len(self.headings))}
        return {place: name for place, name in chosen.items() if name}


class StartForm(Form):
    """What becomes of rows about people who seem to be here already."""

    duplicates = forms.ChoiceField(
        label=_("Rows about people who seem to be here already"),
        choices=Duplicates.choices,
        widget=forms.RadioSelect,
        initial=Duplicates.SKIP,
    )

    def __init__(self, *args: Any, has_duplicates: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_duplicates:
            self.fields["duplicates"].widget = forms.HiddenInput()


def _choices(columns: tuple[Column, ...]) -> list[Any]:
    grouped = [
        (group, [(column.name, column.label) for column in members])
        for group, members in groupby(columns, key=lambda column: str(column.group))
    ]
    return [("", _("Leave out")), *grouped]


def _likely_order(imported: Import) -> str:
    """What the columns with dates agree on; "" if they tell nothing or contradict one another."""
    if order := imported.options.get("order"):
        return str(order)
    found = set(imported.options.get("dates", {}).values()) - {""}
    return str(found.pop()) if len(found) == 1 else ""
