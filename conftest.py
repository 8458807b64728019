"""The cast and the clinic that every test knows: one place, made by plain factories."""

from collections.abc import Callable
from datetime import date, time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps

if TYPE_CHECKING:
    from accounts.models import User
    from appointments.models import Location
    from patients.models import Patient

PASSWORD = "correct horse battery staple"  # noqa: S105 - of people who exist in tests only


def pytest_configure() -> None:
    """WhiteNoise warns, and here a warning is an error, when its folder has not been made yet."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that empty the database come last; the browser's plugin would mix them with those that rely on it."""
    items.sort(key=_empties_the_database)


def _empties_the_database(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(mark and mark.kwargs.get("transaction")) or bool(fixtures & {"live_server", "transactional_db"})


@pytest.fixture(autouse=True)
def _quick_and_quiet(settings: Any, tmp_path: Any) -> None:
    """Cheap hashes, jobs at once, mail in memory, files in a folder of the test's own."""
    from django.core.cache import cache
    from huey.contrib.djhuey import HUEY

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.OUTAGE_ROOT = tmp_path / "outage"
    settings.TIME_ZONE = "UTC"
    HUEY.immediate = True
    cache.clear()


@pytest.fixture
def seeded(transactional_db: None) -> None:
    """The default groups and types again, which the test before may have emptied away with everything else.

    Django's own way (serialized_rollback) keeps them on one connection; a browser's event loop makes another one.
    """
    import_module("accounts.migrations.0002_groups").give_groups_their_rights(apps, None)
    import_module("appointments.migrations.0002_default_types").add_types(apps, None)


@pytest.fixture
def make_user(db: None) -> Callable[..., "User"]:
    """A person with a role; the password is PASSWORD."""
    from accounts.tests.people import person

    return person


@pytest.fixture
def ada(make_user: Callable[..., "User"]) -> "User":
    """The admin."""
    return make_user("Ada", "admin")


@pytest.fixture
def rita(make_user: Callable[..., "User"]) -> "User":
    """The receptionist."""
    return make_user("Rita", "receptionist")


@pytest.fixture
def nina(make_user: Callable[..., "User"]) -> "User":
    """The assistant."""
    return make_user("Nina", "assistant")


@pytest.fixture
def dana(make_user: Callable[..., "User"]) -> "User":
    """A doctor."""
    return make_user("Dana", "doctor")


@pytest.fixture
def omar(make_user: Callable[..., "User"]) -> "User":
    """Another doctor."""
    return make_user("Omar", "doctor")


@pytest.fixture
def make_patient(db: None) -> Callable[..., "Patient"]:
    """A patient row as an action would leave it."""
    numbers = iter(range(1, 10_000))

    def make(given: str = "Pat", family: str = "Example", **fields: Any) -> "Patient":
        from patients.models import Patient

        fields.setdefault("birth_date", date(2012, 5, 17))
        fields.setdefault("chart_number", f"T{next(numbers):05d}")
        return Patient.objects.create(given_name=given, family_name=family, **fields)

    return make


@pytest.fixture
def pia(make_user: Callable[..., "User"], make_patient: Callable[..., "Patient"]) -> "Patient":
    """A patient of 14 with a sign-in of her own (`pia.user`)."""
    return make_patient("Pia", "Lindholm", user=make_user("Pia Lindholm", "patient", email="pia@test.example"))


@pytest.fixture
def gus(make_user: Callable[..., "User"], pia: "Patient") -> "User":
    """Pia's father, who sees her record in the portal."""
    from patients.models import Guardian, Relationship

    user = make_user("Gus Lindholm", "patient", email="gus@test.example")
    guardian = Guardian.objects.create(given_name="Gus", family_name="Lindholm", user=user)
    Relationship.objects.create(guardian=guardian, patient=pia, kind="father", may_sign_in=True)
    return user


@pytest.fixture
def practice(dana: "User", omar: "User") -> "Location":
    """A location with three chairs, open Monday to Saturday 8 to 18 UTC, both doctors there all that time."""
    from appointments.models import Chair, Location, WorkingHours

    location = Location.objects.create(name="Main Street")
    for position in range(1, 4):
        Chair.objects.create(location=location, name=f"Chair {position}", position=position)
    for doctor in (None, dana, omar):
        for weekday in range(6):
            WorkingHours.objects.create(
                location=location, doctor=doctor, weekday=weekday, opens=time(8), closes=time(18)
            )
    return location
