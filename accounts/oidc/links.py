"""Which account belongs to which subject of the provider: allauth's table, a row a person, no token in it.

A link holds for one issuer: another provider that happens to use the same subject opens nothing.
"""

from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from accounts.models import User

# When the provider made the token that gave the role, in its own seconds since 1970.
AS_OF = "as_of"


@dataclass(frozen=True)
class Identity:
    """Somebody as the provider has just vouched for, at `as_of` (seconds since 1970)."""

    subject: str
    email: str
    is_email_verified: bool
    name: str
    groups: frozenset[str]
    as_of: int


def find(subject: str) -> SocialAccount | None:
    """The link of this subject of our provider, with its account."""
    found = SocialAccount.objects.filter(provider=settings.OIDC_ISSUER, uid=subject)
    link: SocialAccount | None = found.select_related("user").first()
    return link


def is_linked(user: User) -> bool:
    """Whether the account belongs to somebody of our provider: then it is entered by no password."""
    return (
        bool(settings.OIDC_ISSUER)
        and SocialAccount.objects.filter(provider=settings.OIDC_ISSUER, user_id=user.pk).exists()
    )


def make(user: User, subject: str, as_of: int = 0) -> None:
    """Tie the account to the subject. Both must be free."""
    SocialAccount.objects.create(user=user, provider=settings.OIDC_ISSUER, uid=subject, extra_data={AS_OF: as_of})


def remove(user: User) -> int:
    """Untie the account from every provider; how many links there were."""
    gone: int = SocialAccount.objects.filter(user_id=user.pk).delete()[0]
    return gone


def told_at(link: SocialAccount) -> int:
    """As of when the provider's word about the role is known."""
    told = link.extra_data.get(AS_OF, 0)
    return told if isinstance(told, int) else 0


def note_told(link: SocialAccount, as_of: int) -> None:
    """Remember it; time never goes back."""
    link.extra_data = {AS_OF: max(as_of, told_at(link))}
    link.save(update_fields=["extra_data", "last_login"])
