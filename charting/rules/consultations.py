"""What comes out of a consultation or of the presentation of a case."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Decision(models.TextChoices):
    """What the family said; empty while nothing has been decided."""

    GOES_AHEAD = "goes_ahead", _("Goes ahead")
    THINKING = "thinking", _("Thinks about it")
    OBSERVE = "observe", _("Observation first")
    OTHER_OPINION = "other_opinion", _("Asks for another opinion")
    DECLINED = "declined", _("Declined")
    NOT_NEEDED = "not_needed", _("No treatment needed")
