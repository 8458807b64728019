"""What is asked on every page is answered from an index."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session

from core import clock
from core.mongodb.query import MongoQuery
from core.mongodb.tests.plans import stages

pytestmark = pytest.mark.django_db


def model(label):
    return apps.get_model(label)._base_manager


def looked_up():
    """Every lookup that runs all day."""
    now = clock.now()
    return {
        "sign-in by e-mail": get_user_model()._base_manager.filter(email="rita@test.example"),
        "session": Session.objects.filter(session_key="x", expire_date__gt=now),
        "token": model("accounts.ApiSession").filter(pk="x"),
        "patient": model("patients.Patient").filter(pk="x"),
        "chart number": model("patients.Patient").filter(chart_number="x"),
        "day view": model("appointments.Appointment").filter(start__gte=now, start__lt=now + timedelta(days=1)),
        "claims of cells": model("appointments.Claim").filter(resource="x", cell__in=[1, 2]),
        "claims of a resource": model("appointments.Claim").filter(resource__in=["x", "y"], cell__gte=1, cell__lte=9),
        "idempotency key": model("core.IdempotencyRecord").filter(pk="x"),
        "groups of a person": get_user_model().groups.through._base_manager.filter(user_id="x"),
    }


@pytest.mark.parametrize("name", looked_up())
def test_a_lookup_uses_an_index(name):
    found = stages(looked_up()[name])
    assert "COLLSCAN" not in found
    assert found & {"IXSCAN", "IDHACK"}


def sorted_lists():
    """Every list that is sorted."""
    patients = model("patients.Patient")
    return {
        "patient list page": patients.filter(archived_at=None).order_by("sort_key", "id")[:50],
        "next patients": patients.filter(archived_at=None, sort_key__gte="m").order_by("sort_key", "id")[:50],
        "appointments": model("appointments.Appointment").filter(start__gte=clock.now()).order_by("start", "id")[:50],
    }


@pytest.mark.parametrize("name", sorted_lists())
def test_a_list_is_read_in_the_order_of_an_index(name):
    found = stages(sorted_lists()[name])
    assert "COLLSCAN" not in found
    assert "SORT" not in found


class TestSorting:
    """Why the pipeline is rearranged."""

    @pytest.fixture
    def boxes(self, things):
        box, _ = things
        box.objects.bulk_create([box(pk=str(number), name=str(number), size=number) for number in range(50)])
        return box.objects

    def test_rows(self, boxes):
        assert "SORT" not in stages(boxes.order_by("size")[:5])
        assert [box.size for box in boxes.order_by("-size")[:3]] == [49, 48, 47]

    def test_values(self, boxes):
        assert "SORT" not in stages(boxes.order_by("size").values_list("name", "size")[:5])
        assert list(boxes.order_by("size").values_list("name", flat=True)[3:5]) == ["3", "4"]

    def test_values_sorted_by_something_else(self, boxes):
        assert list(boxes.order_by("-size").values_list("name", flat=True)[:2]) == ["49", "48"]

    def test_stock_sorts_in_memory(self, boxes, monkeypatch):
        monkeypatch.delattr(MongoQuery, "get_pipeline")
        assert "SORT" in stages(boxes.order_by("size")[:5])


def test_stock_reads_every_session(stock):
    with stock.schema_editor() as editor:
        editor.create_model(Session)
    assert "COLLSCAN" in stages(Session.objects.using("stock").filter(session_key="x"))
