"""Every test of the portal happens on one Wednesday morning."""

from collections.abc import Iterator

import pytest
import time_machine

from portal.tests.people import WEDNESDAY


@pytest.fixture(autouse=True)
def _wednesday() -> Iterator[None]:
    with time_machine.travel(WEDNESDAY, tick=False):
        yield
