"""The chart's first page, the treatment card, and one entry of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.models import Appointment
from charting.actions import entries as actions
from charting.actions.alerts import read_alerts
from charting.card.at_the_chair import treating, under_way
from charting.card.cautions import allergens_of, warnings_of
from charting.card.head import ChartHead, wires_in_mouth
from charting.card.presence import is_closed, others_of
from charting.card.recent import Recent
from charting.card.rows import row_of, rows_of
from charting.forms.amendment import AmendmentForm
from charting.forms.draft import initial_of
from charting.forms.entry import EntryForm
from charting.models import Phrase, Visit
from charting.rules import wires
from charting.rules.allergies import Allergen
from charting.rules.teeth import Arch
from charting.views.shell import chart_or_404, chart_page, settings_for
from core.errors import NotFound, Refused
from core.ids import is_id
from patients.models import Patient

_MOST_PAGES = 500
_WEEKS = (1, 4, 6, 8, 10, 12)
_OTHER_WIRES = [f"{arch}_{name}" for arch in Arch.values for name in ("size", "material", "out")] + ["wires"]
_PLANNED_IN = 5  # entries back, at most, what is planned for today was written


@allow(Permission.CHART_READ)
@require_safe
def chart_of(request: HttpRequest) -> HttpResponse:
    """The chart of `?patient=`, for the buttons that other pages have."""
    asked = request.GET.get("patient", "")
    if not is_id(asked):
        raise NotFound
    return redirect("charting:chart", asked)


@allow(Permission.CHART_READ)
@require_safe
def chart(request: HttpRequest, pk: str) -> HttpResponse:
    """The treatment card below the head; older entries on further pages."""
    patient = chart_or_404(request, pk)
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    number = min(max(number, 1), _MOST_PAGES)
    recent = Recent.page(me(request), patient, number)
    context = {"rows": rows_of(recent), "number": number, "more": recent.more}
    newest = recent if number == 1 else None
    return chart_page(request, patient, "card", "charting/card/card.html", context, recent=newest)


@allow(Permission.CHART_READ)
@require_POST
def alerts_read(request: HttpRequest, pk: str) -> HttpResponse:
    """This person has read the alerts."""
    patient = chart_or_404(request, pk)
    read_alerts(by=me(request), patient=patient, fingerprint=ChartHead(me(request), patient).fingerprint)
    return redirect("charting:chart", patient.pk)


@allow(Permission.CHART_DRAFT)
@require_POST
def entry_new(request: HttpRequest, pk: str) -> HttpResponse:
    """Begin an entry: that of the visit which is under way, else one of its own."""
    patient = chart_or_404(request, pk)
    by = me(request)
    appointment = under_way(by, patient)
    doctor = appointment.doctor if appointment else treating(by, patient)
    made = actions.start_entry(by=by, patient=patient, doctor=doctor, appointment=appointment)
    return redirect("charting:entry", patient.pk, made.pk)


@allow(Permission.CHART_DRAFT)
def entry(request: HttpRequest, pk: str, entry: str) -> HttpResponse:
    """Write an entry. `then=sign` signs it as well; without that it stays a draft."""
    patient = chart_or_404(request, pk)
    visit, by = entry_or_404(request, patient, entry), me(request)
    if visit.is_locked:
        return redirect(f"{reverse('charting:chart', args=[patient.pk])}#entry-{visit.pk}")
    settings = settings_for(request)
    if request.method != "POST":
        initial = initial_of(visit, settings.notation, wires.usual(settings.usual_wires)) | _suggested(visit)
        return _entry_page(request, patient, visit, EntryForm(initial=initial, settings=settings))
    form = EntryForm(_with_offer(request.POST), settings=settings)
    before = wires_in_mouth(patient, besides=visit.pk)
    warnings: list[str] = []

    def work(data: dict[str, Any]) -> Visit:
        written = form.entry(data, before)
        saved = actions.write_entry(by=by, visit=visit, entry=written, version=data["version"])
        warnings.extend(warnings_of(patient, written))
        if request.POST.get("then") == "sign":
            return actions.sign_entry(by=by, visit=saved, version=saved.version)
        return saved

    saved = form.submit(work)
    if saved is None:
        return _entry_page(request, patient, entry_or_404(request, patient, entry), form)
    is_closed(by, visit)
    for text in warnings:
        messages.warning(request, text)
    messages.success(request, _("The entry is signed.") if saved.is_locked else _("Saved as a draft."))
    return redirect(f"{reverse('charting:chart', args=[patient.pk])}#entry-{visit.pk}")


@allow(Permission.CHART_DRAFT)
@require_POST
def entry_take_over(request: HttpRequest, pk: str, entry: str) -> HttpResponse:
    """Become the writer of somebody else's draft, to finish and sign it."""
    patient = chart_or_404(request, pk)
    visit = entry_or_404(request, patient, entry)
    actions.take_over_entry(by=me(request), visit=visit)
    messages.success(request, _("The draft is yours now."))
    return redirect("charting:entry", patient.pk, visit.pk)


@allow(Permission.CHART_DRAFT)
@require_POST
def entry_discard(request: HttpRequest, pk: str, entry: str) -> HttpResponse:
    """Throw the own draft away."""
    patient = chart_or_404(request, pk)
    actions.discard_entry(by=me(request), visit=entry_or_404(request, patient, entry))
    messages.success(request, _("The draft is thrown away."))
    return redirect("charting:chart", patient.pk)


@allow(Permission.CHART_DRAFT)
@require_POST
def entry_sign(request: HttpRequest, pk: str, entry: str) -> HttpResponse:
    """Sign a draft as it stands."""
    patient = chart_or_404(request, pk)
    visit = entry_or_404(request, patient, entry)
    asked = request.POST.get("version", "")
    version = int(asked) if asked.isascii() and asked.isdigit() else 0
    return _do(request, visit, lambda: actions.sign_entry(by=me(request), visit=visit, version=version))


@allow(Permission.CHART_SIGN)
@require_POST
def entry_countersign(request: HttpRequest, pk: str, entry: str) -> HttpResponse:
    """A doctor's second signature."""
    patient = chart_or_404(request, pk)
    visit = entry_or_404(request, patient, entry)
    return _do(request, visit, lambda: actions.countersign_entry(by=me(request), visit=visit))


@allow(Permission.CHART_DRAFT)
def entry_amend(request: HttpRequest, pk: str, entry: str) -> HttpResponse:
    """Say more about a signed entry; the original stays readable."""
    patient = chart_or_404(request, pk)
    visit = entry_or_404(request, patient, entry)
    form = AmendmentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        made = form.submit(lambda data: actions.amend_entry(by=me(request), visit=visit, **data))
        if made is not None:
            messages.success(request, _("The amendment stands below the entry."))
            return redirect(f"{reverse('charting:chart', args=[patient.pk])}#entry-{visit.pk}")
    context = {"form": form, "row": row_of(me(request), visit)}
    return chart_page(request, patient, "card", "charting/card/amend.html", context, status=form.status)


def entry_or_404(request: HttpRequest, patient: Patient, pk: str) -> Visit:
    """One entry of this chart. Raises NotFound for unknown and foreign ids alike."""
    found = Visit.objects.visible_to(me(request)).of(patient).filter(pk=pk).select_related("next_type").first()
    if found is None:
        raise NotFound
    found.patient = patient
    return found


def _entry_page(request: HttpRequest, patient: Patient, visit: Visit, form: EntryForm) -> HttpResponse:
    earlier = Visit.objects.of(patient).exclude(pk=visit.pk).latest_first()  # read-scope: the chart was opened
    context = {
        "form": form,
        "visit": visit,
        "planned": next((row for row in earlier[:_PLANNED_IN] if row.plan), None),
        "phrases": Phrase.objects.all(),  # read-scope: the clinic's own, of no patient
        "is_own": visit.by_id == me(request).pk,
        "others": others_of(me(request), visit),
        "before": wires_in_mouth(patient, besides=visit.pk),
        "has_nickel_allergy": Allergen.NICKEL in allergens_of(patient),
        "other_wires": any(form[name].value() or form[name].errors for name in _OTHER_WIRES),
        "weeks_offered": _WEEKS,
        "present": row_of(me(request), visit) if form.refusal_code == "stale" else None,
    }
    return chart_page(request, patient, "card", "charting/card/entry.html", context, status=form.status)


def _with_offer(posted: QueryDict) -> QueryDict:
    """The teeth whose attachments another clinic placed, once the writer has accepted to note that."""
    offered = posted.get("offered", "")
    if not offered:
        return posted
    data = posted.copy()
    data["elsewhere"] = f"{posted.get('elsewhere', '')} {offered}".strip()
    return data


def _suggested(visit: Visit) -> dict[str, Any]:
    """For a draft that says nothing yet: what usually comes next."""
    if visit.next_weeks or visit.version > 1 or visit.appointment_id is None:
        return {}
    # read-scope: the appointment of an entry that the person may see
    kind = Appointment.objects.select_related("type").get(pk=visit.appointment_id).type
    return {"next_weeks": kind.next_visit_weeks, "next_type": kind.code}


def _do(request: HttpRequest, visit: Visit, work: Any) -> HttpResponse:
    try:
        work()
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Signed."))
    return redirect(f"{reverse('charting:chart', args=[visit.patient_id])}#entry-{visit.pk}")
