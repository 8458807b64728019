"""Values come back as they went in."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from bson.errors import BSONError
from django.db import models
from django.test.utils import isolate_apps

pytestmark = pytest.mark.django_db

VALUES = {
    "day": date(1968, 2, 29),
    "long_ago": date(1, 1, 1),
    "at": datetime(2026, 5, 1, 10, 0, 0, 123000, tzinfo=UTC),
    "hour": time(8, 30),
    "took": timedelta(minutes=5, milliseconds=7),
    "price": Decimal("12.50"),
    "big": 2**62,
    "flag": False,
    "share": 0.1,
    "mark": UUID("12345678123456781234567812345678"),
    "raw": b"\x00\xff",
    "text": "Zoë \U0001f9b7 \\ $name .",
    "anything": {"a.b": [1, 2.5, None, {"$x": "y"}], "": True},
    "nothing": None,
}


@pytest.fixture
def row(collection):
    with isolate_apps("core"):

        class Row(models.Model):
            day = models.DateField()
            long_ago = models.DateField()
            at = models.DateTimeField()
            hour = models.TimeField()
            took = models.DurationField()
            price = models.DecimalField(max_digits=8, decimal_places=2)
            big = models.BigIntegerField()
            flag = models.BooleanField()
            share = models.FloatField()
            mark = models.UUIDField()
            raw = models.BinaryField()
            text = models.TextField()
            anything = models.JSONField(default=dict)
            nothing = models.IntegerField(null=True)

            class Meta:
                app_label = "core"

    collection(Row)
    return Row


@pytest.mark.parametrize("name", VALUES)
def test_a_value_comes_back(row, name):
    row.objects.create(**VALUES)
    value = getattr(row.objects.get(), name)
    assert value == VALUES[name]
    assert type(value) is type(VALUES[name])


@pytest.mark.parametrize("name", [name for name in VALUES if name not in {"raw", "anything", "nothing"}])
def test_it_is_found_by_its_value(row, name):
    row.objects.create(**VALUES)
    assert row.objects.filter(**{name: VALUES[name]}).exists()
    assert not row.objects.exclude(**{name: VALUES[name]}).exists()


def test_microseconds_are_cut(row):
    row.objects.create(**VALUES | {"at": datetime(2026, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)})
    assert row.objects.get().at.microsecond == 123000


def test_json_is_kept_as_json(row):
    row.objects.create(**VALUES | {"anything": {1: (2, 3)}})
    assert row.objects.get().anything == {"1": [2, 3]}


def test_json_refuses_what_is_none(row):
    with pytest.raises(TypeError):
        row.objects.create(**VALUES | {"anything": {"at": VALUES["at"]}})


class TestStock:
    """What it writes where we write JSON."""

    @pytest.fixture
    def notes(self, stock):
        with isolate_apps("core"):

            class Note(models.Model):
                id = models.CharField(max_length=24, primary_key=True)
                anything = models.JSONField(default=dict)

                class Meta:
                    app_label = "core"

        with stock.schema_editor() as editor:
            editor.create_model(Note)
        return Note.objects.using("stock")

    def test_writes_what_it_cannot_read(self, notes):
        notes.create(pk="1", anything={"at": VALUES["at"]})
        with pytest.raises(TypeError):
            notes.get()

    def test_refuses_keys_that_are_numbers(self, notes):
        with pytest.raises(BSONError):
            notes.create(pk="1", anything={1: 2})
