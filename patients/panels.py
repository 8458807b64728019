"""Where higher layers add to the patient page and object to archiving, without this package knowing them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import Text

if TYPE_CHECKING:
    from accounts.models import User
    from patients.models import Patient


@dataclass(frozen=True, order=True)
class PatientPanel:
    """One section of the patient page: `load(user, patient)` gives the template's context, None leaves it out."""

    order: int
    slug: str = field(compare=False)
    label: Text = field(compare=False)
    template: str = field(compare=False)
    load: Callable[["User", "Patient"], dict[str, Any] | None] = field(compare=False)


@dataclass(frozen=True, order=True)
class PatientButton:
    """One button on the patient page's header, for those with the right: a link with the patient's id."""

    order: int
    label: Text = field(compare=False)
    url_name: str = field(compare=False)  # takes the patient's id as a query parameter `patient`
    icon: str = field(compare=False)
    shown_to: Callable[["User"], bool] = field(compare=False)


panels: list[PatientPanel] = []
buttons: list[PatientButton] = []
# Each raises Refused when the patient must not be archived now; called inside the archiving transaction.
archive_guards: list[Callable[["Patient"], None]] = []
