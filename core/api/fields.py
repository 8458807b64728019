"""Fields that take the JSON type they name, and nothing that only looks like it."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class StrictText(serializers.CharField):
    """A JSON string."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(_("Send text."))
        return super().to_internal_value(data)


class StrictBoolean(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError(_("Send true or false."))
        return data


class StrictInteger(serializers.IntegerField):
    """A whole JSON number."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise serializers.ValidationError(_("Send a whole number."))
        return super().to_internal_value(data)
