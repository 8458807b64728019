"""A real Elasticsearch for tests: `elasticsearch` is the server, `searching_with` points the clinic to it.

Left out, with the reason, where Java or Maven is missing or the server cannot be fetched. One that is there and does
not start is a failure.
"""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from scripts.elastic_server import Elasticsearch, install, program_folder
from scripts.processes import Missing, free_port

_SERVICES = Path(__file__).resolve().parent.parent / "var" / "services" / "elasticsearch"
_PATIENCE_SECONDS = 10  # busy machines test; what a slow answer leads to has tests of its own


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[Elasticsearch]:
    """One server for all tests of this process; a test that stops it starts it again."""
    folder = program_folder(_SERVICES)
    try:
        install(folder)
    except Missing as missing:
        pytest.skip(str(missing))
    memory = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
    data = Path(tempfile.mkdtemp(prefix="clinic-tests-", dir=memory if memory.is_dir() else None))
    try:
        with Elasticsearch(folder, free_port(), data=data, megabytes=256) as server:
            yield server
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def searching_with() -> Iterator[Callable[[str], None]]:
    """`searching_with(server.uri())`: this test's searches ask it, in an index of the test's own."""
    with ExitStack() as until_the_end:
        yield lambda url: until_the_end.enter_context(searches_on(url))


@contextmanager
def searches_on(url: str) -> Iterator[None]:
    """Inside, the clinic searches there; its index is new."""
    from django.test import override_settings

    from clinic import elastic_settings
    from core.link import Link
    from patients.search import elastic, index, link

    full = f"{url}/t{secrets.token_hex(4)}"
    connections = elastic_settings.connections(full)
    connections["default"]["request_timeout"] = _PATIENCE_SECONDS
    names = {"ELASTICSEARCH_URL": full, "ELASTICSEARCH_INDEX": elastic_settings.index(full)}
    with pytest.MonkeyPatch.context() as patch, override_settings(**names, ELASTICSEARCH_DSL=connections):
        patch.setattr(elastic, "SERVER_PATIENCE", f"{_PATIENCE_SECONDS}s")
        patch.setattr(index, "VISIBLE", True)  # at once
        patch.setattr(link, "LINK", Link("elasticsearch", seconds=0))
        yield
