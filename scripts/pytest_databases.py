"""The one test suite on each database: `DB=mongo pytest`, `DB=postgres pytest`, plain `pytest` for SQLite.

Loaded early (`-p` in pyproject.toml), so that the servers run before Django reads its settings. A server that is
missing is an error, never a skip. Workers of pytest-xdist use the server of the process that started them.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from scripts import services

_SHARE_A_CLINIC = ("clinic/tests/test_search_table.py", "clinic/tests/test_demo_clinic.py")
_running = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the server that DB names, unless its variable already points to one."""
    wanted = os.environ.get("DB", "")
    if wanted not in {"", "sqlite", "mongo", "postgres"}:
        raise pytest.UsageError(f"DB={wanted}: write sqlite, mongo or postgres.")
    try:
        if wanted == "mongo" and not os.environ.get("MONGO_URI"):
            os.environ["MONGO_URI"] = _running.enter_context(_mongo()).uri("clinic")
        if wanted == "postgres" and not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = _running.enter_context(_postgres()).uri("clinic")
    except (services.Missing, TimeoutError, OSError) as error:
        raise pytest.UsageError(f"DB={wanted}: {error}") from error


def _folder() -> Path:
    # In memory where there is such a folder: thousands of commits wait for the disk otherwise.
    memory = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
    folder = Path(tempfile.mkdtemp(prefix="clinic-tests-", dir=memory if memory.is_dir() else None))
    _running.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _mongo() -> services.MongoReplicaSet:
    server = services.MongoReplicaSet(_folder(), [services.free_port()])
    # When its cache is full the server ends somebody's transaction, and our workers share one.
    server.cache_gigabytes = 1
    return server


def _postgres() -> services.Postgres:
    return services.Postgres(_folder(), services.free_port(), durable=False)


def pytest_configure(config: pytest.Config) -> None:
    """On MongoDB tests are isolated by putting back what they changed."""
    config.addinivalue_line("markers", "mongodb: about MongoDB itself; runs where it is the database (DB=mongo)")
    config.addinivalue_line("markers", "needs(program): skipped where it is missing; in CI that is a failure")
    config.addinivalue_line("markers", "once(reason): works on SQLite whatever DB says, so it runs with SQLite only")
    config.addinivalue_line("markers", "not_on(database, reason): cannot hold there; listed in docs/databases.md")
    if os.environ.get("MONGO_URI"):
        from core.mongodb import testing

        testing.install()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is about another database."""
    from django.db import connection

    for item in items:
        for mark in item.iter_markers("needs"):
            # Debian keeps servers off a person's path.
            if not os.environ.get("CI") and not shutil.which(mark.args[0], path=f"{os.environ['PATH']}:/usr/sbin"):
                item.add_marker(pytest.mark.skip(reason=f"no {mark.args[0]} on this machine"))
        if item.get_closest_marker("mongodb") and connection.vendor != "mongodb":
            item.add_marker(pytest.mark.skip(reason="about MongoDB itself: DB=mongo pytest"))
        if (once := item.get_closest_marker("once")) and connection.vendor != "sqlite":
            item.add_marker(pytest.mark.skip(reason=once.kwargs["reason"]))
        if connection.vendor == "postgresql" and _is_about_pages(item.path):
            item.add_marker(pytest.mark.skip(reason="about pages; SQLite and MongoDB are enough"))
        for mark in item.iter_markers("not_on"):
            if mark.args[0] == connection.vendor:
                item.add_marker(pytest.mark.skip(reason=mark.kwargs["reason"]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests go to whoever is free; those that share a large clinic go to one process, which makes it once."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            return module if module in _SHARE_A_CLINIC else nodeid

    return Scheduling(config, log)


def _is_about_pages(path: Path) -> bool:
    return "pages" in path.stem or "portal" in path.parts


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Slow tests are not measured: following every line costs them half as much again, and others walk there too."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    is_slow = item.get_closest_marker("slow") or item.get_closest_marker("browser")
    measured = plugin.cov_controller if plugin and is_slow else None
    if measured:
        measured.pause()
    try:
        return (yield)
    finally:
        if measured:
            measured.resume()


@pytest.hookimpl(wrapper=True)
def pytest_unconfigure(config: pytest.Config) -> Iterator[None]:
    """Stop the servers."""
    yield
    _running.close()
