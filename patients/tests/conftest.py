"""Clients of both doors, signed in."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User


@pytest.fixture
def api() -> Callable[[User], APIClient]:
    """`api(dana)` is a client of the API that is Dana's."""

    def sign_in(user: User) -> APIClient:
        client = APIClient()
        client.force_authenticate(User.objects.get(pk=user.pk))
        return client

    return sign_in


@pytest.fixture
def web(db: None) -> Callable[[User], Client]:
    """`web(rita)` is a browser in which Rita has signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
