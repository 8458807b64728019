"""The desk's pages."""

from datetime import date

from django.urls import URLPattern, path, register_converter

from appointments.views import booking, day, exports, next_visits, setup, visit

app_name = "appointments"


class DayConverter:
    """`<day:day>`: a calendar day as YYYY-MM-DD; anything else is no address."""

    regex = r"(?:19|2[01])[0-9]{2}-[01][0-9]-[0-3][0-9]"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return str(value)


register_converter(DayConverter, "day")


def _editor(noun: str, address: str, *, removable: bool = False) -> list[URLPattern]:
    kind = {"noun": noun}
    remove = path(f"setup/{address}/<id:pk>/remove/", setup.setup_remove, kind, name=f"{noun}-remove")
    return [
        path(f"setup/{address}/", setup.setup_list, kind, name=f"{noun}-list"),
        path(f"setup/{address}/new/", setup.setup_new, kind, name=f"{noun}-new"),
        path(f"setup/{address}/<id:pk>/", setup.setup_edit, kind, name=f"{noun}-edit"),
        *([remove] if removable else []),
    ]


_ONE = "appointments/<id:pk>/"

urlpatterns = [
    path("schedule/", day.day_today, name="day-today"),
    path("schedule/export/", exports.list_export, name="list-export"),
    path("schedule/<day:day>/", day.day_detail, name="day-detail"),
    path("appointments/new/", booking.appointment_new, name="appointment-new"),
    path("appointments/patients/", booking.patient_pick, name="patient-pick"),
    path("appointments/times/", booking.slot_pick, name="slot-pick"),
    path(_ONE, visit.appointment_detail, name="appointment-detail"),
    path(_ONE + "move/", booking.appointment_move, name="appointment-move"),
    path(_ONE + "cancel/", visit.appointment_cancel, name="appointment-cancel"),
    path(_ONE + "status/", visit.appointment_status, name="appointment-status"),
    path(_ONE + "undo/", visit.appointment_undo, name="appointment-undo"),
    path(_ONE + "confirm/", visit.appointment_confirm, name="appointment-confirm"),
    path(_ONE + "note/", visit.appointment_note, name="appointment-note"),
    path("next-visits/<id:pk>/settle/", next_visits.next_visit_settle, name="next-visit-settle"),
    path("setup/", setup.overview, name="setup"),
    *_editor("location", "locations"),
    *_editor("chair", "chairs"),
    *_editor("type", "types"),
    *_editor("hours", "hours", removable=True),
    *_editor("closure", "closures", removable=True),
]
