"""Databases to measure on: empty, on the disk, each with a server of its own that ends with the measuring."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.services import MongoReplicaSet, Postgres, free_port, install_mongod

# What would lead our clinics to somebody's servers, or close them to us.
NOT_OURS = {"MONGO_URI", "DATABASE_URL", "REDIS_URL", "DATA_DIR", "SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS"}


@contextmanager
def database(name: str) -> Iterator[dict[str, str]]:
    """An empty database with the durability of `make services`, and the variables that lead to it."""
    # On the disk, not in memory: waiting for it is part of what is compared.
    folder = Path(tempfile.mkdtemp(prefix=f"clinic-benchmark-{name}-", dir="/var/tmp"))
    data = Path(tempfile.mkdtemp(prefix="clinic-benchmark-data-", dir="/var/tmp"))
    try:
        if name == "mongo":
            install_mongod()
            with MongoReplicaSet(folder, [free_port()]) as mongo:
                yield {"DATA_DIR": str(data), "MONGO_URI": mongo.uri("clinic")}
        elif name == "postgres":
            with Postgres(folder, free_port()) as server:
                yield {"DATA_DIR": str(data), "DATABASE_URL": server.uri("clinic")}
        else:
            yield {"DATA_DIR": str(data)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)
