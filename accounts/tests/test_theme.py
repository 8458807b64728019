"""Light or dark without a script."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_kept_in_a_cookie_and_back_again(client, theme):
    answer = client.post("/theme/", {"theme": theme, "next": "/sign-in/"})
    assert answer.headers["Location"] == "/sign-in/"
    assert answer.cookies["theme"].value == theme


@pytest.mark.parametrize("theme", ["", "purple", "<script>"])
def test_anything_else_means_as_the_device_has_it(client, theme):
    client.cookies["theme"] = "dark"
    assert client.post("/theme/", {"theme": theme}).cookies["theme"].value == ""


def test_back_to_our_own_pages_only(client):
    answer = client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_not_by_a_link(client):
    assert client.get("/theme/?theme=dark").status_code == 405
