"""Every route x every role x own, foreign and unknown object: who gets in, who does not, and what the answer leaks.

The routes come from the URLconf and what opens them from the views themselves. A route with a parameter that OBJECTS
does not know fails the build, and so does a public route that is not on the one list.
"""

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.access import PUBLIC, PUBLIC_ROUTES
from accounts.models import User
from appointments.models import (
    Appointment,
    AppointmentType,
    Chair,
    Closure,
    DayTemplate,
    Location,
    MoveRun,
    NextVisit,
    PutAside,
    TemplateBlock,
    WaitlistEntry,
    WaitlistOffer,
    WorkingHours,
)
from charting.models import (
    AlignerSeries,
    Appliance,
    ApplianceEvent,
    Consultation,
    Exam,
    Phase,
    Phrase,
    Plan,
    PlanOption,
    RetentionCheck,
    SignedConsent,
    Visit,
)
from clinic.tests.api import Api, api_of
from clinic.tests.routes import RouteFacts, own_routes
from core import clock
from patients import actions
from patients.models import Consent, DuplicatePair, Guardian, Import, MedicalEntry, MergeRecord, Patient, Relationship

pytestmark = pytest.mark.django_db

SECRET = "Quixotefield"
QUIET = "Grinds the teeth at night"
WHO = ["nobody", "gus", "rita", "nina", "dana", "ada"]
UNKNOWN = "f" * 24
OF_NOBODY = {"day", "month", "token", "name"}  # parameters that name no record
# Where the answer itself says more than the declaration: what opens it in truth.
NARROWER = {("api:appointment-list", "GET"): "read_appointments"}


class World:
    """Pia's records (her father is Gus) and a stranger's; both are the staff's business."""

    def __init__(self, people: dict[str, User], own: Patient, foreign: Patient, practice: Location) -> None:
        self.people, self.own, self.foreign, self.practice = people, own, foreign, practice
        self.apis = {name: api_of(user) for name, user in people.items()} | {"nobody": Api()}
        self.clients = {name: Client(raise_request_exception=False) for name in [*people, "nobody"]}
        for name, user in people.items():
            self.clients[name].force_login(user)

    def patient(self, whose: str) -> str:
        return (self.own if whose == "own" else self.foreign).pk

    def ask(self, who: str, route: RouteFacts, method: str, whose: str) -> Any:
        path = reverse(route.name, kwargs={name: value_for(route, name, self, whose) for name in route.parameters})
        with transaction.atomic():
            if route.is_api:
                answer = self.apis[who].call(method, path, None if method == "GET" else {}, If_Match="*")
            else:
                answer = self.clients[who].generic(method, path, "")
            transaction.set_rollback(True)
        return answer


def _of_patient(model: Any) -> Callable[[World, str], str]:
    return lambda world, whose: str(model.objects.filter(patient_id=world.patient(whose)).first().pk)


def _first(model: Any) -> Callable[[World, str], str]:
    return lambda world, whose: str(model.objects.first().pk)


def _merge_of(world: World, whose: str) -> str:
    return str(MergeRecord.objects.get(survivor_id=world.patient(whose)).pk)


OBJECTS: list[tuple[str, str, Callable[[World, str], str]]] = [
    (r".*", "token", lambda world, whose: "none"),
    (r".*", "day", lambda world, whose: str(clock.today() + timedelta(days=7))),
    (r".*", "month", lambda world, whose: str(clock.today())[:7]),
    (r"appointments:outage", "pk", _first(Location)),
    (r"accounts:staff-", "pk", lambda world, whose: world.people["nina" if whose == "own" else "dana"].pk),
    (r"patients:import-", "pk", _first(Import)),
    (r"appointments:next-visit", "pk", _of_patient(NextVisit)),
    (r"patients:", "relationship_pk", _of_patient(Relationship)),
    (r"patients:|api:", "entry_pk", _of_patient(MedicalEntry)),
    (r"patients:", "consent_pk", _of_patient(Consent)),
    (r"patients:", "other_pk", lambda world, whose: world.patient("foreign" if whose == "own" else "own")),
    (r"patients:", "merge_pk", _merge_of),
    (r"api:merge-undo", "pk", _merge_of),
    (r"patients:", "user_pk", lambda world, whose: world.people["nina"].pk),
    (r"patients:duplicate-|api:duplicate-", "pk", _first(DuplicatePair)),
    (r"charting:", "pk", lambda world, whose: world.patient(whose)),
    (r"charting:", "entry", _of_patient(Visit)),
    (r"charting:", "exam", _of_patient(Exam)),
    (r"charting:appliance-", "row", _of_patient(Appliance)),
    (r"charting:appliance-", "event", _of_patient(ApplianceEvent)),
    (r"charting:series-", "row", _of_patient(AlignerSeries)),
    (r"charting:retention-", "row", _of_patient(RetentionCheck)),
    (r"charting:", "phrase", _first(Phrase)),
    (r"charting:", "plan", _of_patient(Plan)),
    (r"charting:", "option", _of_patient(PlanOption)),
    (r"charting:", "phase", _of_patient(Phase)),
    (r"charting:", "consent", _of_patient(SignedConsent)),
    (r"charting:", "consultation", _of_patient(Consultation)),
    (r"api:consultation-", "pk", _of_patient(Consultation)),
    (r"api:patient-exam", "exam", _of_patient(Exam)),
    (r"api:patient-visit", "visit", _of_patient(Visit)),
    (r"api:patient-plan", "row", _of_patient(PlanOption)),
    (r"api:patient-phase", "row", _of_patient(Phase)),
    (r"api:patient-appliance", "row", _of_patient(Appliance)),
    (r"api:patient-aligner", "row", _of_patient(AlignerSeries)),
    (r"api:patient-retention", "row", _of_patient(RetentionCheck)),
    (r"patients:|api:patient|api:medical|portal:record", "pk", lambda world, whose: world.patient(whose)),
    (r"appointments:(appointment|visit-)|api:appointment|portal:visit", "pk", _of_patient(Appointment)),
    (r"appointments:wish-|api:waitlist-", "pk", _of_patient(WaitlistEntry)),
    (r"appointments:offer-|api:offer-|portal:offer-", "pk", _of_patient(WaitlistOffer)),
    (r"appointments:board-", "pk", _of_patient(Appointment)),
    (r"appointments:checkout|appointments:close-visit", "pk", _of_patient(Appointment)),
    (r"appointments:desk-list-back", "pk", _of_patient(PutAside)),
    (r"appointments:desk-list-", "pk", lambda world, whose: world.patient(whose)),
    (r"appointments:", "name", lambda world, whose: "without-next"),
    (r"appointments:location", "pk", _first(Location)),
    (r"appointments:chair", "pk", _first(Chair)),
    (r"appointments:type", "pk", _first(AppointmentType)),
    (r"appointments:hours", "pk", _first(WorkingHours)),
    (r"appointments:closure", "pk", _first(Closure)),
    (r"appointments:absence", "pk", _first(Closure)),
    (r"appointments:move-run", "pk", _first(MoveRun)),
    (r"appointments:day-template", "pk", _first(DayTemplate)),
    (r"appointments:day-block", "pk", _first(TemplateBlock)),
]


def value_for(route: RouteFacts, name: str, world: World, whose: str) -> str:
    if whose == "unknown" and name not in OF_NOBODY:
        return UNKNOWN
    for pattern, parameter, find in OBJECTS:
        if parameter == name and re.match(pattern, route.name):
            return find(world, whose)
    raise AssertionError(f"{route.name}: say in OBJECTS what {name} names")


def furnish(patient: Patient, doctor: User, practice: Location, days: int) -> None:
    if not patient.relationships.exists():
        guardian = Guardian.objects.create(given_name="Mona", family_name=SECRET)
        Relationship.objects.create(guardian=guardian, patient=patient, kind="mother")
    MedicalEntry.objects.create(patient=patient, description=QUIET)
    consent = Consent.objects.create(patient=patient, kind="treatment", given_by=SECRET)
    plan = Plan.objects.create(patient=patient, by=doctor, problems=QUIET)
    PlanOption.objects.create(patient=patient, by=doctor, plan=plan, title=SECRET)
    Phase.objects.create(patient=patient, by=doctor, plan=plan, kind="full")
    SignedConsent.objects.create(patient=patient, by=doctor, plan=plan, consent=consent, text=QUIET, signer=SECRET)
    Consultation.objects.create(patient=patient, by=doctor, doctor=doctor, concern=QUIET)
    NextVisit.objects.create(patient=patient, due_on=clock.today(), note=SECRET)
    for model in (Visit, Exam, Appliance, AlignerSeries, RetentionCheck):
        more: dict[str, Any] = {"doctor": doctor} if model is Visit else {}
        more |= {"due_on": clock.today()} if model is RetentionCheck else {"upper": 9} if model is AlignerSeries else {}
        model.objects.create(patient=patient, by=doctor, **more)
    worn = Appliance.objects.get(patient=patient)
    ApplianceEvent.objects.create(patient=patient, by=doctor, appliance=worn, what="checked", note=QUIET)
    PutAside.objects.create(patient=patient, desk_list="without-next", reason=SECRET, by=doctor)
    twin = Patient.objects.create(family_name=SECRET, chart_number=f"Twin{days}", birth_date=patient.birth_date)
    actions.merge(by=doctor, survivor=patient, other=twin)
    kind = AppointmentType.objects.get(code="CONS")
    start = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=days)
    wish = WaitlistEntry.objects.create(patient=patient, type=kind, note=SECRET)
    WaitlistOffer.objects.create(
        entry=wish,
        patient=patient,
        start=start,
        doctor=doctor,
        location=practice,
        expires_at=start,
        offered_by=doctor,
    )
    Appointment.objects.create(
        patient=patient,
        doctor=doctor,
        location=practice,
        chair=practice.chairs.first(),
        type=kind,
        start=start,
        minutes=kind.minutes,
        pattern=kind.pattern,
    )


@pytest.fixture
def world(
    ada: User, rita: User, nina: User, dana: User, gus: User, pia: Patient, make_patient: Any, practice: Location
) -> World:
    stranger = make_patient("Zebedee", SECRET, email="zebedee@stranger.example", phone="+41446681800")
    furnish(pia, dana, practice, 7)
    furnish(stranger, dana, practice, 8)
    Closure.objects.create(starts_on=clock.today(), ends_on=clock.today())
    Phrase.objects.create(label="Comfortable", text="Comfortable since the last visit.")
    MoveRun.objects.create(made_by=rita, about="Away")
    template = DayTemplate.objects.create(location=practice, name="Usual day")
    TemplateBlock.objects.create(template=template, opens=time(12), closes=time(13), kind="lunch")
    Import.objects.create(kind="patients", source="Old", file_name=f"{SECRET}.csv", by=ada, state="checked")
    one, other = sorted((pia, stranger), key=lambda patient: patient.pk)
    DuplicatePair.objects.create(one=one, other=other, score=50, rank="050", found_at=clock.now())
    people = {"ada": ada, "rita": rita, "nina": nina, "dana": dana, "gus": gus}
    return World(people, pia, stranger, practice)


def opens(route: RouteFacts, method: str, user: User | None) -> bool:
    if narrower := NARROWER.get((route.name, method)):
        return user is not None and narrower in user.rights
    return route.opens_for(None if user is None else user.rights, method)


@pytest.mark.parametrize("route", own_routes(), ids=lambda route: route.name)
def test_route(route: RouteFacts, world: World) -> None:
    for method in route.methods:
        for who in WHO:
            for whose in ("own", "foreign", "unknown") if route.parameters else ("own",):
                answer = world.ask(who, route, method, whose)
                where = f"{method} {route.name} as {who} on {whose}: {answer.status_code}"
                assert answer.status_code < 500, where
                check_door(answer, opens(route, method, world.people.get(who)), route, who, where)
                check_leaks(answer, who, where)
        if route.parameters and opens(route, method, world.people["gus"]):
            check_no_oracle(world, route, method)


def check_door(answer: Any, is_open: bool, route: RouteFacts, who: str, where: str) -> None:
    if is_open:
        assert answer.status_code != 403, where
        assert answer.status_code != 401 or route.name.startswith("api:auth-"), where
    elif who == "nobody":
        refused = answer.status_code == 401 if route.is_api else answer.status_code == 302
        assert refused, where
    else:
        assert answer.status_code == 403, where


def check_leaks(answer: Any, who: str, where: str) -> None:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    body = content.decode(errors="replace")  # a ZIP is no text; what is in it has tests of its own
    if who in {"nobody", "gus"} or answer.status_code in {401, 403, 404}:
        assert SECRET not in body, where
        assert "zebedee@stranger.example" not in body, where
    if who in {"nobody", "rita"}:
        assert QUIET not in body, where


def check_no_oracle(world: World, route: RouteFacts, method: str) -> None:
    """Somebody else's id is answered exactly like one that nobody has."""
    foreign, unknown = (world.ask("gus", route, method, whose) for whose in ("foreign", "unknown"))
    if set(route.parameters) <= OF_NOBODY:
        return
    assert foreign.status_code == unknown.status_code, (route.name, method, foreign.status_code)
    assert foreign.status_code in {404, 405}, (route.name, method, foreign.status_code)
    assert _bare(foreign.content.decode()) == _bare(unknown.content.decode())


def _bare(body: str) -> str:
    return re.sub(r"[0-9a-f]{24}|[A-Za-z0-9]{64}", "*", body)


def test_public_routes_are_the_list() -> None:
    public = {route.name for route in own_routes() if any(PUBLIC in route.needs(method) for method in route.methods)}
    assert public | {"admin:login"} == set(PUBLIC_ROUTES)


def test_every_route_declares_who_may_use_it() -> None:
    assert [route.name for route in own_routes() if not all(route.needs(method) for method in route.methods)] == []
