"""Only the present plan is written."""

from django.utils.translation import gettext as _

from charting.models import Plan
from core.errors import Refused


def check_present(plan: Plan) -> None:
    """Raises Refused (`status_conflict`) for a plan that another one has replaced."""
    if not plan.is_current:
        message = _("A newer plan has replaced this one: it can only be read.")
        raise Refused(message, code="status_conflict")
