"""The free times that a form of the desk offers, for as much as has been chosen so far."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.models import User
from appointments import offers
from appointments.finding_times.forms import WishFields
from appointments.forms import BookForm, PlaceFields
from appointments.models import Appointment
from patients.models import Patient

# Which way to go on from the days that are shown: the names of the buttons.
LATER, EARLIER = "times_from", "times_until"


def free_times(form: PlaceFields, asked: Mapping[str, Any], *, patient: Patient | None) -> dict[str, Any]:
    """What the list of free times needs; `asked` is what was sent."""
    assert isinstance(form, BookForm)
    search = search_for(form, form.type_pattern(), patient)
    search.type_code = form.raw("type")
    return _offered(form, search, asked)


def times_to_move(form: PlaceFields, asked: Mapping[str, Any], visit: Appointment) -> dict[str, Any]:
    """The same for a visit that is to go somewhere else."""
    search = search_for(form, visit.pattern, visit.patient)
    search.leaving, search.preferred, search.type_code = visit.pk, visit.doctor_id, visit.type.code
    return _offered(form, search, asked)


def search_for(form: PlaceFields, pattern: str, patient: Patient | None) -> offers.Search:
    """A search for whatever is free, among the doctors that the form names."""
    return offers.Search(
        doctors=form.wanted_doctors(),
        pattern=form.wanted_pattern(pattern),
        patient_id=patient.pk if patient else "",
        preferred=(patient.treating_doctor_id or "") if patient else "",
    )


def doctor_for(form: PlaceFields, patient: Patient, place: Mapping[str, Any]) -> User | None:
    """Whoever is free then, the patient's own doctor first."""
    assert isinstance(form, BookForm)
    search = search_for(form, form.type_pattern(), patient)
    return search.doctor_at(place["start"], place["chair"].location_id if place["chair"] else "")


def _offered(form: PlaceFields, search: offers.Search, asked: Mapping[str, Any]) -> dict[str, Any]:
    search.wish = form.wish()
    return days_offered(search, form, asked) | {"several_doctors": len(search.doctors) > 1}


def days_offered(search: offers.Days, form: WishFields, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Some days, and how to go on: earlier or later ones, those around the wished week, or those from the day on."""
    later, earlier, around = day_in(asked.get(LATER, "")), day_in(asked.get(EARLIER, "")), form.wanted_around()
    if later:
        found = search.from_day(later)
    elif earlier:
        found = search.until_day(earlier)
    elif around:
        found = search.around(*around)
    else:
        found = search.from_day(form.wanted_day())
    return {"days": found.days, "earlier": found.earlier, "later": found.later, "searched_days": True}


def day_in(text: Any) -> date | None:
    """The day that stands there, if one does."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
