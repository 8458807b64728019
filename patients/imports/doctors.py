"""Doctors as other systems write them: by e-mail, by name with or without title, by family name if only one has it."""

from django.utils.translation import gettext as _

from accounts.models import User
from patients.imports.refusals import BadCell
from patients.imports.words import plain

_TITLES = frozenset({"dr", "prof", "med", "dent", "dmd", "dds", "mr", "mrs", "ms", "pd"})


class Doctors:
    """The clinic's doctors, read once for a whole file."""

    def __init__(self, *, also_former: bool = False) -> None:
        people = list(User.objects.doctors())
        if also_former:
            people += list(User.objects.staff().filter(is_active=False).in_group("doctor"))
        self._by_id = {str(user.pk): user for user in people}
        self._active = [user for user in people if user.is_active]
        self._by_email: dict[str, User] = {user.email.casefold(): user for user in people}
        self._by_name: dict[str, set[User]] = {}
        for user in people:
            words = _bare(user.name)
            for name in {" ".join(words), " ".join(reversed(words)), words[-1] if words else ""}:
                self._by_name.setdefault(name, set()).add(user)

    def by_id(self, pk: str) -> User | None:
        """The doctor with this id."""
        return self._by_id.get(pk)

    def only(self) -> User | None:
        """The doctor of a clinic with one doctor."""
        return self._active[0] if len(self._active) == 1 else None

    def find(self, text: str) -> User:
        """The doctor. Raises BadCell for nobody, or for several."""
        known = self._by_email.get(text.casefold())
        if known is not None:
            return known
        found = self._by_name.get(" ".join(_bare(text)), set())
        if len(found) == 1:
            return min(found, key=lambda user: user.pk)
        message = _("there are several doctors “%(name)s”.") if found else _("there is no doctor “%(name)s” here.")
        raise BadCell(message % {"name": text[:60]})


def _bare(name: str) -> list[str]:
    return [word for word in plain(name).split() if word not in _TITLES]
