"""People of the tests, as plain rows."""

from typing import Any

from django.contrib.auth.models import Group

from accounts.models import StaffProfile, User
from conftest import PASSWORD


def person(name: str, role: str, **fields: Any) -> User:
    """Somebody with this role, a doctor with a profile; the password is PASSWORD."""
    fields.setdefault("email", f"{name.split()[-1].lower()}@test.example")
    user = User(name=name, is_person_of_staff=role != "patient", **fields)
    user.set_password(PASSWORD)
    user.save()
    user.groups.add(Group.objects.get(name=role))
    if role == "doctor":
        StaffProfile.objects.create(user=user, title="Dr.")
    return user
