"""Accounts of the cast."""

from django.contrib.auth.models import Group

from accounts.models import StaffProfile, User
from clinic.demo.cast import PEOPLE, Person


def make_people(password: str) -> dict[str, User]:
    """Everybody who signs in, by e-mail."""
    groups = {group.name: group for group in Group.objects.all()}
    return {person.email: _make(person, password, groups) for person in PEOPLE}


def cast() -> dict[str, User]:
    """Those who are there already, by e-mail."""
    return {user.email: user for user in User.objects.filter(email__in=[person.email for person in PEOPLE])}


def _make(person: Person, password: str, groups: dict[str, Group]) -> User:
    is_staff = person.role != "patient"
    user = User(email=person.email, name=person.name, is_person_of_staff=is_staff)
    user.set_password(password)
    user.save()
    user.groups.add(groups[person.role])
    if is_staff:
        profile = StaffProfile(user=user, title=person.title)
        if person.colour:
            profile.colour = person.colour
        profile.save()
    return user
