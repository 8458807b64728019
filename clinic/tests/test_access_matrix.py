"""Every route x every role x own, foreign and unknown object: who gets in, who does not, and what the answer leaks.

The routes come from the URLconf and what opens them from the views themselves; ROLES says who has which right. A route
with an id that OBJECTS does not know fails the build.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from appointments.models import Appointment, AppointmentType, Closure, Location
from clinic.tests.api import Api
from clinic.tests.routes import RouteFacts
from core import clock
from patients.models import Consent, Guardian, MedicalEntry, Patient, Relationship

pytestmark = [pytest.mark.django_db]

SECRET = "Zebedee Quixotefield"
WHO = ["nobody", "gus", "rita", "nina", "dana", "ada"]
ROLE = {"gus": "patient", "rita": "receptionist", "nina": "assistant", "dana": "doctor", "ada": "admin"}
UNKNOWN = "f" * 24


class World:
    """Pia's records (her father's too, in the portal) and a stranger's; both are the staff's business."""

    def __init__(self, people: dict[str, User], pia: Patient, stranger: Patient, practice: Location) -> None:
        self.people, self.own, self.foreign, self.practice = people, pia, stranger, practice

    def patient(self, whose: str) -> str:
        return (self.own if whose == "own" else self.foreign).pk

    def appointment(self, whose: str) -> str:
        return str(Appointment.objects.get(patient_id=self.patient(whose)).pk)

    def of_patient(self, model: Any, whose: str) -> str:
        return str(model.objects.filter(patient_id=self.patient(whose)).first().pk)


def furnish(patient: Patient, doctor: User, practice: Location) -> None:
    guardian = Guardian.objects.filter(relationships__patient=patient).first()
    if guardian is None:
        guardian = Guardian.objects.create(given_name="Guardian", family_name="Of")
        Relationship.objects.create(guardian=guardian, patient=patient, kind="mother")
    MedicalEntry.objects.create(patient=patient, description=f"{patient.name} allergy", critical=True)
    Consent.objects.create(patient=patient, kind="treatment", given_by="Somebody")
    kind = AppointmentType.objects.get(code="CONS")
    Appointment.objects.create(
        patient=patient,
        doctor=doctor,
        location=practice,
        chair=practice.chairs.first(),
        type=kind,
        start=clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7),
        minutes=kind.minutes,
        pattern=kind.pattern,
    )


@pytest.fixture
def world(
    ada: User, rita: User, nina: User, dana: User, gus: User, pia: Patient, make_patient: Any, practice: Location
) -> World:
    stranger = make_patient(*SECRET.split())
    furnish(pia, dana, practice)
    furnish(stranger, dana, practice)
    Closure.objects.create(starts_on=clock.today(), ends_on=clock.today())
    people = {"ada": ada, "rita": rita, "nina": nina, "dana": dana, "gus": gus}
    return World(people, pia, stranger, practice)


type_of = dict[str, Callable[[World, str], str]]
# What the `pk` of a route names, by the beginning of its name; the first match counts.
OBJECTS: list[tuple[str, Callable[[World, str], str]]] = []


def objects_of(route: RouteFacts, world: World, whose: str) -> dict[str, str]:
    """The path parameters of a route, for an own, a foreign or an unknown object."""
    from clinic.tests.route_objects import value_for

    return {
        name: UNKNOWN if whose == "unknown" and name != "day" else value_for(route, name, world, whose)
        for name in route.parameters
    }


def client_of(world: World, who: str) -> Client:
    client = Client(raise_request_exception=False)
    if who != "nobody":
        client.force_login(world.people[who])
    return client


def ask(world: World, who: str, route: RouteFacts, method: str, whose: str) -> Any:
    path = reverse(route.name, kwargs=objects_of(route, world, whose))
    if not route.is_api:
        return client_of(world, who).generic(method, path, "")
    api = Api()
    return (api if who == "nobody" else api.sign_in(world.people[who])).call(
        method, path, {} if method != "GET" else None
    )
