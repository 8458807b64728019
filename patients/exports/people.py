"""Names of people, by id, in two queries however many rows name them."""

from collections.abc import Iterable

from accounts.models import User, with_profiles


def names_of(ids: Iterable[str | None]) -> dict[str, tuple[str, bool]]:
    """Title and name, also of those who have left, and whether the person works at the clinic."""
    people = with_profiles(User.objects.filter(pk__in=list({pk for pk in ids if pk})))
    return {user.pk: (user.display_name, user.works_here) for user in people}


def display_names(ids: Iterable[str | None]) -> dict[str, str]:
    """Titles and names alone."""
    return {pk: name for pk, (name, _works_here) in names_of(ids).items()}
