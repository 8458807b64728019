"""The clinic with one more page, which refreshes itself and shows a number."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from accounts import polling
from accounts.access import SIGNED_IN, allow
from accounts.polling import polled
from core.errors import Refused

shown = {"number": 1, "reads": 0}


def stamp(request: HttpRequest) -> str:
    return str(shown["number"])


@allow(SIGNED_IN)
@polled(stamp)
def number(request: HttpRequest) -> HttpResponse:
    shown["reads"] += 1
    return polling.fresh(request, HttpResponse(str(shown["number"])), stamp(request))


@allow(SIGNED_IN)
def tap(request: HttpRequest) -> HttpResponse:
    if request.POST.get("refuse"):
        raise Refused("Not from there.", code="status_conflict", extra={"status": "seated"})
    return polling.tapped(request, "/account/")


urlpatterns = [path("number/", number), path("tap/", tap), path("", include("clinic.urls"))]
