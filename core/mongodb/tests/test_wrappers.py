"""Our log counts and times every statement."""

import pytest
from django.db import connection

from core.models import ThrottleCounter

pytestmark = pytest.mark.django_db


def test_execute_wrappers_see_each_statement_without_values():
    seen = []

    def watch(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        ThrottleCounter.objects.create(key="secret", window_end="2030-01-01T00:00Z")
        ThrottleCounter.objects.filter(key="secret").update(count=2)
        ThrottleCounter.objects.filter(key="secret").first()
        ThrottleCounter.objects.filter(key="secret").delete()
    assert [text.split()[0] for text in seen] == ["insert_many", "update_many", "aggregate", "delete_many"]
    assert not any("secret" in text for text in seen)


def test_a_wrapper_may_refuse():
    def refuse(execute, sql, params, many, context):
        raise RuntimeError("no query here")

    with pytest.raises(RuntimeError), connection.execute_wrapper(refuse):
        ThrottleCounter.objects.count()


def test_the_log_of_queries(django_assert_num_queries):
    with django_assert_num_queries(1):
        list(ThrottleCounter.objects.all())


def test_stock_calls_none(stock):
    seen = []

    def watch(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with stock.execute_wrapper(watch):
        ThrottleCounter.objects.using("stock").create(key="a", window_end="2030-01-01T00:00Z")
        assert ThrottleCounter.objects.using("stock").count() == 1
    assert seen == []
