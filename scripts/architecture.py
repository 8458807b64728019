"""Draws the pictures in docs/architecture.md from the import contracts; `--check` only says if they are current."""

import re
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

from scripts.tree import ROOT, Finding, report

PAGE = Path("docs/architecture.md")
PURPOSES = {
    "clinic": "wiring: settings, urls, server",
    "portal": "the patient's door",
    "charting": "what we found and did",
    "appointments": "when",
    "patients": "who we treat",
    "accounts": "who may do what",
    "core": "machinery that knows no patient",
}


def contracts(root: Path) -> dict[str, dict[str, Any]]:
    """The import contracts by id."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def split(layer: str) -> list[str]:
    """`(views) | (api)` -> ["views", "api"]."""
    return [name.strip().strip("()") for name in re.split(r"[|:]", layer)]


def picture(layers: list[str]) -> str:
    """A mermaid graph: every layer points to the next one below it."""
    rows = [split(layer) for layer in layers]
    lines = ["```mermaid", "graph TD"]
    for name in (name for row in rows for name in row):
        purpose = f"<br/>{PURPOSES[name]}" if name in PURPOSES else ""
        lines.append(f'    {name}["{name}{purpose}"]')
    for upper, lower in pairwise(rows):
        lines.append(f"    {' & '.join(upper)} --> {' & '.join(lower)}")
    return "\n".join([*lines, "```"])


def drawn(root: Path, text: str) -> str:
    """The page with every picture between its marks drawn anew."""
    for name, contract in contracts(root).items():
        marks = re.compile(rf"(<!-- {name}: drawn -->\n).*?(<!-- end -->)", re.DOTALL)
        if "layers" in contract:
            image = f"{picture(contract['layers'])}\n"
            text = marks.sub(lambda match, image=image: match[1] + image + match[2], text)  # type: ignore[misc]
    return text


def main(root: Path, arguments: list[str]) -> int:
    """Draw, or say that the page is behind."""
    page = root / PAGE
    before = page.read_text(encoding="utf-8")
    after = drawn(root, before)
    if "--check" in arguments:
        stale = [Finding(str(PAGE), 1, "the pictures are behind the import contracts: run `make docs`")]
        return report("architecture", stale if before != after else [])
    page.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(ROOT, sys.argv[1:]))
