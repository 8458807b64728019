"""Where the staff begins: the day so far, who is to be called, and for each role what it needs first."""

from django.http import HttpRequest, HttpResponse

from accounts.access import me
from accounts.permissions import Permission
from appointments.desk_lists.lists import LISTS
from appointments.desk_lists.today import Today, own_figures
from appointments.models import Appointment
from appointments.stamps import rows_stamp, stamp_of
from appointments.views.board import polled_page
from core import clock


def stamp(request: HttpRequest) -> str:
    """What the page shows of the day."""
    # read-scope: a count of changes names nobody
    return rows_stamp(Appointment.objects.for_day(clock.today()))


def desk_home(request: HttpRequest) -> HttpResponse:
    """For those who may see visits; the page is at /."""
    by = me(request)
    page = Today(by)
    context = {
        "page": page,
        "figures": own_figures(by, page.day) if page.is_doctor else None,
        "may_book": by.may(Permission.APPOINTMENT_BOOK),
        "focus_find": page.is_desk,
        "desk_lists": LISTS.values(),
    }
    return polled_page(request, "appointments/lists/home", context, stamp_of(page.everything), {"live": "1"})
