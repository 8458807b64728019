"""How far a file has come, what becomes of its rows, and what is done about duplicates."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    """How far a file from another system has come."""

    READING = "reading", _("Reading the file")
    MAPPING = "mapping", _("Columns to be checked")
    CHECKING = "checking", _("Trial run")
    CHECKED = "checked", _("Ready to bring over")
    RUNNING = "running", _("Bringing over")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Done")
    UNREADABLE = "unreadable", _("Cannot be read")

    @classmethod
    def working(cls) -> tuple["ImportState", ...]:
        """Those in which a job works."""
        return (cls.READING, cls.CHECKING, cls.RUNNING)


class Outcome(models.TextChoices):
    """What becomes of a row of such a file."""

    CREATE = "create", _("New")
    UPDATE = "update", _("Updated")
    SAME = "same", _("No change")
    KEPT = "kept", _("Changed here since")
    DUPLICATE = "duplicate", _("Duplicate")
    REFUSED = "refused", _("Refused")


class Duplicates(models.TextChoices):
    """What becomes of rows about people who seem to be here already."""

    SKIP = "skip", _("Leave them out")
    CREATE = "create", _("Bring them over all the same, as records of their own")
    UPDATE = "update", _("Update the record that is here")
