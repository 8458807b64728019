"""The API's own description."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.views import SpectacularAPIView

from accounts.access import PUBLIC, public


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, made from the code."""

    access = (PUBLIC,)


schema = public(SchemaView.as_view())


@public
def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI, served by ourselves."""
    return render(request, "clinic/api_docs.html")


def one_address_each(endpoints: list[tuple[Any, ...]], **_options: Any) -> list[tuple[Any, ...]]:
    """Every call also answers with a trailing slash; the description names it once."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]
