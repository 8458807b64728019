"""Pages of this package."""

from django.urls import URLPattern

app_name = "appointments"

urlpatterns: list[URLPattern] = []
