"""The same bad input gets the same refusal from the form and from the API."""

import re
from datetime import timedelta

import pytest

from core import clock
from core.api.names import camel
from patients.models import MedicalEntry, Patient

pytestmark = pytest.mark.django_db

BAD_RECORDS = [
    {"family_name": ""},
    {"family_name": "x" * 10_000},
    {"family_name": "Doe\x00"},
    {"email": "jane@"},
    {"phone": "1" * 41},
    {"birth_date": "2011-02-29"},
    {"birth_date": "1899-12-31"},
    {"birth_date": str(clock.today() + timedelta(days=2))},
    {"sex": "robot"},
    {"care_status": "healed"},
    {"care_phase": "healed"},
    {"treating_doctor": "f" * 24},
    {"treating_doctor": "nobody"},
    {"care_started_on": "2020-02-02", "estimated_completion_on": "2020-02-01"},
    {"alerts": ["x" * 201]},
    {"alerts": ["x"] * 21},
    {"address": "x" * 501},
]
NAMES = {"treating_doctor": "treatingDoctorId"}


def said_by_page(response):
    found = re.search(r'data-code="(\w+)"', response.content.decode())
    return response.status_code, found[1] if found else None


def said_by_api(response):
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize("bad", BAD_RECORDS)
def test_records(bad, web, api, dana):
    record = {"given_name": "Jane", "family_name": "Doe"} | bad
    form = {name: "\n".join(value) if isinstance(value, list) else value for name, value in record.items()}
    body = {NAMES.get(name, camel(name)): value for name, value in record.items()}
    page = said_by_page(web(dana).post("/patients/new/", form))
    assert page == said_by_api(api(dana).post("/api/patients", body))
    assert page[0] in {400, 422}
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"description": ""},
        {"description": "   "},
        {"description": "x" * 2001},
        {"category": "spell"},
        {"since": "2011-02-29"},
        {"since": str(clock.today() + timedelta(days=2))},
        {"since": "2020-02-02", "until": "2020-02-01"},
    ],
)
def test_medical_entries(bad, web, api, dana, pia):
    entry = {"category": "allergy", "description": "Latex"} | bad
    page = said_by_page(web(dana).post(f"/patients/{pia.pk}/medical/new/", entry))
    assert page == said_by_api(api(dana).post(f"/api/patients/{pia.pk}/medical-history", entry))
    assert page[0] in {400, 422}
    assert not MedicalEntry.objects.exists()
