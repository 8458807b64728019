"""Models that exist in these tests only, and the unmended backend beside ours."""

import pytest
from django.db import connection, connections, models
from django.test.utils import isolate_apps


def pytest_collection_modifyitems(items):
    """Everything in this folder is about MongoDB itself."""
    for item in items:
        if item.path.is_relative_to(__file__.removesuffix("conftest.py")):
            item.add_marker(pytest.mark.mongodb)


@pytest.fixture
def collection(db):
    """Makes the collections of models for one test; afterwards they are dropped with the rest."""

    def make(*made, using=connection):
        with using.schema_editor() as editor:
            for model in made:
                editor.create_model(model)

    return make


@pytest.fixture
def stock(db):
    """django-mongodb-backend as it is delivered, on a database of its own: shows that a defect is still there."""
    name = f"{connection.settings_dict['NAME']}_stock"
    connections.settings["stock"] = connection.settings_dict | {"ENGINE": "django_mongodb_backend", "NAME": name}
    try:
        connections["stock"].connect()  # pytest-django lets nobody else do it
        yield connections["stock"]
    finally:
        connection.connection.drop_database(name)
        connections["stock"].close_pool()
        del connections["stock"]
        del connections.settings["stock"]


@pytest.fixture
def things(collection):
    """A model with a key of text, one with a counted key, and a link between them."""
    with isolate_apps("core"):

        class Box(models.Model):
            id = models.CharField(max_length=24, primary_key=True)
            name = models.CharField(max_length=50, unique=True)
            label = models.CharField(max_length=50, unique=True, null=True)
            size = models.IntegerField(default=0, db_index=True)

            class Meta:
                app_label = "core"

        class Thing(models.Model):
            box = models.ForeignKey(Box, on_delete=models.CASCADE)
            number = models.IntegerField(default=0)

            class Meta:
                app_label = "core"
                constraints = [models.UniqueConstraint(fields=["box", "number"], name="one_thing_a_number")]

    collection(Box, Thing)
    return Box, Thing
