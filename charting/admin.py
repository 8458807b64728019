"""The clinic's choices for its charts in Django admin, written by the same actions as the setup page.

Charts themselves are not here: what is written in them is signed, amended and read on their own pages.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import Permission
from charting.actions import settings as actions
from charting.models import ChartSettings, Phrase
from core.admin import AuditedModelAdmin


@admin.register(ChartSettings)
class ChartSettingsAdmin(AuditedModelAdmin[ChartSettings]):
    """One row; it is made by the first choice that differs from the usual ones."""

    view_right = edit_right = Permission.CLINIC_SETUP
    list_display = ("notation", "countersigning", "with_iotn", "with_par", "slot")
    fields = actions.SETTINGS

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and ChartSettings.present()._state.adding

    def create(self, by: User, data: dict[str, Any]) -> ChartSettings:
        return actions.change_chart_settings(by=by, version=0, **data)

    def change(self, by: User, obj: ChartSettings, data: dict[str, Any]) -> ChartSettings:
        return actions.change_chart_settings(by=by, version=obj.version, **data)


@admin.register(Phrase)
class PhraseAdmin(AuditedModelAdmin[Phrase]):
    """Sentences for the notes; their order is changed on the setup page."""

    view_right = edit_right = Permission.CLINIC_SETUP
    list_display = ("label", "text", "position")
    fields = ("label", "text")

    def create(self, by: User, data: dict[str, Any]) -> Phrase:
        return actions.add_phrase(by=by, **data)

    def change(self, by: User, obj: Phrase, data: dict[str, Any]) -> Phrase:
        return actions.change_phrase(by=by, phrase=obj, version=obj.version, **data)

    def remove(self, by: User, obj: Phrase) -> None:
        actions.remove_phrase(by=by, phrase=obj)
