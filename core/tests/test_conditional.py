"""If-Match: nobody overwrites what they have not seen."""

import pytest
from django.test import RequestFactory

from core.api.conditional import check_if_match, etag
from core.errors import PreconditionRequired, Stale
from core.models import Record


class Thing(Record):
    """A record of these tests; its table does not exist."""

    class Meta(Record.Meta):
        app_label = "core"
        managed = False


def check(header, version=3, **options):
    headers = {} if header is None else {"If-Match": header}
    check_if_match(RequestFactory().patch("/", headers=headers), Thing(version=version), **options)


def test_the_tag_is_the_version():
    assert etag(Thing(version=3)) == '"3"'


@pytest.mark.parametrize("header", ['"3"', 'W/"3"', "*", '"2", "3"', ' "3" ', '"1",W/"3"'])
def test_seen(header):
    check(header)


@pytest.mark.parametrize("header", ['"2"', 'W/"4"', "3", '"03"', '"3', "x"])
def test_not_seen(header):
    with pytest.raises(Stale):
        check(header)


@pytest.mark.parametrize("header", [None, "", "  "])
def test_not_said(header):
    with pytest.raises(PreconditionRequired):
        check(header)
    check(header, required=False)


def test_said_though_not_required():
    with pytest.raises(Stale):
        check('"2"', required=False)
