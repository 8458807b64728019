"""Where higher packages say what else happens when somebody registers."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User

# Called in the transaction of the registration, in order; filled in an AppConfig's ready().
after_registration: list[Callable[["User"], object]] = []
