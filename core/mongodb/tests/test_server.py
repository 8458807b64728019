"""A server that will not do is refused with one sentence."""

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection
from pymongo import MongoClient

from core.mongodb import server
from core.mongodb.base import DatabaseWrapper
from scripts import services

pytestmark = pytest.mark.slow


def connect(uri, **options):
    settings = connection.settings_dict | {"HOST": uri, "NAME": "clinic"}
    wrapper = DatabaseWrapper(settings | {"OPTIONS": {"serverSelectionTimeoutMS": 1500} | options}, alias="other")
    assert wrapper.alias != DEFAULT_DB_ALIAS
    try:
        wrapper.ensure_connection()
    finally:
        if pool := wrapper._connection_pools.pop("other", None):
            pool.close()


def refusal(uri, **options):
    with pytest.raises(OperationalError) as caught:
        connect(uri, **options)
    return str(caught.value)


class Alone(services.MongoReplicaSet):
    """One mongod that nobody initiates."""

    def _initiate(self):
        with MongoClient(f"mongodb://127.0.0.1:{self.ports[0]}/?directConnection=true") as client:
            client.admin.command("ping")


class Standalone(Alone):
    """One mongod without a replica set."""

    options = ()


@pytest.fixture
def port():
    return services.free_port()


@pytest.mark.django_db
def test_nobody_there(port):
    assert refusal(f"mongodb://127.0.0.1:{port}/clinic") == (
        f"MONGO_URI: no MongoDB server answers at 127.0.0.1:{port}."
    )


@pytest.mark.django_db
def test_standalone(tmp_path, port):
    with Standalone(tmp_path, [port]):
        assert "standalone server; transactions need a replica set" in refusal(f"mongodb://127.0.0.1:{port}/clinic")


@pytest.mark.django_db
def test_not_initiated(tmp_path, port):
    with Alone(tmp_path, [port]):
        assert "has not been initiated" in refusal(f"mongodb://127.0.0.1:{port}/clinic")


@pytest.mark.django_db
def test_a_wrong_password(tmp_path, port):
    with services.MongoReplicaSet(tmp_path, [port], password="right-one"):
        where = f"127.0.0.1:{port}/clinic?replicaSet=rs0&authSource=admin"
        assert "refuses the user name or the password" in refusal(f"mongodb://clinic:wrong@{where}")
        assert "wants a user name and password" in refusal(f"mongodb://{where}")
        connect(f"mongodb://clinic:right-one@{where}")


@pytest.mark.django_db
def test_too_old(monkeypatch):
    monkeypatch.setattr(server, "OLDEST", (99, 0))
    assert "MongoDB 99.0 or newer is needed" in refusal(connection.settings_dict["HOST"])


@pytest.mark.django_db
def test_a_bad_option():
    assert "the address cannot be used" in refusal(connection.settings_dict["HOST"], maxPoolSize=-1)
