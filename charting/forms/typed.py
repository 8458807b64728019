"""Forms in which teeth are typed: read in the notation on screen, and refused in it."""

from collections.abc import Callable
from typing import Any, TypeVar

from charting.rules.notation import Notation, on_screen
from core.forms import Form

R = TypeVar("R")


class TeethForm(Form):
    """Knows how the clinic numbers teeth."""

    def __init__(self, *args: Any, notation: str = Notation.FDI, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notation = Notation(notation)

    def submit(self, work: Callable[[dict[str, Any]], R]) -> R | None:
        """As every form; a refusal names teeth as they are typed."""
        with on_screen(self.notation):
            return super().submit(work)
