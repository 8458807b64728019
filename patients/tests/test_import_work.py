"""The work itself: killed and taken up, stopped and gone on with, never done twice, one bad row alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import User
from core import clock
from core.errors import NotPermitted
from core.ids import new_id
from core.models import AuditEvent
from patients import actions, tasks
from patients.imports import creating, jobs, passes, removing
from patients.imports.refusals import NotMine
from patients.models import Import, ImportedRecord, ImportPart, ImportRow, Patient
from patients.tests.bringing import bring, by_hand, csv, finished, report, run, tried

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_hand")]

__all__ = ["by_hand"]

MANY = csv(*(f"{n},Family{n},Given{n},,," for n in range(1, 61)))


class Killed(BaseException):
    """As a worker dies: no clean-up of ours."""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_nothing_is_done_twice(
    seeded: None, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = actions.start_import(by=ada, imported=tried(ada, MANY), duplicates="skip")
    whole, calls = creating._insert, []

    def dies(batch: Any) -> None:
        whole(batch)
        calls.append(1)
        if len(calls) == 2:
            raise Killed  # after its rows were written, before the transaction ended

    with monkeypatch.context() as patched:
        patched.setattr(creating, "_insert", dies)
        # The machine dies: nobody gives the work back.
        patched.setattr(passes, "_give_up", lambda *args: None)
        patched.setattr(Import.objects.__class__, "release", lambda *args: None)
        with pytest.raises(Killed):
            passes.work(imported.pk)
    assert Patient.objects.count() == 20
    assert not passes.work(imported.pk)  # the lease still runs
    Import.objects.filter(pk=imported.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    jobs.take_up()
    done = finished(imported)
    assert (done.state, done.counts) == ("done", {"create": 60})
    assert Patient.objects.count() == ImportedRecord.objects.filter(kind="patients").count() == 60
    assert AuditEvent.objects.filter(event="patient.added").count() == 60
    assert sorted(report(done)) == list(range(2, 62))


def test_a_second_worker_is_turned_away(ada: User) -> None:
    imported = actions.start_import(by=ada, imported=tried(ada, MANY), duplicates="skip")
    assert Import.objects.claim(imported.pk, new_id())
    assert not passes.work(imported.pk)
    assert not Patient.objects.exists()


def test_who_lost_the_work_writes_nothing(ada: User) -> None:
    imported = actions.start_import(by=ada, imported=tried(ada, MANY), duplicates="skip")
    walk = passes._begin(imported, real=True)
    rows = next(passes._batches(imported, 20))
    with pytest.raises(NotMine):
        passes._batch(walk, new_id(), rows)
    assert not Patient.objects.exists()


def test_it_makes_room_for_others_and_goes_on(ada: User) -> None:
    imported = actions.start_import(by=ada, imported=tried(ada, MANY), duplicates="skip")
    assert passes.work(imported.pk, seconds=0)
    assert Patient.objects.count() == 20
    assert Import.objects.get(pk=imported.pk).percent == 33
    assert finished(imported).counts == {"create": 60}


def test_stopped_and_gone_on_with(ada: User) -> None:
    imported = actions.start_import(by=ada, imported=tried(ada, MANY), duplicates="skip")
    passes.work(imported.pk, seconds=0)
    stopped = actions.stop_import(by=ada, imported=Import.objects.get(pk=imported.pk))
    assert stopped.state == "stopped"
    assert finished(stopped).state == "stopped"
    assert Patient.objects.count() == 20
    assert run(ada, Import.objects.get(pk=imported.pk)).counts == {"create": 60}
    assert Patient.objects.count() == 60


def test_repeats_are_seen_across_turns(ada: User) -> None:
    imported = actions.start_import(by=ada, imported=tried(ada, MANY + "61,Family1,Given1,,,\n"), duplicates="skip")
    while passes.work(imported.pk, seconds=0):
        pass
    assert report(imported)[62] == ("duplicate", "Duplicate of row 2.")


@pytest.mark.django_db(transaction=True)
def test_one_row_that_cannot_be_saved_stays_out_alone(seeded: None, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = tried(ada, csv(*(f"{n},Family{n},,,," for n in range(1, 6))))
    whole = creating._insert

    def fails(batch: Any) -> None:
        whole(batch)
        if any(patient.family_name == "Family3" for patient in batch.patients):
            raise ValueErrorOfTheDatabase

    monkeypatch.setattr(creating, "_insert", fails)
    monkeypatch.setattr("core.actions.ATTEMPTS", 1)
    done = run(ada, imported)
    assert done.counts == {"create": 4, "refused": 1}
    assert report(done)[4] == ("refused", "This row could not be saved.")
    assert sorted(Patient.objects.values_list("family_name", flat=True)) == [f"Family{n}" for n in (1, 2, 4, 5)]


class ValueErrorOfTheDatabase(IntegrityError):
    """Something that no rule foresaw."""


def test_whoever_lost_the_right_brings_nothing_over(ada: User, make_user: Any) -> None:
    other = make_user("Eve", "admin")
    imported = actions.start_import(by=other, imported=tried(other, MANY), duplicates="skip")
    other.groups.clear()
    done = finished(imported)
    assert (done.state, Patient.objects.count()) == ("stopped", 0)
    assert done.message == "Whoever began this may not bring records over any more."


def test_who_may(rita: User, ada: User) -> None:
    with pytest.raises(NotPermitted):
        tried(rita, MANY)
    imported = tried(ada, MANY)
    for action in (actions.stop_import, actions.remove_import, actions.reopen_import):
        with pytest.raises(NotPermitted):
            action(by=rita, imported=imported)
    with pytest.raises(NotPermitted):
        actions.start_import(by=rita, imported=imported, duplicates="skip")


def test_a_removed_file_leaves_nothing_but_what_came_of_it(ada: User, django_capture_on_commit_callbacks: Any) -> None:
    imported = bring(ada, MANY)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_import(by=ada, imported=imported)
    assert not ImportPart.objects.exists()
    assert not ImportRow.objects.exists()
    assert Patient.objects.count() == 60
    assert {outcome for outcome, _why in report(bring(ada, MANY)).values()} == {"same"}


def test_files_go_after_a_month(ada: User) -> None:
    old, young = bring(ada, MANY), tried(ada, MANY)
    Import.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=31))
    assert removing.due() == [old]
    tasks.remove_old_imports.call_local()
    assert removing.due() == []
    assert Import.objects.get(pk=young.pk).removed_at is None
    event = AuditEvent.objects.get(event="import.file_removed")
    assert (event.actor_id, event.source) == ("", "job")


def test_the_night_finishes_a_removal_that_was_cut_short(ada: User) -> None:
    imported = tried(ada, MANY)
    Import.objects.filter(pk=imported.pk).update(removed_at=clock.now())
    tasks.remove_old_imports.call_local()
    assert not ImportPart.objects.exists()
