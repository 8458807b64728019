"""Day templates: drawn as a table of chairs and times, changed block by block, applied to days."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.actions import day_plans as actions
from appointments.day_plans import building
from appointments.day_plans.forms import ApplyForm, BlockForm, NewTemplateForm, TemplateForm
from appointments.day_plans.picture import Picture
from appointments.day_plans.preview import Preview
from appointments.day_plans.upcoming import built_days_of
from appointments.models import BuiltDay, DayTemplate, TemplateBlock
from appointments.views.setup import EDITORS
from core import clock
from core.errors import NotFound, Refused
from core.ids import is_id


@allow(Permission.CLINIC_SETUP)
def template_list(request: HttpRequest) -> HttpResponse:
    """All templates, with the days to come that were built from them."""
    rows = list(DayTemplate.objects.select_related("location").order_by("location__name", "name"))  # read-scope: a plan
    days = BuiltDay.objects.filter(day__gte=clock.today()).values_list("template_id", flat=True)  # read-scope: a plan
    blocks = TemplateBlock.objects.values_list("template_id", flat=True)  # read-scope: a plan
    counted = [(row, _count(blocks, row.pk), _count(days, row.pk)) for row in rows]
    context = {"rows": counted, "editors": EDITORS.values()}
    return render(request, "appointments/day_plans/template_list.html", context)


@allow(Permission.CLINIC_SETUP)
def template_new(request: HttpRequest) -> HttpResponse:
    """Add a template, then draw it."""
    form = NewTemplateForm(request.POST or None)
    if request.method == "POST":
        made = form.submit(lambda data: actions.add_template(by=me(request), **data))
        if made:
            return redirect("appointments:day-template", made.pk)
    return render(request, "appointments/day_plans/template_new.html", {"form": form}, status=form.status)


@allow(Permission.CLINIC_SETUP)
def template_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """The picture of the template, its blocks, and a form for one more."""
    template = _template(pk)
    form = BlockForm(request.POST or None, template=template, initial=_asked(request))

    def save(data: dict[str, Any]) -> Any:
        return actions.add_block(by=me(request), template=_template(pk), **data)

    if request.method == "POST" and form.submit(save):
        messages.success(request, _("Added. Days built already stay as they are."))
        return redirect("appointments:day-template", pk)
    context = {"template": template, "form": form, "picture": Picture(template)}
    return render(request, "appointments/day_plans/template_detail.html", context, status=form.status)


@allow(Permission.CLINIC_SETUP)
def template_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Another name, or out of use."""
    form = TemplateForm(request.POST or None, instance=_template(pk))

    def save(data: dict[str, Any]) -> Any:
        return actions.change_template(by=me(request), template=_template(pk), **data)

    if request.method == "POST" and form.submit(save):
        messages.success(request, _("Saved."))
        return redirect("appointments:day-template", pk)
    context = {"form": form, "template": _template(pk)}
    return render(request, "appointments/day_plans/template_edit.html", context, status=form.status)


@allow(Permission.CLINIC_SETUP)
@require_POST
def template_remove(request: HttpRequest, pk: str) -> HttpResponse:
    """Remove a template that was never applied."""
    try:
        actions.remove_template(by=me(request), template=_template(pk))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("appointments:day-template-edit", pk)
    messages.success(request, _("Removed."))
    return redirect("appointments:day-template-list")


@allow(Permission.CLINIC_SETUP)
def block_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Move one block, or keep it for something else."""
    block = _block(pk)
    template = block.template
    form = BlockForm(request.POST or None, template=template, initial=BlockForm.initial_of(block))

    def save(data: dict[str, Any]) -> Any:
        return actions.change_block(by=me(request), block=_block(pk), **data)

    if request.method == "POST" and form.submit(save):
        messages.success(request, _("Saved. Days built already stay as they are."))
        return redirect("appointments:day-template", template.pk)
    context = {"template": template, "part": block, "form": form}
    return render(request, "appointments/day_plans/block_edit.html", context, status=form.status)


@allow(Permission.CLINIC_SETUP)
@require_POST
def block_remove(request: HttpRequest, pk: str) -> HttpResponse:
    """Take one block out."""
    block = _block(pk)
    try:
        actions.remove_block(by=me(request), block=block, version=_number(request.POST.get("version")))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Removed. Days built already stay as they are."))
    return redirect("appointments:day-template", block.template_id)


@allow(Permission.CLINIC_SETUP)
def template_apply(request: HttpRequest, pk: str) -> HttpResponse:
    """Choose days, see what would become of each, then build them."""
    template = _template(pk)
    asked = request.POST if request.method == "POST" else request.GET
    form = ApplyForm(asked if asked.get("first") else None)
    preview = None
    if form.is_bound and form.is_valid():
        preview = Preview(me(request), template, **form.cleaned_data)
        if request.method == "POST":
            return _build(request, template, preview)
    status = 400 if request.method == "POST" else 200
    context = {"template": template, "form": form, "preview": preview}
    return render(request, "appointments/day_plans/apply.html", context, status=status)


@allow(Permission.CLINIC_SETUP)
def built_days(request: HttpRequest) -> HttpResponse:
    """Days to come that are built: which template, whether it has changed since, which visits stand in the way."""
    if request.method == "POST":
        return _change_days(request)
    context = {"days": built_days_of(me(request)), "templates": DayTemplate.objects.all()}  # read-scope: plans
    return render(request, "appointments/day_plans/built_days.html", context)


def _build(request: HttpRequest, template: DayTemplate, preview: Preview) -> HttpResponse:
    days = preview.to_build(beside_visits=bool(request.POST.get("beside_visits")))
    version = _number(request.POST.get("version"))
    try:
        built = building.build(by=me(request), template=template, version=version, days=days)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("appointments:day-template-apply", template.pk)
    messages.success(
        request, ngettext("%(n)s day has been built.", "%(n)s days have been built.", len(built)) % {"n": len(built)}
    )
    return redirect("appointments:built-days")


def _change_days(request: HttpRequest) -> HttpResponse:
    wanted = [pk for pk in request.POST.getlist("day") if is_id(pk)]
    rows = list(BuiltDay.objects.filter(pk__in=wanted).select_related("template"))  # read-scope: a plan is no person's
    step = actions.clear_day if request.POST.get("step") == "clear" else actions.rebuild_day
    done = 0
    for row in rows:
        try:
            step(by=me(request), built=row)
            done += 1
        except Refused as refusal:
            messages.error(request, f"{row}: {refusal}")
    if done:
        messages.success(request, ngettext("%(n)s day changed.", "%(n)s days changed.", done) % {"n": done})
    elif not rows:
        messages.error(request, _("Choose the days first."))
    return redirect("appointments:built-days")


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What a tap on a free cell of the picture fills in."""
    return {name: request.GET[name] for name in ("chair", "opens", "closes") if request.GET.get(name)}


def _count(ids: Any, pk: str) -> int:
    return sum(1 for found in ids if found == pk)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _template(pk: str) -> DayTemplate:
    found = DayTemplate.objects.select_related("location").filter(pk=pk).first()  # read-scope: a plan is no person's
    if found is None:
        raise NotFound
    return found


def _block(pk: str) -> TemplateBlock:
    # read-scope: a plan is no person's
    rows = TemplateBlock.objects.select_related("template", "template__location", "chair")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
