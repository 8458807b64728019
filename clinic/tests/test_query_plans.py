"""On MongoDB no page reads more of a large collection than it shows: the server explains what the page really sends."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models
from django.http import HttpResponse
from django.test import Client, override_settings
from guardian.models import UserObjectPermission

from accounts.models import ApiSession, User
from appointments.models import Appointment
from appointments.tests.served import own_clinic
from clinic.demo.cast import DANA, GUS, OMAR, RITA
from clinic.tests import captured
from clinic.tests.api import Api
from clinic.tests.captured import Plan
from clinic.tests.test_demo import WEDNESDAY, demo
from core import clock
from patients import pairing
from patients.models import DuplicatePair, Patient, SearchKey
from patients.rules import sort_key

pytestmark = [pytest.mark.mongodb, pytest.mark.slow]

DEMO, MORE, CHUNK = 300, 2000, 1000
LARGE = 300  # documents; reading a smaller collection (chairs, hours, roles) whole is right
# A list of ids is looked up one by one, also those that find nothing: two keys for each of a page of 50.
SPARE_KEYS = 100


@pytest.fixture(scope="module")
def _password(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A clinic with thousands of rows wherever a clinic has thousands."""
    captured.listen()
    folder: Path = tmp_path_factory.mktemp("plans")
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with own_clinic(folder, django_db_blocker):
        with time_machine.travel(WEDNESDAY, tick=False), override_settings(DATA_DIR=folder, PASSWORD_HASHERS=hashers):
            demo(DEMO)
            _fill()
        yield (folder / "demo_password").read_text()


def _fill() -> None:
    dana = User.objects.get(email=DANA.email)
    later = clock.now() + timedelta(days=2)
    numbers = range(MORE)
    parents = [User(email=f"{n}@people.example", name=f"Parent {n}") for n in numbers]
    _add(parents)
    _add(Session(session_key=f"other{n}", session_data="", expire_date=later) for n in numbers)
    _add(ApiSession(user_id=parent.pk, refresh_id=parent.pk, expires_at=later) for parent in parents)
    people = [Patient(given_name=f"Pat {n}", family_name=f"Zimmer{n}", chart_number=f"X{n}") for n in numbers]
    for patient in people:
        patient.sort_key = sort_key(patient.given_name, patient.family_name)
        patient.sensitive = patient.chart_number.endswith("00")
    _add(people)
    SearchKey.objects.write_new(people, {})
    _add(
        DuplicatePair(one=one, other=other, score=n % 100, rank=DuplicatePair.rank_of(n % 100, later), found_at=later)
        for n, (one, other) in enumerate(pairwise(people))
    )
    # A doctor who sees somebody every nine days, and Dana may open one of the sensitive charts.
    vera = User.objects.create(email="vera@people.example", name="Vera")
    visit = Appointment.objects.filter(doctor=dana).first()
    assert visit
    _add(_copy(visit, vera, clock.at(clock.today() - timedelta(days=9 * n), time(9))) for n in range(1, 80))
    chart = ContentType.objects.get_for_model(Patient)
    right = chart.permission_set.get(codename="open_chart")
    grant = {"permission": right, "content_type": chart, "object_pk": people[100].pk}
    _add(UserObjectPermission(user_id=user.pk, **grant) for user in [*parents, dana])


def _copy(visit: Appointment, doctor: User, start: datetime) -> Appointment:
    kept = {name: getattr(visit, name) for name in ("patient_id", "location_id", "type_id", "minutes", "pattern")}
    return Appointment(doctor_id=doctor.pk, start=start, status="completed", **kept)


def _add(rows: Any) -> None:
    made: list[models.Model] = list(rows)
    type(made[0])._default_manager.bulk_create(made, batch_size=CHUNK)


class Desk:
    """Rita at a browser and at the API, and others at theirs."""

    def __init__(self, password: str) -> None:
        self.password = password
        self.dana, self.omar, self.rita, self.gus = (
            User.objects.get(email=person.email) for person in (DANA, OMAR, RITA, GUS)
        )
        self.vera = User.objects.get(name="Vera")
        self.middle = Patient.objects.current().by_name()[1000]
        self.booked = Appointment.objects.order_by("start", "id")[1000]
        self.day = clock.today()

    def sign_in(self) -> Any:
        return Client().post("/sign-in/", {"email": RITA.email, "password": self.password})

    def sign_in_by_api(self) -> Any:
        return Api().post("/api/auth/login", {"email": RITA.email, "password": self.password})

    def page(self, address: str, by: User | None = None) -> Callable[[], Any]:
        browser = self._browser(by or self.rita)
        return lambda: browser.get(address)

    def search(self, text: str) -> Callable[[], Any]:
        browser = self._browser(self.rita)
        return lambda: browser.post("/patients/search/", {"search": text}, HTTP_HX_REQUEST="true")

    def find(self, text: str) -> Callable[[], Any]:
        browser = self._browser(self.rita)
        return lambda: browser.post("/patients/find/", {"search": text}, HTTP_HX_REQUEST="true")

    def lookalikes(self) -> Callable[[], Any]:
        browser = self._browser(self.rita)
        typed = {"given_name": "Pat", "family_name": "Zimmer77", "birth_date": "2012-02-29", "phone": "044 668 18 00"}
        return lambda: browser.post("/patients/lookalikes/", typed)

    def nightly_search(self) -> Any:
        pairing.search(most=50, settled=timedelta())
        return HttpResponse()

    def call(self, address: str, by: User | None = None) -> Callable[[], Any]:
        api = Api().sign_in(by or self.rita, self.password)
        return lambda: api.get(address)

    def visits(self, query: str) -> Callable[[], Any]:
        return self.call(f"/api/appointments?{query}")

    def free_times(self, doctor: User) -> str:
        first = self.day + timedelta(days=7)
        return f"/api/slots?doctorId={doctor.pk}&from={first}&to={first + timedelta(days=6)}"

    def book(self) -> Callable[[], Any]:
        api = Api().sign_in(self.rita, self.password)
        start = api.get(self.free_times(self.omar)).json()[-1]["start"]
        body = {"patientId": Patient.objects.get(chart_number="X7").pk, "doctorId": self.omar.pk, "date": start}
        return lambda: api.post("/api/appointments", body)

    def _browser(self, user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        browser.get("/account/")  # the first page of a session notes when it began
        return browser


@pytest.fixture
def desk(_password: str) -> Iterator[Desk]:
    with time_machine.travel(WEDNESDAY, tick=False):
        yield Desk(_password)


# What is done, the large collections that it must ask, and those of them that it must read in the order of an index.
Scenario = tuple[Callable[[Desk], Callable[[], Any]], set[str], set[str]]
USER, SESSION, TOKEN = "accounts_user", "django_session", "accounts_apisession"
PATIENT, KEY, VISIT, CLAIM = "patients_patient", "patients_searchkey", "appointments_appointment", "appointments_claim"
GRANT, PAIR = "guardian_userobjectpermission", "patients_duplicatepair"

SCENARIOS: dict[str, Scenario] = {
    "sign-in": (lambda desk: desk.sign_in, {USER, SESSION}, set()),
    "sign-in at the API": (lambda desk: desk.sign_in_by_api, {USER}, set()),
    "session": (lambda desk: desk.page("/account/"), {SESSION, USER}, set()),
    "token": (lambda desk: desk.call("/api/auth/me"), {TOKEN}, set()),
    "patient list": (lambda desk: desk.page("/patients/"), {PATIENT, GRANT}, {PATIENT}),
    "later page": (lambda desk: desk.page(f"/patients/?after={desk.middle.pk}"), {PATIENT}, {PATIENT}),
    "patient list with a grant": (lambda desk: desk.page("/patients/", by=desk.dana), {PATIENT, GRANT}, {PATIENT}),
    "later page with a grant": (
        lambda desk: desk.page(f"/patients/?after={desk.middle.pk}", by=desk.dana),
        {PATIENT, GRANT},
        {PATIENT},
    ),
    "patient list of the API": (lambda desk: desk.call("/api/patients"), {PATIENT}, {PATIENT}),
    "search by name": (lambda desk: desk.search(desk.middle.family_name), {KEY, PATIENT}, set()),
    "search by two words": (lambda desk: desk.search("pat zimmer77"), {KEY, PATIENT}, set()),
    "the search box": (lambda desk: desk.find("li"), {KEY, PATIENT, VISIT}, set()),
    "who looks alike": (lambda desk: desk.lookalikes(), {KEY, PATIENT}, set()),
    "possible duplicates": (lambda desk: desk.page("/patients/duplicates/"), {PAIR, PATIENT}, {PAIR}),
    "later possible duplicates": (lambda desk: desk.page("/patients/duplicates/?show=strong&page=3"), {PAIR}, {PAIR}),
    "the search for duplicates": (lambda desk: desk.nightly_search, {PATIENT, KEY, PAIR}, {PATIENT}),
    "the empty search box": (lambda desk: desk.find(""), set(), set()),
    "patient page": (lambda desk: desk.page(f"/patients/{desk.middle.pk}/"), {PATIENT}, set()),
    "day by chair": (lambda desk: desk.page(f"/schedule/{desk.day}/"), {VISIT, PATIENT}, {VISIT}),
    "day by doctor": (lambda desk: desk.page(f"/schedule/{desk.day}/?by=doctor"), {VISIT, PATIENT}, {VISIT}),
    "appointments": (lambda desk: desk.visits(""), {VISIT, PATIENT}, {VISIT}),
    "later appointments": (lambda desk: desk.visits(f"after={desk.booked.pk}"), {VISIT}, {VISIT}),
    "appointments of a day": (
        lambda desk: desk.visits(f"from={desk.day}&to={desk.day}"),
        {VISIT},
        {VISIT},
    ),
    "appointments of a doctor": (
        lambda desk: desk.visits(f"doctorId={desk.dana.pk}"),
        {VISIT},
        {VISIT},
    ),
    "appointments of a guest": (lambda desk: desk.visits(f"doctorId={desk.vera.pk}"), {VISIT}, {VISIT}),
    "a family's visits": (lambda desk: desk.call("/api/me/appointments", by=desk.gus), {VISIT, PATIENT}, set()),
    "free times": (lambda desk: desk.call(desk.free_times(desk.dana)), {CLAIM}, set()),
    "booking": (lambda desk: desk.book(), {CLAIM, PATIENT, "appointments_resourceday"}, set()),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_large_collections_are_read_by_index(desk: Desk, name: str) -> None:
    prepare, asked, in_order = SCENARIOS[name]
    act = prepare(desk)
    with captured.plans() as plans:
        answer = act()
    assert answer.status_code in {200, 201, 302}, answer.content
    large = [plan for plan in plans if captured.size_of(plan.collection) > LARGE]
    assert asked <= {plan.collection for plan in large}
    for plan in plans:
        assert not [stage for stage in plan.stages if stage.startswith("COLLSCAN of")], str(plan)
    for plan in large:
        assert _is_bounded(plan), str(plan)
        assert plan.collection not in in_order or plan.returned < 2 or "SORT" not in plan.stages, str(plan)


def _is_bounded(plan: Plan) -> bool:
    """Reads about what it finds; all that is there only if it stops at once (`exists()`)."""
    most = 3 * plan.returned + SPARE_KEYS
    by_index = "COLLSCAN" not in plan.stages or plan.documents <= plan.returned
    return by_index and plan.keys <= most and plan.documents <= most


def test_a_scan_would_be_seen(desk: Desk) -> None:
    with captured.plans() as plans:
        Patient.objects.filter(school="").count()
        list(Appointment.objects.filter(pk__in=[desk.booked.pk]).select_related("doctor").order_by("reason"))
    scan, lookup = plans
    assert "COLLSCAN" in scan.stages
    assert not _is_bounded(scan)
    assert "SORT" in lookup.stages
    assert _is_bounded(lookup)
