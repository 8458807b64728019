"""What this package adds to the shell and to the patient page, registered once at the start."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from appointments.desk_lists import to_review
from appointments.desk_lists.counts import Tile
from appointments.desk_lists.lists import MOST_COUNTED
from appointments.setup.cards import SetupCard, cards
from charting import keeping
from charting.models import Visit
from charting.rules.events import Event
from core import navigation
from core.navigation import NavItem
from patients import panels


def register() -> None:
    """The button on the patient page, the card on the setup page, and the words of the timeline."""
    navigation.register(NavItem(22, _("To sign"), "charting:to-sign", "edit", "/charts", _may_draft))
    panels.buttons.append(
        panels.PatientButton(
            5, _("Chart"), "charting:chart-of", "tooth", _may_read, short=_("Chart"), at_the_chair=True
        )
    )
    to_review.others.append(_to_sign)
    keeping.register()
    about = _("Tooth numbers, second signatures, indices and wires; phrases for the notes.")
    cards.append(SetupCard(10, _("Charts"), about, "charting:chart-setup"))
    panels.event_words.update(
        {
            Event.ENTRY_SIGNED: _("Treatment card: signed"),
            Event.ENTRY_COUNTERSIGNED: _("Treatment card: countersigned"),
            Event.ENTRY_AMENDED: _("Treatment card: amended"),
        }
    )


def _to_sign(user: Any) -> list[Tile]:
    """Own drafts, and for doctors what waits for a second signature."""
    if not user.may(Permission.CHART_DRAFT):
        return []
    rows = Visit.objects.visible_to(user)
    number = rows.drafts().filter(by=user)[: MOST_COUNTED + 1].count()
    if user.may(Permission.CHART_SIGN):
        number += rows.filter(waits=True).exclude(signed_by=user)[: MOST_COUNTED + 1].count()
    return [Tile(_("Treatment cards to sign"), reverse("charting:to-sign"), number)]


def _may_read(user: Any) -> bool:
    return bool(user.may(Permission.CHART_READ))


def _may_draft(user: Any) -> bool:
    return bool(user.may(Permission.CHART_DRAFT))
