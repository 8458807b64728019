"""Which role a person's groups at the provider give: configuration, no queries."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings


def groups_of(claims: Mapping[str, Any]) -> frozenset[str] | None:
    """The groups that a token names; None when it says nothing about groups. Nonsense is no group."""
    if settings.OIDC_GROUPS_CLAIM not in claims:
        return None
    named = claims[settings.OIDC_GROUPS_CLAIM]
    if isinstance(named, str):
        return frozenset({named})
    return frozenset(item for item in named if isinstance(item, str)) if isinstance(named, list) else frozenset()


def role_for(groups: Iterable[str]) -> str:
    """The role of the first group of OIDC_GROUPS that the person is in; "" for none."""
    mine = set(groups)
    return next((role for group, role in settings.OIDC_GROUPS.items() if group in mine), "")
