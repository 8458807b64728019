"""Charts as the clinic wants them: one page of choices, and the phrases below it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.actions import settings as actions
from charting.forms.settings import ChartSettingsForm, PhraseForm
from charting.models import ChartSettings, Phrase
from core.errors import NotFound


@allow(Permission.CLINIC_SETUP)
def chart_setup(request: HttpRequest) -> HttpResponse:
    """Tooth numbers, second signature, indices, slot and wires; which phrases there are."""
    form = ChartSettingsForm(_posted(request), instance=ChartSettings.present())

    def change(data: dict[str, Any]) -> ChartSettings:
        return actions.change_chart_settings(by=me(request), **data)

    if request.method == "POST" and form.submit(change) is not None:
        messages.success(request, _("Saved."))
        return redirect("charting:chart-setup")
    phrases = Phrase.objects.all()  # read-scope: the clinic's own, of no patient
    context = {"form": form, "phrases": phrases}
    return render(request, "charting/settings/settings.html", context, status=form.status)


@allow(Permission.CLINIC_SETUP)
def phrase_new(request: HttpRequest) -> HttpResponse:
    """One more phrase."""
    form = PhraseForm(_posted(request))

    def add(data: dict[str, Any]) -> Phrase:
        return actions.add_phrase(by=me(request), label=data["label"], text=data["text"])

    if request.method == "POST" and (made := form.submit(add)):
        return _saved(request, made)
    return _page(request, form, None)


@allow(Permission.CLINIC_SETUP)
def phrase_edit(request: HttpRequest, phrase: str) -> HttpResponse:
    """Write it another way."""
    found = _phrase(phrase)
    form = PhraseForm(_posted(request), instance=found)

    def change(data: dict[str, Any]) -> Phrase:
        return actions.change_phrase(by=me(request), phrase=_phrase(phrase), **data)

    if request.method == "POST" and (saved := form.submit(change)):
        return _saved(request, saved)
    return _page(request, form, found)


@allow(Permission.CLINIC_SETUP)
@require_POST
def phrase_step(request: HttpRequest, phrase: str) -> HttpResponse:
    """One place earlier or later."""
    actions.move_phrase(by=me(request), phrase=_phrase(phrase), earlier=request.POST.get("to") == "earlier")
    return redirect(_row_of(phrase))


@allow(Permission.CLINIC_SETUP)
@require_POST
def phrase_remove(request: HttpRequest, phrase: str) -> HttpResponse:
    """Offer it no more."""
    actions.remove_phrase(by=me(request), phrase=_phrase(phrase))
    messages.success(request, _("Removed."))
    return redirect("charting:chart-setup")


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _phrase(pk: str) -> Phrase:
    """The row. Raises NotFound."""
    found = Phrase.objects.filter(pk=pk).first()  # read-scope: the clinic's own, of no patient
    if found is None:
        raise NotFound
    return found


def _saved(request: HttpRequest, phrase: Phrase) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect(_row_of(phrase.pk))


def _row_of(pk: str) -> str:
    return f"{reverse('charting:chart-setup')}#phrase-{pk}"


def _page(request: HttpRequest, form: PhraseForm, phrase: Phrase | None) -> HttpResponse:
    context = {"form": form, "phrase": phrase}
    return render(request, "charting/settings/phrase.html", context, status=form.status)
