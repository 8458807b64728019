"""Which of two sign-ins is in use."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from accounts.models import ApiSession, User
from patients.merging import Keep

if TYPE_CHECKING:
    from patients.models.patient import Patient


def sign_in_proposed(survivor: "Patient", other: "Patient") -> Keep:
    """Whose sign-in stays unless somebody says otherwise: the only one, else the one used last."""
    if survivor.user is None or other.user is None:
        return Keep.OTHER if other.user else Keep.SURVIVOR
    return Keep.OTHER if last_used(other.user) > last_used(survivor.user) else Keep.SURVIVOR


def sign_in_kept(survivor: "Patient", other: "Patient", wanted: Keep | None) -> User | None:
    """The sign-in of the one record. A choice counts only where there are two: nobody loses the only one."""
    both = survivor.user_id is not None and other.user_id is not None
    keep = wanted if wanted and both else sign_in_proposed(survivor, other)
    return other.user if keep == Keep.OTHER else survivor.user


def last_used(user: User) -> datetime:
    """When the person last signed in, in a browser or an app; long ago for never."""
    app = ApiSession.objects.filter(user_id=user.pk).order_by("-created_at").first()
    times = [user.last_login, app.created_at if app else None]
    return max((time for time in times if time), default=datetime.min.replace(tzinfo=UTC))
