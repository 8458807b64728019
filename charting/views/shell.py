"""What all pages of a chart share: the opening is audited, the head stays, the tabs lead on."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import me
from accounts.permissions import Permission
from charting.card.head import ChartHead
from charting.card.recent import Recent
from charting.models import ChartSettings
from charting.rules.notation import on_screen
from core.errors import Text
from patients import actions as patients_actions
from patients.models import Patient
from patients.moved import missing


@dataclass(frozen=True)
class Tab:
    """One part of the chart."""

    name: str
    label: Text
    url_name: str


TABS: Final[list[Tab]] = [
    Tab("card", _("Treatment card"), "charting:chart"),
    Tab("timeline", _("Timeline"), "charting:timeline"),
    Tab("exams", _("Exams"), "charting:exams"),
    Tab("teeth", _("Teeth"), "charting:teeth"),
    Tab("plan", _("Plan"), "charting:plan"),
    Tab("appliances", _("Appliances"), "charting:appliances"),
    Tab("consultations", _("Consultations"), "charting:consultations"),
    Tab("medical", _("Medical history"), "charting:medical"),
]


def chart_or_404(request: HttpRequest, pk: str) -> Patient:
    """The patient whose chart is opened; a GET of it is noted. Raises NotFound for unknown and foreign ids alike."""
    patient = Patient.objects.one_visible_to(me(request), pk)  # read-scope: as visible_to says
    if patient is None:
        raise missing(me(request), pk)
    if request.method in {"GET", "HEAD"}:
        patients_actions.open_chart(by=me(request), patient=patient)
    return patient


def settings_for(request: HttpRequest) -> ChartSettings:
    """The clinic's choices for its charts, read once for a request."""
    kept: ChartSettings | None = getattr(request, "chart_settings", None)
    if kept is None:
        kept = ChartSettings.present()
        setattr(request, "chart_settings", kept)  # noqa: B010 (a request has no such attribute of its own)
    return kept


def chart_page(
    request: HttpRequest,
    patient: Patient,
    tab: str,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    recent: Recent | None = None,
) -> HttpResponse:
    """One tab of the chart, below the head that never scrolls away; teeth as the clinic numbers them."""
    by = me(request)
    head = ChartHead(by, patient, recent)
    shell = {
        "patient": patient,
        "head": head,
        "tabs": [(one, reverse(one.url_name, args=[patient.pk])) for one in TABS],
        "tab": tab,
        "may_draft": by.may(Permission.CHART_DRAFT) and not patient.is_archived,
        "may_sign": by.may(Permission.CHART_SIGN) and not patient.is_archived,
    }
    with on_screen(head.facts.notation):
        return render(request, template, shell | context, status=status)
