"""The API's routes: each package brings its own; with a trailing slash works as without."""

from django.urls import URLPattern, path

from accounts.api.urls import routes as accounts_routes
from appointments.api.urls import routes as appointments_routes
from charting.api.urls import routes as charting_routes
from clinic.api_docs import docs, schema
from core.api.routes import Route
from patients.api.urls import routes as patients_routes

app_name = "api"


def _patterns(routes: list[Route]) -> list[URLPattern]:
    return [pattern for route in routes for pattern in route.patterns()]


urlpatterns = [
    *_patterns(accounts_routes),
    *_patterns(patients_routes),
    *_patterns(appointments_routes),
    *_patterns(charting_routes),
    path("schema", schema, name="schema"),
    path("schema/", schema),
    path("docs", docs, name="docs"),
    path("docs/", docs),
]
