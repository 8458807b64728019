from django.apps import AppConfig
from django.conf import settings

from clinic import observability


class ClinicConfig(AppConfig):
    name = "clinic"

    def ready(self) -> None:
        observability.start(settings.SENTRY_DSN, settings.OTLP_ENDPOINT)
