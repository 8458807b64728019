"""Rows change by compare-and-swap; the audit's never do."""

import pytest

from core.errors import Stale
from core.ids import is_id, new_id
from core.models import AuditEvent, plain

pytestmark = pytest.mark.django_db


def event():
    return AuditEvent.objects.create(event="e", source="web", object_type="t")


@pytest.mark.parametrize(
    "alter",
    [
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: AuditEvent.objects.update(event="x"),
        lambda row: AuditEvent.objects.all().delete(),
        lambda row: AuditEvent.objects.filter(pk=row.pk).update(event="x"),
    ],
)
def test_the_audit_is_append_only(alter):
    row = event()
    with pytest.raises(TypeError):
        alter(row)
    assert AuditEvent.objects.get().event == "e"


@pytest.mark.parametrize(
    ("value", "kept"),
    [(None, None), (True, True), (1.5, 1.5), ({"a": (1, "x")}, {"a": [1, "x"]}), ([{1}], [[1]])],
)
def test_what_the_audit_keeps(value, kept):
    assert plain(value) == kept


def test_ids():
    assert is_id(new_id())
    assert len({new_id() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "value", [None, 1, "", "x" * 24, "0" * 23, "0" * 25, "ABCDEF" * 4, "0" * 24 + "\n", {"$ne": ""}]
)
def test_what_is_no_id(value):
    assert not is_id(value)


def test_stale_is_a_refusal():
    assert Stale().status == 412
