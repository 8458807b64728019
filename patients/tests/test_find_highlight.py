"""What is marked in a line of the search box, whatever was typed."""

from datetime import date

import pytest

from core.templatetags.ui import clock_date
from patients.search.highlight import Marker
from patients.search.query import parse

NAMES = [
    ("muller", ["muller"], "Müller, Jürg", "<mark>Müller</mark>, Jürg"),
    ("müll", ["muller"], "Müller, Jürg", "<mark>Müll</mark>er, Jürg"),
    ("mull", ["muller"], "Mu\u0308ller", "<mark>Mu\u0308ll</mark>er"),
    ("jo do", ["john", "doe"], "Doe, John", "<mark>Do</mark>e, <mark>Jo</mark>hn"),
    ("jonh", ["john"], "Doe, John", "Doe, <mark>John</mark>"),
    ("bob", ["robert"], "Roe, Robert", "Roe, <mark>Robert</mark>"),
    ("oconn", ["oconnor"], "O'Connor, Seán", "<mark>O&#x27;Conn</mark>or, Seán"),
    ("van der b", ["vanderberg"], "van der Berg", "<mark>van der B</mark>erg"),
    ("strauss", ["strauss"], "Strauß, Łukasz", "<mark>Strauß</mark>, Łukasz"),
    ("iwannou", ["ioannou"], "Ιωάννου, Eleni", "<mark>Ιωάννου</mark>, Eleni"),
    ("anna maria", ["anna", "maria"], "Anna-Maria", "<mark>Anna</mark>-<mark>Maria</mark>"),
    ("an", ["ann"], "Hannah, Ann", "Hannah, <mark>An</mark>n"),
    ("doe", [], "Doe, John", "Doe, John"),
    ("li", ["li"], "<Li> & Sons", "&lt;<mark>Li</mark>&gt; &amp; Sons"),
    ("x" * 100, ["x" * 59], "x" * 100, "<mark>" + "x" * 100 + "</mark>"),
    ("משה", ["msh"], "משה כהן", "<mark>משה</mark> כהן"),
]


@pytest.mark.parametrize(("typed", "tokens", "text", "wanted"), NAMES, ids=[row[0][:20] for row in NAMES])
def test_names(typed, tokens, text, wanted):
    assert Marker(tokens, parse(typed)).name(text) == wanted


PHONES = [
    ("0132", ["0132"], "+1 415 555 <mark>0132</mark>"),
    ("555 01", ["5550132"], "+1 415 <mark>555 01</mark>32"),
    ("(415) 555-0132", ["4155550132"], "+1 <mark>415 555 0132</mark>"),
    ("9999", ["9999"], "+1 415 555 0132"),
    ("sean", ["sean"], "+1 415 555 0132"),
]


@pytest.mark.parametrize(("typed", "tokens", "wanted"), PHONES)
def test_phones(typed, tokens, wanted):
    assert Marker(tokens, parse(typed)).phone("+1 415 555 0132") == wanted


DATES = [
    ("4.3.2011", ["2011-03-04"], "<mark>4 Mar 2011</mark>"),
    ("2011", ["2011-03-04"], "4 Mar <mark>2011</mark>"),
    ("smith 2011", ["smith", "2011-"], "4 Mar <mark>2011</mark>"),
    ("2012", ["2012-03-04"], "4 Mar 2011"),
]


@pytest.mark.parametrize(("typed", "tokens", "wanted"), DATES)
def test_dates(typed, tokens, wanted):
    day = date(2011, 3, 4)
    assert Marker(tokens, parse(typed)).born(day, clock_date(day)) == wanted


def test_chart_numbers_and_addresses():
    assert Marker(["123"], parse("123")).chart("000123") == "<mark>000123</mark>"
    assert Marker(["john.doe@x.example"], parse("john.d@")).email("a@x.example") == "a@x.example"
    assert Marker(["john.doe@x.example"], parse("john.doe@")).email("John.Doe@x.example") == (
        "<mark>John.Doe@</mark>x.example"
    )
