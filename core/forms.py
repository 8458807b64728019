"""Forms check shape; what a rule refuses comes back into the form with everything that was typed."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import NotFound, NotPermitted, Refused, TooMany

R = TypeVar("R")
M = TypeVar("M", bound=models.Model)


class SubmitMixin(forms.BaseForm):
    """Adds `submit`, and `status` and `code` for the page that shows the form again."""

    status = 200
    code = ""
    retry_after = 0  # seconds, when there were too many attempts
    extra: dict[str, Any]

    def submit(self, work: Callable[[dict[str, Any]], R]) -> R | None:
        """Run `work(cleaned_data)` if the form is valid; a refusal becomes a form error.

        None means: show the form again with `status`. What is not the form's business (no right, not found) is
        raised on.
        """
        self.extra = {}
        if not self.is_valid():
            self.status, self.code = 400, "invalid"
            return None
        try:
            return work(self.cleaned_data)
        except (NotPermitted, NotFound):
            raise
        except Refused as refusal:
            self.refuse(refusal)
            return None

    @property
    def refusal_code(self) -> str:
        """`code`, under a name that no field of a form has: templates look fields up first."""
        return self.code

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal at its field, or above the form."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, str(refusal.message))
        self.status, self.code, self.extra = refusal.status, refusal.code, refusal.extra
        self.retry_after = refusal.seconds if isinstance(refusal, TooMany) else 0


class Form(SubmitMixin, forms.Form):
    """A form of our own."""


class ModelForm(SubmitMixin, forms.ModelForm[M]):
    """Takes its fields and limits from a model; it never saves, an action does."""

    def _post_clean(self) -> None:
        # Checks the values against the model's limits without changing the instance: the action writes.
        from django.core.exceptions import ValidationError
        from django.forms.models import construct_instance

        candidate = construct_instance(self, type(self.instance)(pk=self.instance.pk), self._meta.fields)
        try:
            candidate.clean_fields(exclude=self._get_validation_exclusions())  # type: ignore[attr-defined]
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]


class ReasonForm(Form):
    """One sentence that says why."""

    reason = forms.CharField(label=_("Reason"), max_length=500)
