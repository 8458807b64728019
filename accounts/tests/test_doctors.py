"""The list of doctors, for everybody who may look for free times."""

import pytest

from accounts.models import StaffProfile, User

pytestmark = pytest.mark.django_db


def test_active_doctors_by_name(api_of, rita, omar, dana, make_user):
    User.objects.filter(pk=make_user("Gone", "doctor").pk).update(is_active=False)
    StaffProfile.objects.filter(user=omar).update(title="Prof.", colour="#123456")
    assert api_of(rita).get("doctors").json() == [
        {"_id": dana.pk, "name": "Dr. Dana", "title": "Dr.", "colour": "#2f6f73"},
        {"_id": omar.pk, "name": "Prof. Omar", "title": "Prof.", "colour": "#123456"},
    ]


def test_for_patients_too(api_of, make_user, dana):
    assert len(api_of(make_user("Pia", "patient")).get("doctors").json()) == 1


def test_not_without_a_sign_in(api, dana):
    assert api.get("doctors").status_code == 401


def test_the_number_of_queries_does_not_grow(api_of, rita, make_user, django_assert_max_num_queries):
    for number in range(12):
        make_user(f"Doctor{number}", "doctor")
    app = api_of(rita)
    with django_assert_max_num_queries(10):
        assert len(app.get("doctors").json()) == 12


def test_paging(api_of, rita, dana, omar):
    answer = api_of(rita).get("doctors?limit=1&count=true")
    assert [row["_id"] for row in answer.json()] == [dana.pk]
    assert answer.headers["X-Total-Count"] == "2"
    assert 'rel="next"' in answer.headers["Link"]
