"""The pages on which two records become one."""

import pytest

from patients.models import MergeRecord, Patient, SearchKey
from patients.tests.test_merge import merge

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(reason="about the pages; what they do is tested on each database"),
]


@pytest.fixture
def two(make_patient):
    """The record that stays and the one that goes."""
    found = make_patient("Pia", "Lindholm", alerts=["Latex"]), make_patient("Pia", "Berg", alerts=["Faints"])
    for patient in found:
        SearchKey.objects.write(patient)
    return found


def page(stays, goes):
    return f"/patients/{stays.pk}/merge/{goes.pk}/"


def form(stays, goes, **more):
    return {f"version-{one.pk}": Patient.objects.get(pk=one.pk).version for one in (stays, goes)} | more


def text(answer):
    return " ".join(answer.content.decode().split())


def test_the_other_one_is_offered_or_found_by_typing(two, web, dana, make_patient):
    stays, goes = two
    Patient.objects.filter(pk=goes.pk).update(family_name="Lindholm")
    SearchKey.objects.write(Patient.objects.get(pk=goes.pk))
    client, address = web(dana), f"/patients/{stays.pk}/merge/"
    assert goes.chart_number in text(client.get(address))
    other = make_patient("Zoe", "Quixotefield")
    SearchKey.objects.write(other)
    for answer in (
        client.post(f"{address}find/", {"search": "quixote"}),
        client.post(address, {"search": "quixote", "step": "find"}),
    ):
        assert other.chart_number in text(answer)
        assert stays.chart_number not in text(answer).replace(f"({stays.chart_number})", "")
    assert client.post(address, {"step": "compare"}).status_code == 400
    assert client.post(address, {"step": "compare", "other": other.pk})["Location"] == page(stays, other)


def test_merge_and_take_back(two, web, dana):
    stays, goes = two
    client = web(dana)
    answer = client.post(page(stays, goes), form(stays, goes, family_name=goes.pk, alerts=stays.pk, reason="Twice"))
    assert answer["Location"] == f"/patients/{stays.pk}/"
    one = Patient.objects.get(pk=stays.pk)
    assert (one.family_name, one.alerts) == ("Berg", ["Latex"])
    chart = text(client.get(f"/patients/{stays.pk}/"))
    assert f"Merged with record {goes.chart_number}" in chart
    assert "Formerly also" in chart
    record = MergeRecord.objects.get()
    undo = f"/patients/{stays.pk}/merges/{record.pk}/undo/"
    assert undo in text(client.get(f"/patients/{stays.pk}/merges/"))
    assert client.post(undo, follow=True).status_code == 200
    assert Patient.objects.get(pk=stays.pk).family_name == "Lindholm"
    assert f"Merged into record {stays.chart_number}" in text(client.get(f"/patients/{goes.pk}/"))


def test_swapping_keeps_what_was_chosen(two, web, dana):
    stays, goes = two
    answer = web(dana).post(page(goes, stays), form(stays, goes, step="swap", family_name=stays.pk, reason="Twice"))
    assert f'name="family_name" value="{stays.pk}" checked' in text(answer)
    assert 'value="Twice"' in text(answer)
    assert not MergeRecord.objects.exists()


def test_whoever_saw_an_old_state_sees_the_present_one(two, web, dana):
    stays, goes = two
    old = form(stays, goes, family_name=goes.pk)
    Patient.objects.get(pk=goes.pk).change(school="North")
    answer = web(dana).post(page(stays, goes), old)
    assert answer.status_code == 412
    assert "North" in text(answer)
    assert f'name="family_name" value="{goes.pk}" checked' in text(answer)
    assert web(dana).post(page(stays, goes), form(stays, goes)).status_code == 302
    assert web(dana).post(page(stays, goes), {"family_name": goes.pk}).status_code == 409


def test_what_cannot_be_taken_back_says_why(two, web, dana):
    stays, goes = two
    record = merge(dana, stays, goes)
    Patient.objects.get(pk=stays.pk).change(alerts=["None"])
    client = web(dana)
    shown = text(client.get(f"/patients/{stays.pk}/merges/"))
    assert "alerts has changed since" in shown
    assert "disabled" in shown
    answer = client.post(f"/patients/{stays.pk}/merges/{record.pk}/undo/", follow=True)
    assert "alerts has changed since" in text(answer)
    assert MergeRecord.objects.get().stands


def test_the_history_of_both_is_on_one_timeline(two, web, dana):
    stays, goes = two
    web(dana).post(f"/patients/{goes.pk}/edit/", {"family_name": "Berg", "school": "North"})
    merge(dana, stays, Patient.objects.get(pk=goes.pk))
    assert "Record changed" in text(web(dana).get(f"/patients/{stays.pk}/"))
