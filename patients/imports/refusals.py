"""What is wrong with a file, or with a cell: one sentence that says where and what to do."""

from core.errors import Refused, Text


class BadFile(Refused):
    """The file as a whole cannot be used."""

    def __init__(self, message: Text) -> None:
        super().__init__(message, code="bad_file", field="file")


class BadCell(Refused):
    """One cell cannot be understood."""

    def __init__(self, message: Text) -> None:
        super().__init__(message, code="bad_cell")


class NotMine(Exception):
    """Another worker has taken the work over, or somebody has stopped it."""
