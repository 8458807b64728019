"""What is timed: pages and calls of the API, through Django's whole stack. Imported where Django is set up."""

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import close_old_connections
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from appointments.models import Appointment
from clinic.demo import password
from clinic.demo.cast import DANA, RITA
from core import clock
from patients.models import Patient
from scripts.benchmark import charts

_EVERY = 37  # patients of the list whose names are searched for
_DAYS_AHEAD, _DAYS = 70, 28  # where is booked: later than most of the demo clinic's visits


class Desk:
    """The receptionist at a browser and at the API, a doctor at a chart. Every task is one request."""

    def __init__(self) -> None:
        rita = User.objects.get(email=RITA.email)
        self.browser, self.doctor, self.api = Client(), Client(), Client()
        self.browser.force_login(rita)
        self.doctor.force_login(User.objects.get(email=DANA.email))
        body = json.dumps({"email": RITA.email, "password": password.settle()})
        token = _sent(self.api.post("/api/auth/login", body, content_type="application/json")).json()["token"]
        self.api.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        people = list(Patient.objects.current().by_name())
        self.anchor = people[len(people) // 2].pk
        self.names = itertools.cycle([patient.family_name for patient in people[::_EVERY]])
        self.charts = self._charts()
        self.places = self._places(people)
        self.booked: list[str] = []

    def tasks(self) -> dict[str, Callable[[], Any]]:
        """By what people call them; those that write undo each other."""
        return {
            "Patient list": lambda: self._page("/patients/"),
            "Patient list, later page": lambda: self._page(f"/patients/?after={self.anchor}"),
            "Patient search": self._search,
            "Day view": lambda: self._page(f"/schedule/{clock.today()}/"),
            "Chart with 5 visits": lambda: self._chart(charts.SHORT),
            "Chart with 500 visits and 20 exams": lambda: self._chart(charts.LONG),
            "Appointments with names (API)": lambda: self._call("/api/appointments"),
            "Free times of a week (API)": lambda: self._call(self._week()),
            "Book (API)": self._book,
            "Cancel (API)": self._cancel,
        }

    def _page(self, address: str) -> None:
        assert b"</main>" in _sent(self.browser.get(address)).content

    def _chart(self, visits: int) -> None:
        assert b"chart-head" in _sent(self.doctor.get(f"/patients/{self.charts[visits]}/chart/")).content

    def _charts(self) -> dict[int, str]:
        """Of two patients who are made for it, by the number of their visits."""
        dana = User.objects.get(email=DANA.email)
        made = {}
        for visits in (charts.SHORT, charts.LONG):
            patient = Patient.objects.create(
                given_name="Long", family_name=f"History {visits}", chart_number=f"B{visits}", treating_doctor=dana
            )
            charts.write(patient, dana, visits)
            made[visits] = patient.pk
        return made

    def _search(self) -> None:
        name = next(self.names)
        # As it is sent while somebody types: one hit alone opens no other page then.
        rows = _sent(self.browser.post("/patients/search/", {"search": name}, HTTP_HX_REQUEST="true"))
        assert escape(name) in rows.content.decode(), name

    def _call(self, address: str) -> Any:
        rows = _sent(self.api.get(address)).json()
        assert rows, address
        return rows

    def _book(self) -> None:
        body = json.dumps(next(self.places))
        answer = _sent(self.api.post("/api/appointments", body, content_type="application/json"), 201)
        self.booked.append(answer.json()["appointmentId"])

    def _cancel(self) -> None:
        _sent(self.api.delete(f"/api/appointments/{self.booked.pop()}"), 204)

    def _places(self, people: list[Patient]) -> Iterator[dict[str, str]]:
        """Bookings that fit: free times of a doctor, one after the other, for patients who have nothing planned."""
        dana = User.objects.get(email=DANA.email)
        busy = set(Appointment.objects.upcoming().values_list("patient_id", flat=True))
        free = [patient.pk for patient in people if patient.pk not in busy]
        slots = self._call(f"/api/slots?doctorId={dana.pk}&{_days(_DAYS_AHEAD, _DAYS)}")
        apart = slots[::8]  # two hours: none takes the time of another
        pairs = zip(itertools.cycle(free), itertools.cycle(apart), strict=False)
        return ({"patientId": pk, "doctorId": dana.pk, "date": slot["start"]} for pk, slot in pairs)

    def _week(self) -> str:
        return f"/api/slots?{_days(7, 7)}"


def served(task: Callable[[], Any]) -> None:
    """One request as a worker process of the clinic handles it: the connection is looked at before and after."""
    close_old_connections()
    task()
    close_old_connections()


def _days(ahead: int, count: int) -> str:
    first = clock.today() + timedelta(days=ahead)
    return f"from={first}&to={first + timedelta(days=count - 1)}"


def _sent(answer: Any, expected: int = 200) -> Any:
    if answer.status_code != expected:
        raise RuntimeError(f"{answer.request['PATH_INFO']} answered {answer.status_code}: {answer.content[:300]!r}")
    return answer
