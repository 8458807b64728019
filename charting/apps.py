from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChartingConfig(AppConfig):
    name = "charting"
    verbose_name = _("Chart")

    def ready(self) -> None:
        """The chart's doors in the shell."""
        from charting import doors

        doors.register()
