"""What is too long or too large for the server is refused with one error of Django's; nothing of it stays."""

import time

import pytest
from django.db import DataError, OperationalError, connection, connections, models, transaction
from django.test.utils import isolate_apps

from core.models import ThrottleCounter
from core.mongodb import errors
from core.mongodb.errors import TRANSIENT, has_label
from scripts import services

pytestmark = pytest.mark.django_db

END = "2030-01-01T00:00Z"
MEGABYTE = 1_000_000


@pytest.fixture
def other(tmp_path):
    """A connection to a server of our own, which nobody else is disturbed on; its name is "other"."""
    with services.MongoReplicaSet(tmp_path, [services.free_port()]) as server:
        connections.settings["other"] = connection.settings_dict | {"HOST": server.uri("clinic"), "NAME": "clinic"}
        try:
            connections["other"].connect()
            yield connections["other"]
        finally:
            connections["other"].close_pool()
            del connections["other"]
            del connections.settings["other"]


@pytest.mark.slow
class TestTooLong:
    """On a server that ends transactions after a second."""

    @pytest.fixture
    def rows(self, other, monkeypatch):
        monkeypatch.setattr(errors, "LONGEST_TRANSACTION_SECONDS", 1)
        other.connection.admin.command("setParameter", 1, transactionLifetimeLimitSeconds=1)
        with other.schema_editor() as editor:
            editor.create_model(ThrottleCounter)
        return ThrottleCounter.objects.using("other")

    @pytest.mark.parametrize("another", [True, False], ids=["at the next statement", "at the commit"])
    def test_is_refused_once_and_undone(self, rows, another):
        too_long = pytest.raises(OperationalError, match="open for more than 1 seconds")
        with too_long as caught, transaction.atomic(using="other"):
            rows.create(key="a", window_end=END)
            self.wait_until_ended()
            if another:
                rows.create(key="b", window_end=END)
        assert not has_label(caught.value, TRANSIENT)
        assert not rows.exists()
        with transaction.atomic(using="other"):
            rows.create(key="c", window_end=END)
        assert rows.get().key == "c"

    def wait_until_ended(self):
        admin = connections["other"].connection.admin
        deadline = time.monotonic() + 30
        while admin.command("serverStatus")["transactions"]["currentOpen"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def test_what_ends_in_time_stays(self, rows):
        with transaction.atomic(using="other"):
            rows.create(key="a", window_end=END)
        self.wait_until_ended()
        assert rows.get().key == "a"


class TestTooLarge:
    @pytest.fixture
    def rows(self, collection):
        with isolate_apps("core"):

            class Letter(models.Model):
                id = models.CharField(max_length=24, primary_key=True)
                head = models.TextField(default="")
                body = models.TextField(default="")

                class Meta:
                    app_label = "core"

        collection(Letter)
        return Letter.objects

    @pytest.fixture(params=[True, False], ids=["inside", "outside"])
    def refused(self, request):
        """A function that tries something which must be refused, in a transaction or alone."""

        def check(attempt):
            with pytest.raises(DataError, match="MongoDB cannot store this in one document or transaction") as caught:
                if request.param:
                    with transaction.atomic():
                        ThrottleCounter.objects.create(key="before", window_end=END)
                        attempt()
                else:
                    attempt()
            assert "xxx" not in str(caught.value)
            assert not has_label(caught.value, TRANSIENT)
            assert not ThrottleCounter.objects.exists()

        return check

    def test_a_row(self, rows, refused):
        refused(lambda: rows.create(pk="1", body="x" * 17 * MEGABYTE))
        assert not rows.exists()

    def test_one_of_several_rows(self, rows, refused):
        sizes = [1, 17 * MEGABYTE, 1]
        letters = [rows.model(pk=str(number), body="x" * size) for number, size in enumerate(sizes)]
        refused(lambda: rows.bulk_create(letters))
        assert not rows.exists()

    def test_a_value(self, rows, refused):
        rows.create(pk="1")
        refused(lambda: rows.update(body="x" * 17 * MEGABYTE))
        assert rows.get().body == ""

    def test_a_row_that_grows(self, rows, refused):
        rows.create(pk="1", head="x" * 9 * MEGABYTE)
        refused(lambda: rows.update(body="x" * 9 * MEGABYTE))
        assert rows.get().body == ""

    def test_a_question(self, rows, refused):
        refused(lambda: rows.filter(body="x" * 17 * MEGABYTE).exists())

    def test_many_rows_in_one_transaction(self, rows):
        """Only the single row is limited: the driver sends several messages, the server keeps several entries."""
        with transaction.atomic():
            rows.bulk_create([rows.model(pk=str(number), body="x" * MEGABYTE) for number in range(20)])
        assert rows.count() == 20

    @pytest.mark.slow
    def test_more_than_the_server_holds_in_memory(self, rows, other):
        """The server keeps what is not committed in its cache, here of a quarter of a gigabyte."""
        with other.schema_editor() as editor:
            editor.create_model(rows.model)
        elsewhere = rows.using("other")
        body = "x" * 10 * MEGABYTE
        with pytest.raises(DataError, match="one document or transaction") as caught, transaction.atomic(using="other"):
            for number in range(60):
                elsewhere.create(pk=str(number), body=body)
        assert not has_label(caught.value, TRANSIENT)
        assert not elsewhere.exists()
