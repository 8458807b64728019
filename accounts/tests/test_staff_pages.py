"""Who works here: seen, changed, shut and opened by those who manage the staff."""

import pytest
from django.contrib.auth.models import Group

from accounts.models import ApiSession, StaffProfile, User
from accounts.rules import Event
from core.models import AuditEvent

pytestmark = pytest.mark.django_db

PAGES = ["", "invite/", "{pk}/"]
POSTS = ["invite/", "{pk}/", "{pk}/deactivate/", "{pk}/reactivate/", "{pk}/sessions/end/", "{pk}/invitation/"]


@pytest.fixture
def browser(browser_of, ada):
    return browser_of(ada)


def typed(**changes):
    data = {"title": "", "name": "Rita", "role": "receptionist", "colour": "#2f6f73", "registration_number": ""}
    return data | {"check_lanes": "2"} | changes


def test_everybody_is_listed_those_who_left_last(browser, rita, dana):
    User.objects.filter(pk=dana.pk).update(is_active=False)
    page = browser.get("/staff/").content.decode()
    assert page.index("Rita") < page.index("Dr. Dana")
    assert "Shut" in page


def test_patients_are_not_staff(browser, make_user):
    patient = make_user("Pia", "patient")
    assert "Pia" not in browser.get("/staff/").content.decode()
    assert browser.get(f"/staff/{patient.pk}/").status_code == 404


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["rita", "nina", "dana"])
def test_pages_are_for_those_with_the_right(browser_of, request, ada, path, who):
    person = request.getfixturevalue(who)
    answer = browser_of(person).get("/staff/" + path.format(pk=ada.pk))
    assert answer.status_code == 403
    assert "ada@" not in answer.content.decode()


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("who", ["rita", "dana"])
def test_changes_are_for_those_with_the_right(browser_of, request, omar, path, who):
    answer = browser_of(request.getfixturevalue(who)).post("/staff/" + path.format(pk=omar.pk), typed())
    assert answer.status_code == 403
    assert User.objects.get(pk=omar.pk).role == "doctor"


@pytest.mark.parametrize("path", POSTS[2:])
def test_changes_are_not_made_by_a_link(browser, rita, path):
    assert browser.get("/staff/" + path.format(pk=rita.pk)).status_code == 405


@pytest.mark.parametrize("pk", ["0" * 24, "f" * 24])
def test_unknown_people(browser, pk):
    assert browser.get(f"/staff/{pk}/").status_code == 404


@pytest.mark.parametrize("pk", ["x", "1", "0" * 23, "Z" * 24])
def test_malformed_ids(browser, pk):
    assert browser.get(f"/staff/{pk}/").status_code == 404


class TestEditing:
    def test_name_and_profile(self, browser, rita):
        assert browser.post(f"/staff/{rita.pk}/", typed(title="Ms.", name="Rita  Alvarez")).status_code == 302
        fresh = User.objects.get(pk=rita.pk)
        assert fresh.name == "Rita Alvarez"
        event = AuditEvent.objects.get(event=Event.USER_CHANGED)
        assert event.changes["name"] == ["Rita", "Rita Alvarez"]

    def test_a_profile_that_is_there(self, browser, dana):
        browser.post(f"/staff/{dana.pk}/", typed(name="Dana", role="doctor", title="Prof.", check_lanes="3"))
        profile = StaffProfile.objects.get(user=dana)
        assert (profile.title, profile.check_lanes) == ("Prof.", 3)

    def test_the_role_counts_from_the_next_request(self, browser, browser_of, rita):
        hers = browser_of(rita)
        assert hers.get("/staff/").status_code == 403
        browser.post(f"/staff/{rita.pk}/", typed(role="admin"))
        assert hers.get("/staff/").status_code == 200
        event = AuditEvent.objects.get(event=Event.USER_ROLE_CHANGED)
        assert event.changes == {"role": ["receptionist", "admin"]}

    def test_only_one_role_of_the_staff(self, browser, rita):
        browser.post(f"/staff/{rita.pk}/", typed(role="doctor"))
        fresh = User.objects.get(pk=rita.pk)
        assert fresh.group_names == {"doctor"}
        assert fresh.is_person_of_staff
        assert StaffProfile.objects.get(user=rita)

    def test_a_parent_stays_a_parent(self, browser, rita):
        rita.groups.add(Group.objects.get(name="patient"))
        browser.post(f"/staff/{rita.pk}/", typed(role="assistant"))
        assert User.objects.get(pk=rita.pk).group_names == {"assistant", "patient"}

    def test_a_group_of_the_clinics_own_is_a_role(self, browser, rita):
        Group.objects.create(name="treatment coordinator")
        browser.post(f"/staff/{rita.pk}/", typed(role="treatment coordinator"))
        assert User.objects.get(pk=rita.pk).role == "treatment coordinator"

    @pytest.mark.parametrize("role", ["patient", "root", "", "Admin"])
    def test_roles_that_are_not_offered(self, browser, rita, role):
        assert browser.post(f"/staff/{rita.pk}/", typed(role=role)).status_code == 400
        assert User.objects.get(pk=rita.pk).role == "receptionist"


class TestShutting:
    def test_sessions_end_at_once_and_do_not_come_back(self, browser, browser_of, api_of, rita):
        hers, app = browser_of(rita), api_of(rita)
        browser.post(f"/staff/{rita.pk}/deactivate/")
        assert hers.get("/account/").status_code == 302
        assert app.get("auth/me").status_code == 401
        browser.post(f"/staff/{rita.pk}/reactivate/")
        assert hers.get("/account/").status_code == 302
        assert app.get("auth/me").status_code == 401
        assert browser_of(rita).get("/account/").status_code == 200

    def test_audited(self, browser, ada, rita):
        browser.post(f"/staff/{rita.pk}/deactivate/")
        browser.post(f"/staff/{rita.pk}/reactivate/")
        events = AuditEvent.objects.filter(object_id=rita.pk, actor_id=ada.pk).order_by("id")
        assert [event.event for event in events] == [Event.USER_DEACTIVATED, Event.USER_REACTIVATED]

    def test_twice_is_the_same_as_once(self, browser, rita):
        for _ in range(2):
            assert browser.post(f"/staff/{rita.pk}/deactivate/").status_code == 302
        assert AuditEvent.objects.filter(event=Event.USER_DEACTIVATED).count() == 1

    def test_not_oneself(self, browser, ada, make_user):
        make_user("Second", "admin")
        answer = browser.post(f"/staff/{ada.pk}/deactivate/")
        assert answer.status_code == 422
        assert 'data-code="own_account"' in answer.content.decode()
        assert User.objects.get(pk=ada.pk).is_active


def test_ending_all_sessions(browser, browser_of, api_of, rita):
    hers, app = browser_of(rita), api_of(rita)
    browser.post(f"/staff/{rita.pk}/sessions/end/")
    assert hers.get("/account/").status_code == 302
    assert app.get("auth/me").status_code == 401
    assert not ApiSession.objects.filter(user=rita, ended_at=None).exists()
    assert browser_of(rita).get("/account/").status_code == 200


def test_the_list_asks_the_same_number_of_queries(browser, make_user, django_assert_max_num_queries):
    for number in range(12):
        make_user(f"Doctor{number}", "doctor")
    with django_assert_max_num_queries(12):
        browser.get("/staff/")
