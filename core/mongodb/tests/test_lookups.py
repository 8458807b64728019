"""Text in a lookup is text."""

import pytest
from django.db import connections

pytestmark = pytest.mark.django_db


@pytest.fixture
def boxes(things):
    box, _ = things
    for number, name in enumerate(["a.b", "axb", "A*(c", "Éclair"]):
        box.objects.create(pk=str(number), name=name)
    return box.objects


@pytest.mark.parametrize(
    ("text", "found"), [(".*", []), ("a.B", ["a.b"]), ("a*(C", ["A*(c"]), ("éclair", ["Éclair"]), ("a", [])]
)
def test_iexact(boxes, text, found):
    assert [box.name for box in boxes.filter(name__iexact=text)] == found


@pytest.mark.parametrize("lookup", ["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"])
def test_the_other_patterns(boxes, lookup):
    assert not boxes.filter(**{f"name__{lookup}": ".*"}).exists()


def test_a_range_is_a_prefix(boxes):
    assert [box.name for box in boxes.filter(name__gte="a", name__lt="a\uffff").order_by("name")] == ["a.b", "axb"]


def test_stock_takes_iexact_for_a_pattern(stock):
    assert connections["stock"].ops.prep_for_iexact_query(".*") == ".*"
