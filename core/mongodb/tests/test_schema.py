"""Schema changes: defaults, and indexes that follow."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models
from django.test.utils import isolate_apps
from pymongo.errors import PyMongoError

pytestmark = pytest.mark.django_db


def indexes(model):
    return connection.database[model._meta.db_table].index_information()


def added(model, name, field):
    field.set_attributes_from_name(name)
    field.model = model
    return field


def test_a_unique_index_is_plain_where_nothing_is_null(things):
    box, thing = things
    assert "partialFilterExpression" not in indexes(thing)["one_thing_a_number"]
    names = [name for name, index in indexes(box).items() if index["key"] == [("name", 1)]]
    assert [indexes(box)[name].get("unique") for name in names] == [True]


def test_several_rows_may_have_no_value(things):
    box, _ = things
    box.objects.create(pk="1", name="a")
    box.objects.create(pk="2", name="b")
    box.objects.create(pk="3", name="c", label="x")
    with pytest.raises(IntegrityError):
        box.objects.create(pk="4", name="d", label="x")


def test_a_nullable_unique_column_has_a_companion_that_goes_with_it(things):
    box, _ = things
    label = box._meta.get_field("label")
    both = [name for name, index in indexes(box).items() if index["key"] == [("label", 1)]]
    assert len(both) == 2
    plain = added(box, "label", models.CharField(max_length=50, null=True))
    with connection.schema_editor() as editor:
        editor.alter_field(box, label, plain)
    assert not [name for name, index in indexes(box).items() if index["key"] == [("label", 1)]]


def test_becoming_not_null_makes_the_unique_index_plain(things):
    box, _ = things
    label = box._meta.get_field("label")
    required = added(box, "label", models.CharField(max_length=50, unique=True, default=""))
    with connection.schema_editor() as editor:
        editor.alter_field(box, label, required)
    left = [index for index in indexes(box).values() if index["key"] == [("label", 1)]]
    assert [index.get("partialFilterExpression") for index in left] == [None]


@pytest.mark.parametrize("default", [{}, {"a": []}, [], "$name", None])
def test_a_default_of_any_kind(things, default):
    box, _ = things
    box.objects.create(pk="1", name="a")
    field = models.JSONField(default=lambda: default, null=True)
    with connection.schema_editor() as editor:
        editor.add_field(box, added(box, "extra", field))
    assert connection.database[box._meta.db_table].find_one()["extra"] == default


def test_stock_cannot_add_an_empty_object(things, stock):
    box, _ = things
    field = added(box, "extra", models.JSONField(default=dict))
    with pytest.raises(PyMongoError), stock.schema_editor() as editor:
        editor.create_model(box)
        stock.database[box._meta.db_table].insert_one({"name": "a"})
        editor.add_field(box, field)


def test_an_index_over_several_columns_follows_a_rename(things):
    _, thing = things
    with connection.schema_editor() as editor:
        old = thing._meta.get_field("number")
        editor.alter_field(thing, old, added(thing, "position", models.IntegerField(default=0)))
    index = indexes(thing)["one_thing_a_number"]
    assert index["key"] == [("box_id", 1), ("position", 1)]
    assert index["unique"]


def test_stock_leaves_it_on_the_old_name(things, stock):
    _, thing = things
    with stock.schema_editor() as editor:
        editor.create_model(thing)
        old = thing._meta.get_field("number")
        editor.alter_field(thing, old, added(thing, "position", models.IntegerField(default=0)))
    left = stock.database[thing._meta.db_table].index_information()["one_thing_a_number"]
    assert left["key"] == [("box_id", 1), ("number", 1)]


def test_stock_leaves_it_partial(things, stock):
    box, _ = things
    required = added(box, "label", models.CharField(max_length=50, unique=True, default=""))
    with stock.schema_editor() as editor:
        editor.create_model(box)
        editor.alter_field(box, box._meta.get_field("label"), required)
    found = stock.database[box._meta.db_table].index_information().values()
    assert ["partialFilterExpression" in index for index in found if index["key"] == [("label", 1)]] == [True]


@pytest.fixture
def address(collection):
    """As allauth has them: looked up by what is unique, too, or for some rows only."""
    with isolate_apps("core"):

        class Address(models.Model):
            id = models.CharField(max_length=24, primary_key=True)
            email = models.CharField(max_length=50, db_index=True, null=True)
            phone = models.CharField(max_length=50, db_index=True, default="")
            verified = models.BooleanField(default=False)

            class Meta:
                app_label = "core"
                constraints = [
                    models.UniqueConstraint(fields=["email"], name="some", condition=models.Q(verified=True)),
                    models.UniqueConstraint(fields=["email"], name="each"),
                    models.UniqueConstraint(fields=["phone"], name="phones"),
                ]

    collection(Address)
    return Address


def alter(model, name, field, using=connection):
    with using.schema_editor() as editor:
        editor.alter_field(model, model._meta.get_field(name), added(model, name, field))


def test_an_index_beside_a_unique_one(address):
    before = set(indexes(address))
    assert "each_plain" not in before
    alter(address, "email", models.CharField(max_length=50, null=True))
    alter(address, "phone", models.CharField(max_length=50, default=""))
    left = set(indexes(address))
    assert {"some", "each", "each_plain", "phones"} <= left
    assert len(before - left) == 2


def test_an_index_takes_the_place_of_the_companion(things):
    box, _ = things
    with connection.schema_editor() as editor:
        editor.add_index(box, models.Index(fields=["label"], name="ours"))
    assert "ours" in indexes(box)
    assert not [name for name in indexes(box) if name.endswith("_plain")]
    with connection.schema_editor() as editor:
        editor.remove_index(box, models.Index(fields=["label"], name="ours"))
    assert [name for name in indexes(box) if name.endswith("_plain")]


def test_stock_does_not_know_which_is_which(address, stock):
    with stock.schema_editor() as editor:
        editor.create_model(address)
    with pytest.raises(ValueError, match="wrong number"):
        alter(address, "email", models.CharField(max_length=50, null=True), using=stock)


def test_unique_for_some_rows_only(address):
    for number in "12":
        address.objects.create(pk=number, email=None, verified=True, phone=number)
    address.objects.create(pk="3", email="a", verified=True, phone="3")
    with pytest.raises(IntegrityError):
        address.objects.create(pk="4", email="a", verified=True, phone="4")


def test_a_counter_follows_a_renamed_collection(things):
    box, thing = things
    first = thing.objects.create(box=box.objects.create(pk="1", name="a"))
    with connection.schema_editor() as editor:
        editor.alter_db_table(thing, "core_thing", "core_item")
    thing._meta.db_table = "core_item"
    assert thing.objects.create(box_id="1", number=1).pk == first.pk + 1


def test_many_to_many_tables_come_and_go(collection):
    with isolate_apps("core"):

        class Tag(models.Model):
            class Meta:
                app_label = "core"

        class Page(models.Model):
            tags = models.ManyToManyField(Tag)

            class Meta:
                app_label = "core"

    collection(Tag, Page)
    Page.objects.create().tags.add(Tag.objects.create())
    with connection.schema_editor() as editor:
        editor.delete_model(Page)
    assert "core_page_tags" not in connection.introspection.table_names()


def test_the_statements_can_be_shown(capsys):
    call_command("sqlmigrate", "sessions", "0001")
    assert "create_collection" in capsys.readouterr().out
