"""Why a sign-in through the provider ends here: one sentence, one code and one status each."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import Refused

# Sentences may name the provider as the button does.
_REASONS: Mapping[str, tuple[int, Promise | str]] = {
    "sign_in_expired": (400, _("This sign-in has been used already, took too long or began elsewhere. Begin again.")),
    "sign_in_cancelled": (400, _("The sign-in was broken off at %(provider)s.")),
    "provider_refused": (502, _("%(provider)s did not let this sign-in through. Tell the admin of the clinic.")),
    "provider_answer_wrong": (
        502,
        _("%(provider)s gave an answer that the clinic cannot trust, so nobody is signed in. Tell the admin."),
    ),
    "clocks_differ": (
        502,
        _("The clocks of the clinic and of %(provider)s differ too much, so nobody is signed in. Tell the admin."),
    ),
    "provider_unreachable": (
        503,
        _("%(provider)s does not answer at the moment. Try again in a minute, or sign in with a password."),
    ),
    "no_role": (403, _("Your account has no role in this clinic. Ask the admin.")),
    "account_inactive": (403, _("Your account in this clinic has been deactivated. Ask the admin.")),
    "email_not_verified": (
        403,
        _("%(provider)s does not say that your e-mail address has been checked. Ask the admin to have it verified."),
    ),
    "account_exists": (
        403,
        _(
            "There is an account with your e-mail address already, and %(provider)s may not take it over by itself."
            " Ask the admin to link the two."
        ),
    ),
    "last_admin": (
        409,
        _(
            "Your groups at %(provider)s would take the role from the last active admin."
            " Make somebody else an admin first."
        ),
    ),
    "no_first_admin": (403, _("This clinic has no admin yet. Make the first admin on the start page.")),
}

# What nobody need look into: the person went away, or the network did.
EVERYDAY = frozenset({"sign_in_expired", "sign_in_cancelled", "provider_unreachable"})


class SignInFailed(Refused):
    """No session. `why` is for the log: short, and never with anything out of a token."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(str(_REASONS[code][1]) % {"provider": settings.OIDC_BUTTON}, code=code)
        self.why = why

    @property
    def status(self) -> int:
        return _REASONS[self.code][0]


class ProviderUnreachable(SignInFailed):
    """The provider, or the network on the way to it, does not answer."""

    def __init__(self, why: str) -> None:
        super().__init__("provider_unreachable", why)


class ProviderWrong(SignInFailed):
    """The provider answers, but not as a provider must."""

    def __init__(self, why: str) -> None:
        super().__init__("provider_answer_wrong", why)


class TokenWrong(SignInFailed):
    """A token that was not made by the provider, not for us or not for now."""

    def __init__(self, why: str, code: str = "provider_answer_wrong") -> None:
        super().__init__(code, why)
