"""Integer keys from counters."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bson import Int64, ObjectId
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.db import connection, transaction

from core.models import ThrottleCounter
from core.mongodb import sequences
from core.mongodb.operations import DatabaseOperations

pytestmark = pytest.mark.django_db


def test_each_row_gets_the_next_number():
    first, second = Group.objects.create(name="a"), Group.objects.create(name="b")
    assert second.pk == first.pk + 1
    assert type(Group.objects.get(pk=first.pk).pk) is int


def test_many_at_once():
    last = Group.objects.create(name="x").pk
    made = Group.objects.bulk_create([Group(name=name) for name in "abc"])
    assert [group.pk for group in made] == [last + 1, last + 2, last + 3]


def test_a_number_given_by_hand_moves_the_counter_on():
    given = Group.objects.create(name="a").pk + 10
    Group.objects.create(pk=given, name="b")
    assert Group.objects.create(name="c").pk == given + 1


def test_a_rolled_back_number_is_not_given_again():
    with transaction.atomic():
        lost = Group.objects.create(name="a").pk
        transaction.set_rollback(True)
    assert Group.objects.create(name="a").pk > lost


def test_nobody_gets_the_same_number():
    with ThreadPoolExecutor(8) as pool:
        documents = [[{}, {}] for _ in range(50)]
        list(pool.map(lambda some: sequences.fill_keys(connection.database, "x", "id", some), documents))
    numbers = [document["id"] for some in documents for document in some]
    assert sorted(numbers) == list(range(1, 101))
    sequences.forget(connection.database, "x")


def test_the_key_is_the_id_of_the_document():
    group = Group.objects.create(name="a")
    assert connection.database["auth_group"].find_one({"name": "a"})["_id"] == group.pk


def test_a_key_is_no_type_of_bsons(monkeypatch):
    """Why core.mongodb.operations converts keys."""
    Group.objects.create(pk=2**40, name="a")
    assert type(Group.objects.get(name="a").pk) is int
    monkeypatch.delattr(DatabaseOperations, "get_db_converters")
    assert type(Group.objects.get(name="a").pk) is Int64


def test_stock_adds_an_identity_that_nobody_reads(stock):
    with stock.schema_editor() as editor:
        editor.create_model(ThrottleCounter)
    ThrottleCounter.objects.using("stock").create(key="a", window_end="2030-01-01T00:00Z")
    row = stock.database["core_throttlecounter"].find_one()
    assert isinstance(row["_id"], ObjectId)


def test_stock_forbids_them(stock):
    assert {error.id for error in run_checks(databases=["stock"])} >= {"mongodb.E001"}
    assert not run_checks(databases=["default"])
