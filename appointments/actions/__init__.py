"""What can be done with appointments; `setup` holds what can be done with the clinic's own data."""

from appointments.actions.booking import book, cancel, change_details, confirm, move
from appointments.actions.flow import set_status, undo_status
from appointments.history import last_step

__all__ = ["book", "cancel", "change_details", "confirm", "last_step", "move", "set_status", "undo_status"]
