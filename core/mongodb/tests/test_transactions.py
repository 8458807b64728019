"""Django's atomic() and on_commit() do what they say."""

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError
from pymongo.errors import AutoReconnect, OperationFailure

from core.models import ThrottleCounter
from core.mongodb import transactions
from core.mongodb.errors import LONGEST_TRANSACTION_SECONDS, TRANSIENT, UNKNOWN_COMMIT, has_label

pytestmark = pytest.mark.django_db

END = "2030-01-01T00:00Z"


def put(key, **options):
    return ThrottleCounter.objects.create(key=key, window_end=END, **options)


def keys():
    return set(ThrottleCounter.objects.values_list("key", flat=True))


def test_what_is_done_inside_stays():
    with transaction.atomic():
        put("a")
    assert keys() == {"a"}


def test_an_error_undoes_everything():
    with pytest.raises(KeyError), transaction.atomic():
        put("a")
        raise KeyError
    assert keys() == set()


def test_nobody_else_sees_it_before_the_commit():
    with transaction.atomic():
        put("a")
        assert connection.database["core_throttlecounter"].count_documents({}) == 0


def test_an_inner_error_ends_the_outer_block():
    with transaction.atomic():
        put("a")
        with pytest.raises(KeyError), transaction.atomic():
            put("b")
            raise KeyError
        with pytest.raises(TransactionManagementError):
            put("c")
    assert keys() == set()


def test_a_swallowed_duplicate_ends_the_block():
    put("a")
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            put("a")
        with pytest.raises(TransactionManagementError):
            keys()


def test_a_swallowed_duplicate_of_a_bulk_insert_ends_the_block():
    put("a")
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            ThrottleCounter.objects.bulk_create([ThrottleCounter(key=key, window_end=END) for key in "ba"])
        with pytest.raises(TransactionManagementError):
            keys()
    assert keys() == {"a"}


def test_outside_a_block_a_duplicate_hurts_nothing_else():
    put("a")
    with pytest.raises(IntegrityError):
        put("a")
    assert keys() == {"a"}


def test_a_failed_bulk_insert_leaves_nothing():
    put("b")
    with pytest.raises(IntegrityError):
        ThrottleCounter.objects.bulk_create([ThrottleCounter(key=key, window_end=END) for key in "ab"])
    assert keys() == {"b"}


def test_get_or_create_finds_what_is_there_inside_and_outside():
    put("a", count=3)
    assert ThrottleCounter.objects.get_or_create(key="a", defaults={"window_end": END})[0].count == 3
    with transaction.atomic():
        assert not ThrottleCounter.objects.get_or_create(key="a", defaults={"window_end": END})[1]
        assert ThrottleCounter.objects.get_or_create(key="b", defaults={"window_end": END})[1]
    assert keys() == {"a", "b"}


def test_on_commit_waits_for_the_commit():
    seen = []
    with transaction.atomic():
        put("a")
        transaction.on_commit(lambda: seen.append(keys()))
        assert seen == []
    assert seen == [{"a"}]


def test_on_commit_is_dropped_with_a_rollback():
    seen = []
    with pytest.raises(KeyError), transaction.atomic():
        transaction.on_commit(lambda: seen.append(1))
        raise KeyError
    assert seen == []


def test_a_block_may_be_told_to_roll_back():
    with transaction.atomic():
        put("a")
        transaction.set_rollback(True)
    assert keys() == set()


def test_an_inner_durable_block_is_refused():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), transaction.atomic(durable=True):
        pass


def test_closing_the_connection_gives_the_transaction_up():
    with transaction.atomic():
        put("a")
        connection.close()
        with pytest.raises(TransactionManagementError):
            keys()
    assert connection.session is None
    assert keys() == set()


def test_a_write_conflict_carries_its_label():
    put("a")
    with pytest.raises(OperationalError) as caught, transaction.atomic():
        assert keys() == {"a"}
        _change_behind_our_back()
        ThrottleCounter.objects.filter(key="a").update(count=2)
    assert has_label(caught.value, TRANSIENT)


def _change_behind_our_back():
    with connection.connection.start_session() as other, other.start_transaction():
        collection = connection.database["core_throttlecounter"]
        collection.update_one({"key": "a"}, {"$set": {"count": 9}}, session=other)


class TestCommitting:
    """A commit whose answer gets lost."""

    def commit(self, monkeypatch, *answers):
        remaining = list(answers)
        monkeypatch.setattr(transactions, "COMMIT_SECONDS", 0.5)

        def answer(self):
            error = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            if error:
                raise error
            return real(self)

        real = type(connection.connection.start_session()).commit_transaction
        monkeypatch.setattr("pymongo.synchronous.client_session.ClientSession.commit_transaction", answer)
        with transaction.atomic():
            put("a")

    def test_is_asked_again_until_it_is_known(self, monkeypatch):
        lost = AutoReconnect("gone")
        lost._add_error_label(UNKNOWN_COMMIT)
        self.commit(monkeypatch, lost, lost, None)
        assert keys() == {"a"}

    def test_ends_with_an_error_that_nobody_repeats(self, monkeypatch):
        lost = AutoReconnect("gone")
        lost._add_error_label(UNKNOWN_COMMIT)
        with pytest.raises(OperationalError) as caught:
            self.commit(monkeypatch, lost)
        assert has_label(caught.value, UNKNOWN_COMMIT)
        assert not has_label(caught.value, TRANSIENT)
        assert not connection.in_atomic_block
        assert connection.session is None

    def test_fails_as_django_expects(self, monkeypatch):
        conflict = OperationFailure("conflict", 112, {"errorLabels": [TRANSIENT]})
        with pytest.raises(OperationalError) as caught:
            self.commit(monkeypatch, conflict)
        assert has_label(caught.value, TRANSIENT)


def test_a_transaction_that_lasted_too_long_is_not_tried_again():
    with pytest.raises(OperationalError, match="more than 60 seconds") as caught, transaction.atomic():
        put("a")
        connection.transaction_began -= LONGEST_TRANSACTION_SECONDS
        _end_transaction()
        put("b")
    assert not has_label(caught.value, TRANSIENT)


def _end_transaction():
    # Ours only: other workers' tests use the same server.
    connection.connection.admin.command("killSessions", [connection.session.session_id])


def test_stock_atomic_does_nothing(stock):
    with stock.schema_editor() as editor:
        editor.create_model(ThrottleCounter)
    with pytest.raises(KeyError), transaction.atomic(using="stock"):
        ThrottleCounter.objects.using("stock").create(key="a", window_end=END)
        raise KeyError
    assert ThrottleCounter.objects.using("stock").count() == 1


def test_stock_leaves_a_transaction_open_when_it_closes(stock):
    stock.start_transaction_mongo()
    stock.close()
    assert stock.session is not None
    stock.rollback_mongo()


def test_stock_runs_on_commit_at_once(stock):
    seen = []
    with transaction.atomic(using="stock"):
        transaction.on_commit(lambda: seen.append(1), using="stock")
        assert seen == [1]


def test_nothing_asks_for_atlas_inside_a_transaction(stock, monkeypatch):
    """Why core.mongodb.features answers for the server: it answers by a refusal."""
    assert connection.features.supports_atlas_search is False
    seen = []
    monkeypatch.setattr(
        "pymongo.synchronous.collection.Collection.list_search_indexes", lambda self, **options: seen.append(1)
    )
    assert stock.features.supports_atlas_search
    assert seen == [1]
