"""Deletes and updates whose filter looks at other collections."""

import pytest
from django.db import DatabaseError, NotSupportedError
from django.db.models import Exists, OuterRef, Subquery

from core.mongodb.compiler import SQLUpdateCompiler

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(things):
    box, thing = things
    red, blue = box.objects.create(pk="1", name="red"), box.objects.create(pk="2", name="blue")
    for number in range(3):
        thing.objects.create(box=red, number=number)
    thing.objects.create(box=blue, number=7)
    return box.objects, thing.objects


def numbers(rows):
    return sorted(rows.values_list("number", flat=True))


def test_delete_by_a_joined_column(filled):
    _, rows = filled
    assert rows.filter(box__name="red")._raw_delete("default") == 3
    assert numbers(rows) == [7]


def test_delete_with_django_cascade(filled):
    boxes, rows = filled
    assert boxes.filter(thing__number=7).delete()[0] == 2
    assert numbers(rows) == [0, 1, 2]


def test_delete_by_a_subquery(filled):
    boxes, rows = filled
    assert rows.filter(box__in=boxes.filter(name="red"))._raw_delete("default") == 3
    assert numbers(rows) == [7]


def test_delete_that_finds_nothing(filled):
    boxes, rows = filled
    assert rows.filter(box__name="green")._raw_delete("default") == 0
    assert rows.filter(box__in=boxes.none())._raw_delete("default") == 0
    assert rows.count() == 4


def test_delete_by_exclusion_over_a_join(filled):
    _, rows = filled
    rows.exclude(box__name="red").delete()
    assert numbers(rows) == [0, 1, 2]


def test_update_by_a_joined_column(filled):
    _, rows = filled
    assert rows.filter(box__name="blue").update(number=8) == 1
    assert numbers(rows) == [0, 1, 2, 8]


def test_update_by_a_subquery(filled):
    boxes, rows = filled
    assert rows.filter(box__in=boxes.filter(name="blue")).update(number=8) == 1
    assert numbers(rows) == [0, 1, 2, 8]


def test_update_by_an_exists(filled):
    boxes, rows = filled
    assert rows.filter(Exists(boxes.filter(pk=OuterRef("box"), name="blue"))).update(number=8) == 1
    assert numbers(rows) == [0, 1, 2, 8]


def test_update_with_a_subquery_as_value_is_refused(filled):
    boxes, rows = filled
    sizes = Subquery(boxes.filter(pk=OuterRef("box")).values("size")[:1])
    with pytest.raises(NotSupportedError, match="subquery"):
        rows.update(number=sizes)


def test_compare_and_swap(filled):
    _, rows = filled
    assert rows.filter(number=7).update(number=9) == 1
    assert rows.filter(number=7).update(number=9) == 0


class TestStock:
    """What it does with the same statements."""

    @pytest.fixture
    def rows(self, things, stock):
        box, thing = things
        with stock.schema_editor() as editor:
            editor.create_model(box)
        stock.database["core_box"].insert_one({"id": "1", "name": "red"})
        stock.database["core_thing"].insert_one({"_id": 1, "id": 1, "box_id": "1", "number": 7})
        return box.objects.using("stock"), thing.objects.using("stock")

    def test_refuses_to_delete(self, rows):
        with pytest.raises(NotSupportedError):
            rows[1].filter(box__name="red")._raw_delete("stock")

    def test_refuses_to_update(self, rows):
        with pytest.raises(NotSupportedError):
            rows[1].filter(box__name="red").update(number=8)

    def test_refuses_to_delete_by_a_subquery(self, rows):
        boxes, things = rows
        with pytest.raises(NotSupportedError):
            things.filter(box__in=boxes.filter(name="red"))._raw_delete("stock")

    def test_cannot_update_by_a_subquery(self, rows):
        boxes, things = rows
        with pytest.raises(DatabaseError):
            things.filter(box__in=boxes.filter(name="red")).update(number=8)
        assert things.get().number == 7

    def test_finds_nothing_to_update_by_an_exists(self, rows):
        boxes, things = rows
        there = Exists(boxes.filter(pk=OuterRef("box"), name="red"))
        assert things.filter(there).count() == 1
        assert things.filter(there).update(number=8) == 0

    def test_counts_the_joins_of_an_update_whose_keys_are_known(self, filled, monkeypatch):
        monkeypatch.delattr(SQLUpdateCompiler, "check_query")
        with pytest.raises(NotSupportedError):
            filled[1].filter(box__name="red").update(number=8)
