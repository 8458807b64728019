"""The search box of the frame: what its lines say, what is noted, and that odd things typed do no harm."""

import html
import logging
import re
from datetime import date, timedelta

import pytest
import time_machine

from core import clock
from core.models import AuditEvent
from patients.models import Guardian, MedicalEntry, Patient, Relationship, SearchKey
from patients.search.query import LONGEST

pytestmark = pytest.mark.django_db

FIND = "/patients/find/"


def text_of(response):
    """The answer as a person reads it, with «» for what is marked."""
    page = response.content.decode().replace("<mark>", "«").replace("</mark>", "»")
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


@pytest.fixture(autouse=True)
def now():
    """A Wednesday morning; everybody signs in then."""
    with time_machine.travel("2026-11-25T09:00:00Z") as moment:
        yield moment


@pytest.fixture
def desk(web, rita):
    return web(rita)


@pytest.fixture
def find(desk):
    return lambda text: desk.post(FIND, {"search": text})


@pytest.fixture
def add(make_patient):
    """A patient with search keys, and with a father if asked for."""

    def make(given="Pat", family="Example", father="", father_phone="", **fields):
        patient = make_patient(given, family, **fields)
        if father:
            first, _space, last = father.partition(" ")
            guardian = Guardian.objects.create(given_name=first, family_name=last, phone=father_phone)
            Relationship.objects.create(guardian=guardian, patient=patient, kind="father")
        SearchKey.objects.write(patient)
        return patient

    return make


def noted():
    """Ids in the audit, one list a row, in the order of the rows."""
    rows = AuditEvent.objects.filter(event="patient.found").order_by("at", "id")
    return [row.changes["patients"].split() for row in rows]


# --- What a line says


def test_a_line(find, add):
    jane = add("Jane", "Müller", birth_date=date(2012, 2, 29), chart_number="000123", alerts=["Latex"])
    answer = find("muller")
    assert "«Müller», Jane Alert 14 y, 29 Feb 2012 Chart 000123 Book" in text_of(answer)
    page = answer.content.decode()
    assert f'href="/patients/{jane.pk}/"' in page
    assert f'href="/appointments/new/?patient={jane.pk}"' in page
    assert answer["Cache-Control"] == "no-store, private"


WHY = [
    ("pippa", "Lindholm, Pia («Pippa»)"),
    ("kowalska", "Formerly: «Kowalska»"),
    ("0132", "Phone: +1 415-555-«0132»"),
    ("pia@", "E-mail: «pia@»test.example"),
    ("karlsson", "Guardian: Gus «Karlsson»"),
    ("gus lindholm", "«Lindholm», Pia 14 y, 17 May 2012 Chart 000007 Guardian: «Gus» Karlsson"),
    ("6681800", "Guardian: Gus Karlsson, +41 44 «668 18 00»"),
    ("17.5.2012", "14 y, «17 May 2012»"),
    ("pia 2012", "«Pia» 14 y, 17 May «2012»"),
    ("000007", "Chart «000007»"),
    ("lindhlom", "«Lindholm», Pia"),
]


@pytest.mark.parametrize(("typed", "wanted"), WHY)
def test_a_line_says_why(typed, wanted, find, add):
    add(
        "Pia",
        "Lindholm",
        father="Gus Karlsson",
        father_phone="+41446681800",
        preferred_name="Pippa",
        former_name="Kowalska",
        phone="+14155550132",
        email="pia@test.example",
        chart_number="000007",
    )
    assert wanted in text_of(find(typed))


def test_what_was_not_met_is_left_out(find, add):
    add("Pia", "Lindholm", father="Gus Karlsson", preferred_name="Pippa", former_name="Kowalska", phone="+14155550132")
    assert not re.search("Pippa|Kowalska|0132|Karlsson", text_of(find("lindholm pia")))


def test_archived_come_last_and_cannot_be_booked(find, add):
    add("Ann", "Doe", archived_at=clock.now())
    add("Zoe", "Doe")
    said = text_of(find("doe"))
    assert said.index("Doe», Zoe") < said.index("Doe», Ann Archived")
    assert said.count("Book") == 1


def test_critical_entries_are_an_alert(find, add):
    MedicalEntry.objects.create(patient=add("Jane", "Doe"), description="Latex", critical=True)
    answer = find("doe")
    assert "Alert" in text_of(answer)
    assert "Latex" not in text_of(answer)


def test_markup_in_names_is_shown_as_text(find, add):
    add("<script>x</script>", "Doe & <b>Sons</b>")
    assert "<script>" not in find("doe").content.decode()
    assert "<b>" not in find("sons").content.decode()


def test_twenty_at_most_and_then_all(find, add):
    for number in range(23):
        add("Jane", f"Doe{number:02}")
    answer = find("jane")
    assert answer.content.decode().count("data-book") == 20
    assert "These are the best 20. Show all results" in text_of(answer)


def test_the_only_one_is_marked_as_such(find, add):
    add("Jane", "Doe")
    assert "data-only" in find("doe").content.decode()
    add("John", "Doe")
    assert "data-only" not in find("doe").content.decode()


@pytest.mark.parametrize(("who", "offered"), [("rita", True), ("nina", False)])
def test_nobody_found(who, offered, web, request):
    said = text_of(web(request.getfixturevalue(who)).post(FIND, {"search": "zebedee"}))
    assert "Nobody found" in said
    assert ("New patient" in said) is offered


@pytest.mark.parametrize("hits", [2, 20])
def test_queries(hits, desk, add, django_assert_num_queries):
    for number in range(hits):
        add("Jane", f"Doe{number:02}", father="Janet Roe", alerts=["Latex"])
    desk.post(FIND, {"search": ""})
    # Session, person and rights 4; the search 7; the audit 3; alerts 2; visits 2 (two more name doctors); families 2.
    with django_assert_num_queries(20):
        assert desk.post(FIND, {"search": "janet"}).content.decode().count("data-book") == hits


# --- With nothing typed


def test_an_empty_box_shows_whom_the_person_opened(desk, web, rita, dana, add, now):
    pia, tim, other = add("Pia", "Lindholm"), add("Tim", "Roe"), add("Una", "Doe")
    for patient in (tim, pia, tim):
        desk.get(f"/patients/{patient.pk}/")
    web(dana).get(f"/patients/{other.pk}/")
    said = text_of(desk.post(FIND, {"search": "  "}))
    assert said.startswith("Opened today")
    assert said.index("Roe, Tim") < said.index("Lindholm, Pia")
    assert "Doe" not in said
    now.shift(timedelta(days=2))
    assert "Roe" not in text_of(web(rita).post(FIND, {}))


# --- Who


@pytest.mark.parametrize(("who", "status"), [("nina", 200), ("dana", 200), ("ada", 200), ("gus", 403)])
def test_who_has_the_box(who, status, web, request):
    client = web(request.getfixturevalue(who))
    assert client.post(FIND, {"search": "doe"}).status_code == status
    assert ('id="find"' in client.get("/account/").content.decode()) is (status == 200)


def test_nobody_finds_whom_they_may_not_see(find, add):
    add("Zebedee", "Quixote", sensitive=True, phone="+41446681800", father="Maud Quixote")
    for typed in ("zebedee", "quixote", "zebedee quixote", "6681800", "maud", "17.5.2012", "quixote 2012"):
        assert "Nobody found" in text_of(find(typed)), typed
    assert noted() == []


def test_the_box_is_asked_by_post_only(desk):
    assert desk.get(FIND + "?search=doe").status_code == 405


# --- Odd things


ODD = {
    "long": "müller " * 1500,
    "blanks": " \t\n\u00a0\u2003 ",
    "expression": r".*(a+)+$ [^x] \d{3} (?:",
    "wildcards": "% _ * ? %25",
    "emoji": "\U0001f9b7\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "right to left": "محمد \u202eنور\u202c שלום",
    "sql": "'; DROP TABLE patients_patient; -- ' OR 1=1",
    "mongo": '{"$gt": ""} $where: sleep(1000) [$ne]=1',
    "markup": "<img src=x onerror=alert(1)>{{7*7}}{% csrf_token %}",
    "null": "do\x00e",
    "digits": "1" * 10_000,
    "words": "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 8,
    "combining": "e" + "\u0301" * 9_999,
    "surrogates": "\ufffe\uffff\ud7ff",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_things_typed_do_no_harm(name, desk, api, rita, add, practice, django_assert_max_num_queries):
    add("Jane", "Doe", father="Gus Roe")
    with django_assert_max_num_queries(60):
        answer = desk.post(FIND, {"search": ODD[name]})
    assert answer.status_code == 200
    assert "onerror" not in answer.content.decode()
    assert desk.post("/patients/search/", {"search": ODD[name]}).status_code in {200, 302}
    assert desk.post("/appointments/patients/", {"patient_query": ODD[name]}).status_code == 200
    if "\x00" not in ODD[name]:
        assert isinstance(api(rita).get("/api/patients", {"search": ODD[name]}).json(), list)


def test_a_long_text_is_cut(find, add):
    add("Jane", "Doe")
    assert "«Doe»" in text_of(find("doe " + " " * 10_000))
    assert "«Doe»" in text_of(find("doe" + " " * LONGEST + "zebedee"))


# --- The audit


def test_the_audit_holds_ids_and_never_what_was_typed(find, add, rita):
    jane, john = add("Jane", "Doe"), add("John", "Doe")
    find("doe")
    event = AuditEvent.objects.get(event="patient.found")
    assert set(event.changes["patients"].split()) == {jane.pk, john.pk}
    assert (event.actor_id, event.source, event.patient_id) == (rita.pk, "web", "")
    assert "doe" not in str(event.__dict__).lower()


def test_one_found_is_noted_as_that_patient(find, add):
    jane = add("Jane", "Doe")
    find("jane")
    assert AuditEvent.objects.get(event="patient.found").patient_id == jane.pk


def test_typing_on_notes_only_whom_it_newly_shows(find, add):
    jane, janet = add("Jane", "Doe"), add("Janet", "Doe")
    for typed in ("jan", "jane", "janet", "jane do", "doe"):
        find(typed)
    assert [set(ids) for ids in noted()] == [{jane.pk, janet.pk}]
    john = add("John", "Doe")
    find("doe")
    assert noted()[1:] == [[john.pk]]
    find("zebedee")
    assert len(noted()) == 2


def test_after_some_minutes_it_is_noted_again(find, add, now):
    add("Jane", "Doe")
    find("doe")
    now.shift(250)
    find("doe")
    assert len(noted()) == 1
    now.shift(60)
    find("doe")
    assert len(noted()) == 2


def test_what_another_person_saw_is_no_excuse(web, rita, dana, add):
    add("Jane", "Doe")
    for person in (rita, dana):
        web(person).post(FIND, {"search": "doe"})
    assert len(noted()) == 2


def test_every_door_notes_whom_it_shows(desk, api, rita, add, practice):
    jane, john = add("Jane", "Doe"), add("John", "Roe")
    desk.post("/patients/search/", {"search": "doe", "care": ""})
    desk.post("/appointments/patients/", {"patient_query": "roe"})
    api(rita).get("/api/patients?search=doe")
    assert noted() == [[jane.pk], [john.pk], [jane.pk]]
    assert {row.source for row in AuditEvent.objects.filter(event="patient.found")} == {"web", "api"}


def test_nothing_typed_reaches_the_log(find, desk, api, rita, add, caplog):
    add("Zebedee", "Quixote")
    with caplog.at_level(logging.DEBUG):
        find("quixote")
        desk.post("/patients/search/", {"search": "quixote"})
        api(rita).get("/api/patients?search=quixote")
    assert "patients/find/" in caplog.text
    assert "quixote" not in "".join(line for line in caplog.text.splitlines() if "django.db" not in line).lower()


def test_no_address_carries_what_was_typed(find, desk, add):
    for number in range(60):
        add("Jane", f"Quixote{number:02}")
    for answer in (find("quixote"), desk.post("/patients/search/", {"search": "quixote", "care": ""})):
        addresses = re.findall(r"""(?:href|action|src|hx-\w+)="([^"]*)""", answer.content.decode())
        assert addresses
        assert not [address for address in addresses if "uixote" in address]


# --- The list and the API in the order of the hits


def test_the_list_shows_the_best_first(desk, add):
    add("Marion", "Aarons")
    add("Mary", "Zimmer")
    said = text_of(desk.post("/patients/search/", {"search": "mary", "care": ""}))
    assert "Zimmer" in said
    add("Maryam", "Abel")
    said = text_of(desk.post("/patients/search/", {"search": "mary", "care": ""}))
    assert said.index("Zimmer") < said.index("Abel")


def test_the_list_keeps_its_filters(desk, add, dana):
    add("Jane", "Doe", care_status="active")
    add("John", "Doe", care_status="retention", treating_doctor=dana)
    add("June", "Doe", archived_at=clock.now())
    for more, wanted in [
        ({"care": "active"}, {"Jane"}),
        ({"doctor": dana.pk}, {"John"}),
        ({"archived": "on"}, {"June"}),
        ({"care": ""}, {"Jane", "John"}),
    ]:
        said = text_of(desk.post("/patients/search/", {"search": "doe", **more}))
        assert {name for name in ("Jane", "John", "June") if f"Doe, {name}" in said} == wanted


def test_the_list_says_that_there_are_more(desk, add, monkeypatch):
    for number in range(3):
        add("Jane", f"Doe{number}", care_status="active")
    hint = "Type more to narrow the search"
    assert hint not in text_of(desk.post("/patients/search/", {"search": "jane", "care": "active"}))
    monkeypatch.setattr("patients.views.lists.MOST_HITS", 3)
    assert hint in text_of(desk.post("/patients/search/", {"search": "jane", "care": "active"}))
    monkeypatch.setattr("patients.views.lists.PAGE", 2)
    assert hint in text_of(desk.post("/patients/search/", {"search": "jane", "care": ""}))


def test_pages_of_the_api(api, rita, add):
    for number in range(5):
        add("Jane", f"Doe{number}")
    client = api(rita)
    every = [row["_id"] for row in client.get("/api/patients?search=jane").json()]
    assert len(every) == 5
    first = client.get("/api/patients?search=jane&limit=2&count=true")
    assert [row["_id"] for row in first.json()] == every[:2]
    assert first["X-Total-Count"] == "5"
    assert 'page=2>; rel="next"' in first["Link"]
    last = client.get("/api/patients?search=jane&limit=2&page=3")
    assert [row["_id"] for row in last.json()] == every[4:]
    assert "next" not in last["Link"]
    after = client.get(f"/api/patients?search=jane&limit=2&after={every[1]}")
    assert [row["_id"] for row in after.json()] == every[2:4]
    assert f"after={every[3]}" in after["Link"]
    assert client.get("/api/patients?search=jane&after=zzz").status_code == 400


def test_archived_ones_of_the_api(api, rita, add):
    add("Jane", "Doe", archived_at=clock.now())
    add("John", "Doe")
    names = {
        flag: [row["name"] for row in api(rita).get(f"/api/patients?search=doe{flag}").json()]
        for flag in ("", "&archived=true")
    }
    assert names == {"": ["John Doe"], "&archived=true": ["Jane Doe"]}
    assert Patient.objects.count() == 2
