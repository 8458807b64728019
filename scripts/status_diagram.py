"""Draws the picture in docs/appointment-status.md from the table of statuses; `--check` only says if it is current."""

import re
import sys
from pathlib import Path

from appointments.rules import FREES_ALL, FREES_THE_REST, HOLDING, TRANSITIONS, Status
from scripts.tree import ROOT, Finding, report

PAGE = Path("docs/appointment-status.md")
_MARKS = re.compile(r"(<!-- (\w+): drawn -->\n).*?(<!-- end -->)", re.DOTALL)


def picture() -> str:
    """A mermaid state diagram: one arrow for every step that the table allows."""
    lines = [
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> requested",
        "    [*] --> booked",
        "    [*] --> arrived : walk-in",
    ]
    for before in Status:
        lines += [f"    {before.value} --> {after.value}" for after in Status if after in TRANSITIONS[before]]
    lines += [f"    {status.value} --> [*]" for status in Status if not TRANSITIONS[status]]
    return "\n".join([*lines, "```"])


def table() -> str:
    """Where each status may go, and what becomes of its time."""
    lines = ["| Status | May become | Its time |", "|---|---|---|"]
    for status in Status:
        after = ", ".join(f"`{other.value}`" for other in Status if other in TRANSITIONS[status])
        lines.append(f"| `{status.value}` | {after or '(an end)'} | {_time(status)} |")
    return "\n".join(lines)


def _time(status: Status) -> str:
    if status in HOLDING:
        return "is taken"
    if status in FREES_THE_REST:
        return "what is left of it is free"
    return "all of it is free" if status in FREES_ALL else "is not taken yet"


def drawn(text: str) -> str:
    """The page with both drawn anew."""
    parts = {"picture": picture, "table": table}
    return _MARKS.sub(lambda match: f"{match[1]}{parts[match[2]]()}\n{match[3]}", text)


def main(root: Path, arguments: list[str]) -> int:
    """Draw, or say that the page is behind."""
    page = root / PAGE
    before = page.read_text(encoding="utf-8")
    after = drawn(before)
    if "--check" in arguments:
        stale = [Finding(str(PAGE), 1, "the picture is behind the table of statuses: run `make docs`")]
        return report("status diagram", stale if before != after else [])
    page.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(ROOT, sys.argv[1:]))
