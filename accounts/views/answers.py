"""What these pages have in common."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from core.forms import SubmitMixin


def show(request: HttpRequest, template: str, form: SubmitMixin, **values: Any) -> HttpResponse:
    """The page with its form, in the status that the form says."""
    response = render(request, template, {"form": form, **values}, status=form.status)
    if form.retry_after:
        response["Retry-After"] = str(form.retry_after)
    return response


def me(request: HttpRequest) -> User:
    """The person who has signed in; for views that are not public."""
    assert isinstance(request.user, User)
    return request.user
