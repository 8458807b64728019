"""An action is one transaction, tried again when the database asks for it, and never without an audit row."""

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError

from core import audit
from core.actions import ATTEMPTS, Contention, audited, in_transaction
from core.errors import Refused
from core.models import AuditEvent, ThrottleCounter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("core.actions.time.sleep", lambda seconds: None)


def write(key="a"):
    return ThrottleCounter.objects.create(key=key, window_end="2030-01-01T00:00:00Z")


@audited
def add(*, by=None, key="a"):
    row = write(key)
    audit.record(by, "row.added", row)
    return row


class TestTheAuditRow:
    def test_is_written_with_the_change(self):
        add()
        assert AuditEvent.objects.get().object_id == "a"

    def test_without_one_the_change_is_undone(self):
        @audited
        def forgetful(*, by=None):
            write()

        with pytest.raises(RuntimeError, match="ended without an audit row"):
            forgetful()
        assert not ThrottleCounter.objects.exists()

    def test_saying_that_nothing_changed_suffices(self):
        @audited
        def idle(*, by=None):
            audit.no_change(by, "row.added", ThrottleCounter())

        idle()
        assert not AuditEvent.objects.exists()

    def test_an_inner_action_counts_for_the_outer_one(self):
        @audited
        def outer(*, by=None):
            return add(key="b")

        assert outer().key == "b"

    def test_the_outer_one_does_not_count_for_an_inner_one(self):
        @audited
        def forgetful(*, by=None):
            write("b")

        @audited
        def outer(*, by=None):
            add()
            forgetful()

        with pytest.raises(RuntimeError):
            outer()
        assert not ThrottleCounter.objects.exists()


class TestTryingAgain:
    @pytest.mark.parametrize("error", [OperationalError("database is locked"), IntegrityError("unique"), Contention()])
    def test_until_it_works(self, error):
        tries = []

        @audited
        def contended(*, by=None):
            tries.append(1)
            add(key=f"k{len(tries)}")
            if len(tries) < 3:
                raise error
            return "done"

        assert contended() == "done"
        assert [row.key for row in ThrottleCounter.objects.all()] == ["k3"]
        assert AuditEvent.objects.count() == 1

    def test_postgresql_says_it_in_a_code(self):
        class Deadlock(Exception):
            sqlstate = "40P01"

        tries = []

        def work(attempt):
            tries.append(attempt)
            if attempt == 0:
                raise OperationalError from Deadlock()
            return attempt

        assert in_transaction(work) == 1
        assert tries == [0, 1]

    def test_not_for_ever(self):
        tries = []

        def work(attempt):
            tries.append(attempt)
            raise Contention

        with pytest.raises(Contention):
            in_transaction(work)
        assert len(tries) == ATTEMPTS

    def test_not_for_other_errors(self):
        tries = []

        def work(attempt):
            tries.append(attempt)
            raise DatabaseError("no such column")

        with pytest.raises(DatabaseError):
            in_transaction(work)
        assert tries == [0]

    def test_with_fresh_eyes(self):
        row = write()
        seen = []

        @audited
        def look(*, by=None, row):
            seen.append(row.count)
            if len(seen) == 1:
                raise Contention
            audit.no_change(by, "row.seen", row)

        row.count = 99  # not saved: what the first try saw is not what is stored
        look(row=row)
        assert seen == [99, 0]

    def test_only_the_outermost_block_does(self):
        inner = []

        @audited
        def contended(*, by=None):
            inner.append(1)
            raise Contention

        @audited
        def outer(*, by=None):
            add(key=str(len(inner)))
            contended()

        with pytest.raises(Contention):
            outer()
        assert len(inner) == ATTEMPTS
        assert not ThrottleCounter.objects.exists()


class TestARefusal:
    def refuse(self, after=None):
        @audited
        def refused(*, by=None):
            add()
            raise Refused("No.", code="not_now", after=after)

        with pytest.raises(Refused) as refusal:
            refused()
        return refusal.value

    def test_undoes_everything(self):
        self.refuse()
        assert not ThrottleCounter.objects.exists()
        assert not AuditEvent.objects.exists()

    def test_leaves_behind_what_it_says_afterwards(self):
        self.refuse(after=lambda: {"row": add(key="kept").key})
        assert [row.key for row in ThrottleCounter.objects.all()] == ["kept"]

    def test_carries_what_was_looked_up_afterwards(self):
        assert self.refuse(after=lambda: {"nextFree": [1]}).extra == {"nextFree": [1]}

    def test_settles_once(self):
        calls = []

        @audited
        def inner(*, by=None):
            raise Refused("No.", code="not_now", after=lambda: calls.append(1))

        @audited
        def outer(*, by=None):
            inner()

        with pytest.raises(Refused):
            outer()
        assert calls == [1]
