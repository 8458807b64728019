"""The desk's pages."""

from datetime import date

from django.urls import URLPattern, path, register_converter

from appointments.desk_lists.lists import LISTS, DeskList
from appointments.views import (
    absences,
    board,
    booking,
    by_hand,
    cards,
    checkout,
    closing,
    day,
    day_parts,
    day_plans,
    desk_lists,
    exports,
    families,
    free_times,
    holidays,
    my_day,
    next_visits,
    outage,
    overview,
    paper,
    setup,
    visit,
    wait_list,
    walk_in,
)

app_name = "appointments"


class DayConverter:
    """`<day:day>`: a calendar day as YYYY-MM-DD; anything else is no address."""

    regex = r"(?:19|2[01])[0-9]{2}-[01][0-9]-[0-3][0-9]"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return str(value)


class MonthConverter:
    """`<month:month>`: a month as YYYY-MM; its first day."""

    regex = r"(?:19|2[01])[0-9]{2}-[01][0-9]"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date | str) -> str:
        return str(value)[:7]


class DeskListConverter:
    """`<desk_list:name>`: one of the desk's lists; anything else is no address."""

    regex = "|".join(LISTS)

    def to_python(self, value: str) -> DeskList:
        return LISTS[value]

    def to_url(self, value: DeskList | str) -> str:
        return value.slug if isinstance(value, DeskList) else value


register_converter(DayConverter, "day")
register_converter(DeskListConverter, "desk_list")
register_converter(MonthConverter, "month")


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
_LIST = "lists/<desk_list:name>/"

urlpatterns = [
    path("schedule/", day.day_today, name="day-today"),
    path("schedule/export/", exports.list_export, name="list-export"),
    path("schedule/<day:day>/", day.day_detail, name="day-detail"),
    path("schedule/week/<day:day>/", overview.week_detail, name="week-detail"),
    path("schedule/month/<month:month>/", overview.month_detail, name="month-detail"),
    path("schedule/<day:day>/sheet/", paper.day_sheet, name="day-sheet"),
    path("schedule/<day:day>/sheet.pdf", paper.day_sheet_pdf, name="day-sheet-pdf"),
    path("schedule/<day:day>/slips/", paper.day_slips, name="day-slips"),
    path("schedule/<day:day>/slips.pdf", paper.day_slips_pdf, name="day-slips-pdf"),
    path("schedule/outage/", outage.outage_list, name="outage-list"),
    path("schedule/outage/make/", outage.outage_make, name="outage-make"),
    path("schedule/outage/<day:day>/<id:pk>/", outage.outage_take, name="outage-take"),
    path("appointments/new/", booking.appointment_new, name="appointment-new"),
    path("appointments/family/", families.family_new, name="family-new"),
    path("appointments/patients/", free_times.patient_pick, name="patient-pick"),
    path("appointments/times/", free_times.slot_pick, name="slot-pick"),
    path(_ONE, visit.appointment_detail, name="appointment-detail"),
    path(_ONE + "move/", booking.appointment_move, name="appointment-move"),
    path(_ONE + "glance/", by_hand.visit_card, name="visit-card"),
    path(_ONE + "panel/", by_hand.visit_panel, name="visit-panel"),
    path(_ONE + "place/", by_hand.visit_place, name="visit-place"),
    path(_ONE + "park/", by_hand.visit_park, name="visit-park"),
    path(_ONE + "unpark/", by_hand.visit_unpark, name="visit-unpark"),
    path(_ONE + "cancel/", visit.appointment_cancel, name="appointment-cancel"),
    path(_ONE + "status/", visit.appointment_status, name="appointment-status"),
    path(_ONE + "undo/", visit.appointment_undo, name="appointment-undo"),
    path(_ONE + "confirm/", visit.appointment_confirm, name="appointment-confirm"),
    path(_ONE + "note/", visit.appointment_note, name="appointment-note"),
    path(_ONE + "checkout/", checkout.checkout, name="checkout"),
    path(_ONE + "slip/", paper.appointment_slip, name="appointment-slip"),
    path(_ONE + "card/", cards.appointment_card, name="appointment-card"),
    path(_ONE + "card.pdf", cards.appointment_card_pdf, name="appointment-card-pdf"),
    path(_ONE + "visit.ics", cards.appointment_calendar, name="appointment-calendar"),
    path("next-visits/<id:pk>/settle/", next_visits.next_visit_settle, name="next-visit-settle"),
    path("lists/", desk_lists.desk_lists, name="desk-lists"),
    path("lists/counts/", desk_lists.desk_list_counts, name="desk-list-counts"),
    path(_LIST, desk_lists.desk_list, name="desk-list"),
    path(_LIST + "paper/", desk_lists.desk_list_print, name="desk-list-print"),
    path(_LIST + "export/", desk_lists.desk_list_export, name="desk-list-export"),
    path(_LIST + "call/<id:pk>/", desk_lists.desk_list_call, name="desk-list-call"),
    path(_LIST + "aside/<id:pk>/", desk_lists.desk_list_aside, name="desk-list-aside"),
    path(_LIST + "back/<id:pk>/", desk_lists.desk_list_back, name="desk-list-back"),
    path(_LIST + "confirm/<id:pk>/", desk_lists.visit_confirm, name="visit-confirm"),
    path("close-day/", closing.close_today, name="close-today"),
    path("close-day/<day:day>/", closing.close_day, name="close-day"),
    path("close-day/<day:day>/<id:pk>/", closing.close_visit, name="close-visit"),
    path("board/", board.board, name="board"),
    path("board/walk-in/", walk_in.walk_in, name="walk-in"),
    path("board/<id:pk>/step/", board.board_step, name="board-step"),
    path("board/<id:pk>/undo/", board.board_undo, name="board-undo"),
    path("board/<id:pk>/family/", board.board_family, name="board-family"),
    path("my-day/", my_day.my_day, name="my-day"),
    path("my-day/chairs/", my_day.my_chairs, name="my-chairs"),
    path("setup/board/", board.board_setup, name="board-setup"),
    path("schedule/absences/", absences.absence_list, name="absence-list"),
    path("schedule/absences/<id:pk>/", absences.absence, name="absence"),
    path("schedule/moved/<id:pk>/", absences.move_run, name="move-run"),
    path("schedule/moved/<id:pk>/undo/", absences.move_run_undo, name="move-run-undo"),
    path("wait-list/", wait_list.wait_list, name="wait-list"),
    path("wait-list/new/", wait_list.wish_new, name="wish-new"),
    path("wait-list/<id:pk>/state/", wait_list.wish_state, name="wish-state"),
    path("wait-list/<id:pk>/offer/", wait_list.wish_offer, name="wish-offer"),
    path("wait-list/offers/<id:pk>/", wait_list.offer_answer, name="offer-answer"),
    path("setup/", setup.overview, name="setup"),
    path("setup/chairs/<id:pk>/step/", setup.chair_step, name="chair-step"),
    path("setup/types/ready-made/", setup.types_ready_made, name="types-ready-made"),
    path("setup/closures/holidays/", holidays.holidays, name="holidays"),
    path("setup/day-parts/", day_parts.day_parts, name="day-parts"),
    path("setup/day-templates/", day_plans.template_list, name="day-template-list"),
    path("setup/day-templates/new/", day_plans.template_new, name="day-template-new"),
    path("setup/day-templates/<id:pk>/", day_plans.template_detail, name="day-template"),
    path("setup/day-templates/<id:pk>/edit/", day_plans.template_edit, name="day-template-edit"),
    path("setup/day-templates/<id:pk>/remove/", day_plans.template_remove, name="day-template-remove"),
    path("setup/day-templates/<id:pk>/apply/", day_plans.template_apply, name="day-template-apply"),
    path("setup/day-blocks/<id:pk>/", day_plans.block_edit, name="day-block-edit"),
    path("setup/day-blocks/<id:pk>/remove/", day_plans.block_remove, name="day-block-remove"),
    path("setup/built-days/", day_plans.built_days, name="built-days"),
    *_editor("location", "locations"),
    *_editor("chair", "chairs"),
    *_editor("type", "types"),
    *_editor("hours", "hours", removable=True),
    *_editor("closure", "closures", removable=True),
]
