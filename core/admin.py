"""Django admin without its own way to write: saves and removals go through the same audited actions as every door."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect

from core.errors import NotFound, NotPermitted, Refused
from core.forms import ModelForm

M = TypeVar("M", bound=models.Model)

# Where the audit of one record is shown: a higher package says so, as `history_pages.append(f)` with f(id) -> address.
history_pages: list[Callable[[str], str]] = []


class AuditedForm(ModelForm[M]):
    """Calls the action as the last step of validation, so that a refusal is an error of the form like any other."""

    act: Callable[[dict[str, Any]], M]
    saved: M | None = None

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound or self.errors:
            return
        try:
            self.saved = type(self).act(self.cleaned_data)
        except (NotPermitted, NotFound):
            raise
        except Refused as refusal:
            self.refuse(refusal)


class AuditedModelAdmin(admin.ModelAdmin[M]):
    """Set `view_right` and `edit_right`, and override `create`, `change`, `remove` as far as they are offered.

    Each calls one action, with the person `by` and the form's cleaned data; it runs in no transaction but the
    action's own. There are no inlines, no bulk actions and no deletes behind the action's back.
    """

    view_right: str = ""
    edit_right: str = ""
    form: Any = AuditedForm
    actions = None
    save_as = False
    show_full_result_count = False
    list_per_page = 50

    def create(self, by: Any, data: dict[str, Any]) -> M:
        """Add a record; not overridden means not offered."""
        raise NotPermitted

    def change(self, by: Any, obj: M, data: dict[str, Any]) -> M:
        """Change the record; not overridden means not offered."""
        raise NotPermitted

    def remove(self, by: Any, obj: M) -> None:
        """Archive or delete the record, as the action does; not overridden means not offered."""
        raise NotPermitted

    def opened(self, by: Any, obj: M) -> None:
        """Somebody looks at the record's page: charts write an audit row here."""

    # --- Who may

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._may(request, self.view_right) or self._may(request, self.edit_right)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._offers("create") and self._may(request, self.edit_right)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._offers("change") and self._may(request, self.edit_right)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._offers("remove") and self._may(request, self.edit_right)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def _offers(self, verb: str) -> bool:
        return getattr(type(self), verb) is not getattr(AuditedModelAdmin, verb)

    def _may(self, request: HttpRequest, right: str) -> bool:
        may = getattr(request.user, "may", None)  # nobody who has not signed in has rights
        return bool(right and may and may(right))

    # --- What is read

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[M]:
        rows = super().get_queryset(request)
        scope = getattr(rows, "visible_to", None)
        return cast("models.QuerySet[M]", scope(request.user)) if scope else rows

    # --- What is written

    def get_form(self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.act = staticmethod(lambda data: self._act(request.user, obj, data))
        return form

    def _act(self, by: Any, obj: M | None, data: dict[str, Any]) -> M:
        return self.create(by, data) if obj is None else self.change(by, obj, data)

    @method_decorator(csrf_protect)
    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Django's own, without its transaction around everything: the action opens one and ends it."""
        if request.method == "GET" and object_id is not None:
            self._note_opening(request, object_id)
        page: HttpResponse = self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]
        return page

    def _note_opening(self, request: HttpRequest, object_id: str) -> None:
        obj = self.get_object(request, unquote(object_id))
        if obj is not None and self.has_view_permission(request, obj):
            self.opened(request.user, obj)

    def save_form(self, request: HttpRequest, form: Any, change: Any) -> Any:
        return form.saved

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: Any) -> None:
        """The action has written it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """The action has written it."""

    @method_decorator(csrf_protect)
    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Ask, then call `remove`; a refusal is shown on the record's page."""
        obj = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, obj):
            raise NotPermitted
        if obj is None:
            raise Http404
        if request.method != "POST":
            return self._ask(request, obj)
        name = str(obj)
        try:
            self.remove(request.user, obj)
        except (NotPermitted, NotFound):
            raise
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            page = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(page, args=[obj.pk]))
        return self.response_delete(request, name, cast("Any", obj.pk))

    def _ask(self, request: HttpRequest, obj: M) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": self.opts.verbose_name,
            "object_name": str(self.opts.verbose_name),
            "object": obj,
            "deleted_objects": [str(obj)],
            "opts": self.opts,
            "app_label": self.opts.app_label,
            "preserved_filters": self.get_preserved_filters(request),
        }
        return self.render_delete_form(request, context)

    # --- What is remembered: the audit, no second log beside it

    def log_addition(self, request: HttpRequest, obj: M, message: Any) -> Any:
        """The action has audited it."""

    def log_change(self, request: HttpRequest, obj: M, message: Any) -> Any:
        """The action has audited it."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return []

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The record's rows on the audit page."""
        if not history_pages:
            raise Http404
        return HttpResponseRedirect(history_pages[-1](unquote(object_id)))


class ReadOnlyAdmin(AuditedModelAdmin[M]):
    """Looked at, never written here."""

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> list[str]:
        return [field.name for field in self.opts.fields]
