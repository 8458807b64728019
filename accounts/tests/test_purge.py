"""What the nightly job throws away, and what it keeps."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from accounts.models import ApiSession
from accounts.tasks import purge
from core import clock
from core.ids import new_id
from core.models import IdempotencyRecord, ThrottleCounter

pytestmark = pytest.mark.django_db


def ago(**span):
    return clock.now() - timedelta(**span)


def api_session(user, **fields):
    facts = {"refresh_id": new_id(), "expires_at": clock.now() + timedelta(days=1)} | fields
    return ApiSession.objects.create(user=user, **facts)


def test_counters_whose_window_is_over():
    ThrottleCounter.objects.create(key="old", window_end=ago(seconds=1))
    ThrottleCounter.objects.create(key="new", window_end=clock.now() + timedelta(minutes=1))
    purge.call_local()
    assert [row.key for row in ThrottleCounter.objects.all()] == ["new"]


def test_stored_answers_of_yesterday():
    for key, hours in (("old", 25), ("new", 23)):
        IdempotencyRecord.objects.create(key=key, fingerprint="", status=201, created_at=ago(hours=hours))
    purge.call_local()
    assert [row.key for row in IdempotencyRecord.objects.all()] == ["new"]


def test_api_sessions_that_ended_long_ago(rita):
    api_session(rita, ended_at=ago(days=61))
    api_session(rita, expires_at=ago(days=61))
    kept = {api_session(rita).pk, api_session(rita, ended_at=ago(days=59)).pk}
    purge.call_local()
    assert set(ApiSession.objects.values_list("pk", flat=True)) == kept


def test_expired_browser_sessions():
    Session.objects.create(session_key="old", session_data="", expire_date=ago(minutes=1))
    Session.objects.create(session_key="new", session_data="", expire_date=clock.now() + timedelta(hours=1))
    purge.call_local()
    assert [row.session_key for row in Session.objects.all()] == ["new"]
