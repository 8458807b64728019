"""The six calls of the original README, to the letter."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from appointments.models import Location
from clinic.tests.api import Api, api_of
from core import clock
from core.ids import is_id
from patients.models import Patient

pytestmark = pytest.mark.django_db

JOHN = {"name": "John Doe", "email": "john@example.com", "password": "SecurePass123", "role": "patient"}
JANE = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+1987654321", "medicalHistory": []}


def next_weekday_at_ten() -> str:
    day = clock.today() + timedelta(days=2)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return f"{day}T10:00:00Z"


def test_register() -> None:
    answer = Api().post("/api/auth/register", JOHN)
    assert answer.status_code == 201
    body = answer.json()
    assert body == {"message": "User registered successfully", "userId": body["userId"]}
    assert is_id(body["userId"])


def test_login() -> None:
    Api().post("/api/auth/register", JOHN)
    answer = Api().post("/api/auth/login", {"email": JOHN["email"], "password": JOHN["password"]})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"token", "role", "refresh"}
    assert body["role"] == "patient"
    assert body["token"].startswith("eyJ")


@pytest.mark.parametrize("name", ["dana", "ada"])
def test_add_a_patient(name: str, request: pytest.FixtureRequest) -> None:
    answer = api_of(request.getfixturevalue(name)).post("/api/patients", JANE)
    assert answer.status_code == 201
    body = answer.json()
    assert body == {"message": "Patient added successfully", "patientId": body["patientId"]}


@pytest.mark.parametrize("name", ["dana", "ada"])
def test_list_patients(name: str, request: pytest.FixtureRequest) -> None:
    api = api_of(request.getfixturevalue(name))
    patient_id = api.post("/api/patients", JANE).json()["patientId"]
    answer = api.get("/api/patients")
    assert answer.json() == [{"_id": patient_id, **JANE}]


def booking(patient: Patient, doctor: User) -> dict[str, Any]:
    return {"patientId": patient.pk, "doctorId": doctor.pk, "date": next_weekday_at_ten()}


def test_book_as_doctor(practice: Location, dana: User, pia: Patient) -> None:
    answer = api_of(dana).post("/api/appointments", booking(pia, dana))
    assert answer.status_code == 201
    body = answer.json()
    assert body == {"message": "Appointment scheduled successfully", "appointmentId": body["appointmentId"]}


def test_book_as_the_patient(practice: Location, dana: User, pia: Patient) -> None:
    assert pia.user
    answer = api_of(pia.user).post("/api/appointments", booking(pia, dana))
    assert answer.status_code == 201
    assert answer.json()["message"] == "Appointment scheduled successfully"


@pytest.mark.parametrize("name", ["dana", "ada"])
def test_list_appointments(name: str, practice: Location, pia: Patient, request: pytest.FixtureRequest) -> None:
    dana = request.getfixturevalue("dana")
    wanted = booking(pia, dana)
    made = api_of(dana).post("/api/appointments", wanted).json()["appointmentId"]
    rows = api_of(request.getfixturevalue(name)).get("/api/appointments").json()
    assert rows == [{"_id": made, "patient": "Pia Lindholm", "doctor": "Dr. Dana", "date": wanted["date"]}]


@pytest.mark.parametrize("path", ["/api/patients", "/api/appointments"])
def test_lists_are_not_for_patients(path: str, pia: Patient) -> None:
    assert pia.user
    answer = api_of(pia.user).get(path)
    assert answer.status_code == 403
    assert answer.json()["code"] == "permission_denied"


@pytest.mark.parametrize("path", ["/api/patients/", "/api/appointments/", "/api/auth/me/"])
def test_a_trailing_slash_works_too(path: str, dana: User) -> None:
    assert api_of(dana).get(path).status_code == 200
