"""How far a long command is: a bar on a terminal, one line for each step elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

# The step in words, how much of it is done, and how much there is (in whatever unit the step counts).
Report = Callable[[str, int, int], None]


def silent(_step: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@contextmanager
def shown(stdout: Any) -> Iterator[Report]:
    """A Report that shows its steps on the output of a command."""
    console = Console(file=getattr(stdout, "_out", None), highlight=False)
    if not console.is_terminal:
        yield _Lines(stdout)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Bars(bar)


class _Lines:
    """Says each step once."""

    def __init__(self, stdout: Any) -> None:
        self._stdout = stdout
        self._last = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        if step != self._last:
            self._stdout.write(f"{step} ...")
            self._stdout.flush()
            self._last = step


class _Bars:
    """One bar for each step."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bar.add_task(step, total=total)
        self._bar.update(self._tasks[step], completed=done, total=total)
