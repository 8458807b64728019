"""What can be done with appointments; `setup` holds what can be done with the clinic's own data."""

from appointments.actions.arrivals import check_in_together, walk_in
from appointments.actions.booking import book, cancel, change_details, confirm, move
from appointments.actions.by_hand import move_as_seen, park, unpark
from appointments.actions.families import book_together
from appointments.actions.flow import set_status, undo_status
from appointments.history import last_step

__all__ = [
    "book",
    "book_together",
    "cancel",
    "change_details",
    "check_in_together",
    "confirm",
    "last_step",
    "move",
    "move_as_seen",
    "park",
    "set_status",
    "undo_status",
    "unpark",
    "walk_in",
]
