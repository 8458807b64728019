"""One's own account."""

import pytest

pytestmark = pytest.mark.django_db


def test_who_i_am_and_where_i_am_signed_in(browser_of, api_of, dana, rita):
    api_of(rita)
    api_of(dana)
    page = browser_of(dana).get("/account/").content.decode()
    assert "Dr. Dana" in page
    assert "dana@test.example" in page
    assert page.count("An app") == 1


def test_for_patients_too(browser_of, make_user):
    assert browser_of(make_user("Pia", "patient")).get("/account/").status_code == 200


@pytest.mark.parametrize("path", ["", "password/"])
def test_not_without_a_sign_in(client, path):
    assert client.get(f"/account/{path}").headers["Location"] == f"/sign-in/?next=/account/{path}"


def test_staff_and_audit_stand_in_the_navigation_of_those_who_may(browser_of, ada, rita):
    hers = browser_of(rita).get("/account/").content.decode()
    assert 'href="/staff/"' not in hers
    assert 'href="/audit/"' not in hers
    admins = browser_of(ada).get("/account/").content.decode()
    assert 'href="/staff/"' in admins
    assert 'href="/audit/"' in admins
