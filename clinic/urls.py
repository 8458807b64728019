"""All doors: pages, API, administration, health."""

from django.contrib import admin
from django.urls import include, path

from accounts.access import public
from clinic import views
from core import health, metrics

handler400 = "core.pages.bad_request"
handler403 = "core.pages.permission_denied"
handler404 = "core.pages.not_found"
handler500 = "core.pages.server_error"

urlpatterns = [
    path("healthz", public(health.healthz), name="healthz"),
    path("readyz", public(health.readyz), name="readyz"),
    path("metrics", public(metrics.metrics), name="metrics"),
    path("", views.home, name="home"),
    path("design/", views.design, name="design"),
    path("admin/", admin.site.urls),
    path("api/", include("clinic.api_urls")),
    path("", include("accounts.urls")),
    path("", include("patients.urls")),
    path("", include("appointments.urls")),
    path("", include("charting.urls")),
    path("", include("portal.urls")),
]
