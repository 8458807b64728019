"""What `manage.py doctor` says about Elasticsearch."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from patients.models import Patient
from patients.search import index, link, outbox, telling

OK, WARNING, PROBLEM = "ok", "unsafe", "problem"
_LOOPBACK: Final = {"127.0.0.1", "::1", "localhost"}


def examine() -> Iterator[tuple[str, str]]:
    """State and text of each finding; asks the database too."""
    yield OK, f"Elasticsearch: {link.place(settings.ELASTICSEARCH_URL)}, for searches"
    yield from _unsafe()
    version, why = link.inquire()
    if why:
        yield (
            PROBLEM,
            f"Elasticsearch reachable: no, {why}. The clinic works without it: the database searches.",
        )
        return
    yield OK, f"Elasticsearch reachable: yes, Elasticsearch {version}"
    try:
        yield _index()
    except link.Unavailable as error:
        why = link.reason(error.__cause__) if isinstance(error.__cause__, Exception) else error.why
        yield PROBLEM, f"Search index: it cannot be looked at, {why}."


def _index() -> tuple[str, str]:
    waiting = outbox.waiting()
    if not telling.is_right():
        return WARNING, "Search index: none yet. The job worker builds it within a minute, or: manage.py search_rebuild"
    patients, documents = Patient.objects.filter(merged_into=None).count(), index.count()
    told = f"Search index: {documents} of {patients} patients, {waiting} changes wait"
    if documents == patients or waiting:
        return OK, told
    return WARNING, f"{told}. Run: manage.py search_check --repair"


def _unsafe() -> Iterator[tuple[str, str]]:
    address = urlsplit(settings.ELASTICSEARCH_URL)
    if address.hostname in _LOOPBACK:
        return
    if address.scheme != "https":
        yield WARNING, "ELASTICSEARCH_URL leads over the network without TLS: write https://."
    if not address.password:
        yield WARNING, "ELASTICSEARCH_URL has no password: whoever reaches the server reads names and dates of birth."
