"""Migrations of ours on each database: back to nothing and up again; those that move data can be run again."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from clinic.tests.own_database import own_database, schema

OUR_APPS = sorted(config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR)
LOADER = MigrationLoader(None)


def moves_data(operation):
    nested = getattr(operation, "database_operations", ())
    return isinstance(operation, migrations.RunPython | migrations.RunSQL) or any(map(moves_data, nested))


def data_migrations():
    ours = {key: migration for key, migration in LOADER.disk_migrations.items() if key[0] in OUR_APPS}
    return sorted(key for key, migration in ours.items() if any(map(moves_data, migration.operations)))


def patients(apps):
    """More than fit into one step, with the keys of an earlier version."""
    for number in range(60):
        fields = {"id": f"{number:024}", "chart_number": f"{number:06}", "family_name": f"Doe{number}"}
        patient = apps.get_model("patients", "Patient").objects.create(given_name="Jane", **fields)
        apps.get_model("patients", "SearchKey").objects.create(patient_id=patient.pk, kind="whole", token="doe jane")


# What must be there before a migration that moves it.
PRESENT = {("patients", "0008_write_search_keys"): patients}


def test_our_apps_are_walked():
    assert {"accounts", "appointments", "core", "patients", "portal", "clinic"} <= set(OUR_APPS)
    assert {("accounts", "0002_groups"), ("appointments", "0002_default_types")} <= set(data_migrations())


@pytest.mark.parametrize("key", data_migrations(), ids=".".join)
class TestMovingData:
    """A server ends a long transaction, so none holds a data migration; one that was cut off is run again."""

    @pytest.fixture(autouse=True)
    def database(self, django_db_setup, django_db_blocker, tmp_path):
        """A function that makes an empty database of our own, migrated to just before the migration."""
        self.folder = tmp_path
        with django_db_blocker.unblock():
            yield

    def before(self, key):
        def fill(own):
            state = MigrationExecutor(own).migrate(LOADER.graph.node_map[key].parents)
            PRESENT.get(key, lambda _apps: None)(state.apps)

        return own_database(self.folder, fill)

    def test_runs_in_no_transaction(self, key):
        migration = LOADER.disk_migrations[key]
        assert migration.atomic is False
        assert not any(getattr(operation, "atomic", None) for operation in migration.operations)

    def test_does_nothing_else(self, key):
        """Changes of the schema go into another migration: where they can be undone they must be."""
        assert all(map(moves_data, LOADER.disk_migrations[key].operations))

    @pytest.mark.slow
    def test_twice_is_once(self, key):
        with self.before(key) as own:
            run(own, key)
            once = rows(own, key, keys=True)
            assert any(once.values())
            run(own, key)
            assert rows(own, key, keys=True) == once

    @pytest.mark.slow
    def test_cut_off_and_run_again(self, key):
        with self.before(key) as own:
            run(own, key)
            whole = rows(own, key)
        with self.before(key) as own:
            cuts = 0
            while is_cut_off(own, key, after=2**cuts):
                cuts += 1
            assert cuts > 3
            assert rows(own, key) == whole


class Cut(Exception):
    """The power fails."""


def is_cut_off(connection, key, after):
    """Whether the migration needs more than so many statements; then they are all it gets."""
    left = iter(range(after))

    def count(execute, sql, params, many, context):
        if next(left, None) is None:
            raise Cut
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(count):
            run(connection, key)
    except Cut:
        return True
    return False


def run(connection, key):
    """What `migrate` does, without the note that it has been done."""
    state = LOADER.project_state(key, at_end=False)
    with connection.schema_editor(atomic=False) as editor:
        LOADER.disk_migrations[key].apply(state, editor)


def rows(connection, key, *, keys=False):
    """Every row of every table; without keys and instants, which no two runs share."""
    there = set(connection.introspection.table_names())
    known = LOADER.project_state(key).apps.get_models(include_auto_created=True)
    return {model._meta.label: rows_of(model, keys) for model in known if model._meta.db_table in there}


def rows_of(model, keys):
    chance = (models.DateTimeField, models.ForeignKey)
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and not isinstance(field, chance)]
    names = [field.attname for field in (model._meta.concrete_fields if keys else fields)]
    return sorted(str([getattr(row, name) for name in names]) for row in model._base_manager.all())


@pytest.fixture(scope="module")
def migrated(django_db_setup, django_db_blocker, tmp_path_factory):
    """A database of this module's own with all migrations, and its schema."""
    folder = tmp_path_factory.mktemp("migrated")
    up = lambda own: call_command("migrate", verbosity=0)  # noqa: E731
    with django_db_blocker.unblock(), own_database(folder, up) as own:
        yield own, schema(own)


@pytest.mark.slow
@pytest.mark.parametrize("label", [label for label in OUR_APPS if label in LOADER.migrated_apps])
def test_back_to_nothing_and_up_again(migrated, label, capsys):
    connection, before = migrated
    models_of_it = apps.get_app_config(label).get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models_of_it if ".tests." not in model.__module__}
    assert tables <= set(before)
    call_command("migrate", label, "zero", verbosity=0)
    assert not tables & set(connection.introspection.table_names())
    call_command("migrate", verbosity=0)
    assert schema(connection) == before
    call_command("showmigrations", "--plan", no_color=True)
    assert "[ ]" not in capsys.readouterr().out
