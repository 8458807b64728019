"""Access tokens of the provider at the API: for clients that sign people in there and not with us."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.actions import single_sign_on
from accounts.models import User
from accounts.oidc import links, roles, signed
from accounts.oidc.errors import ProviderUnreachable, ProviderWrong, SignInFailed
from core.errors import NotPermitted, Refused


@dataclass(frozen=True)
class ProviderToken:
    """What stands for the session of such a call: it ends with the token, or with the account."""

    subject: str


def is_on() -> bool:
    """Whether the API takes tokens of the provider at all."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_API_AUDIENCE)


def person_of(raw: str) -> tuple[User, ProviderToken] | None:
    """The active, linked member of the staff whose token this is; None for a token that is not good.

    Raises NotPermitted when the token's groups give no role, Refused (`busy`) when the keys cannot be had.
    """
    claims = _claims(raw)
    subject = claims.get(settings.OIDC_API_SUBJECT_CLAIM) if claims and _has_scope(claims) else None
    link = links.find(subject) if isinstance(subject, str) else None
    if claims is None or link is None or not link.user.is_active:
        return None
    groups = roles.groups_of(claims)
    if groups is None:
        return (link.user, ProviderToken(link.uid)) if link.user.works_here else None
    user = _with_role(link, roles.role_for(groups), claims["iat"])
    return (user, ProviderToken(link.uid)) if user else None


def _claims(raw: str) -> Mapping[str, Any] | None:
    try:
        return signed.read(raw, audience=settings.OIDC_API_AUDIENCE)
    except (ProviderUnreachable, ProviderWrong) as failure:
        raise Refused(_("The sign-in provider does not answer. Try again in a moment."), code="busy") from failure
    except SignInFailed:
        return None


def _has_scope(claims: Mapping[str, Any]) -> bool:
    """Okta writes `scp` as a list, the standard (RFC 9068) `scope` with blanks."""
    given = claims.get("scp", claims.get("scope", ""))
    named = given.split() if isinstance(given, str) else given
    return isinstance(named, list) and settings.OIDC_API_SCOPE in named


def _with_role(link: SocialAccount, role: str, made_at: float) -> User | None:
    """The person with the role that the token gives; None for one from before the provider's latest word."""
    user: User = link.user
    if not role:
        raise NotPermitted(_("Your account has no role in this clinic. Ask the admin."))
    if user.works_here and user.role == role:
        return user
    if made_at < links.told_at(link):
        return None
    try:
        return single_sign_on.refresh_role(by=None, user=user, role=role, subject=link.uid, as_of=int(made_at))
    except SignInFailed as failure:
        raise NotPermitted(str(failure)) from failure
