"""A POST that is sent again gets the first answer."""

from types import SimpleNamespace

import pytest

from core.actions import Contention
from core.api.idempotency import once
from core.errors import Refused
from core.models import IdempotencyRecord

pytestmark = pytest.mark.django_db


class Work:
    """Counts how often it was really done."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return 201, {"n": self.times}


@pytest.fixture
def work():
    return Work()


def request(key="k", body=None, person="p", path="/api/x"):
    headers = {"Idempotency-Key": key} if key is not None else {}
    return SimpleNamespace(headers=headers, data=body or {"a": 1}, user=SimpleNamespace(pk=person), path=path)


def test_done_once(work):
    first, second = once(request(), work), once(request(), work)
    assert (first.status_code, first.data) == (second.status_code, second.data) == (201, {"n": 1})


def test_without_a_key_done_each_time(work):
    once(request(None), work)
    once(request(None), work)
    assert work.times == 2
    assert not IdempotencyRecord.objects.exists()


def test_the_order_of_keys_in_the_body_does_not_matter(work):
    once(request(body={"a": 1, "b": 2}), work)
    once(request(body={"b": 2, "a": 1}), work)
    assert work.times == 1


def test_another_body_is_refused(work):
    once(request(), work)
    with pytest.raises(Refused) as refusal:
        once(request(body={"a": 2}), work)
    assert (refusal.value.code, refusal.value.status) == ("idempotency_mismatch", 422)
    assert work.times == 1


@pytest.mark.parametrize("other", [{"person": "q"}, {"path": "/api/y"}, {"key": "l"}])
def test_each_person_address_and_key_for_itself(work, other):
    once(request(), work)
    assert once(request(**other), work).data == {"n": 2}


def test_with_a_slash_is_the_same_address(work):
    once(request(), work)
    assert once(request(path="/api/x/"), work).data == {"n": 1}


def test_a_refusal_is_not_kept(work):
    def refuse():
        raise Refused("No.", code="slot_taken")

    with pytest.raises(Refused):
        once(request(), refuse)
    assert once(request(), work).data == {"n": 1}


def test_what_ran_into_contention_is_done_again(work, monkeypatch):
    monkeypatch.setattr("core.actions.time.sleep", lambda seconds: None)
    tries = []

    def contended():
        tries.append(1)
        if len(tries) == 1:
            raise Contention
        return work()

    assert once(request(), contended).data == {"n": 1}


@pytest.mark.parametrize("key", ["x" * 256, "a\nb", "\x00"])
def test_keys_that_are_none(work, key):
    with pytest.raises(Refused) as refusal:
        once(request(key), work)
    assert refusal.value.status == 400


def test_the_row_names_nobody(work):
    once(request(key="rita", person="rita"), work)
    row = IdempotencyRecord.objects.get()
    assert "rita" not in row.key + row.fingerprint
