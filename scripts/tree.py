"""The project's own files, and how a check tells what it found."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Lowest first: a package may know those to its left.
PACKAGES = ("core", "accounts", "patients", "appointments", "charting", "portal", "clinic")


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule and where it stands; `path` is relative to the checkout, `line` counts from 1."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def python_files(root: Path, folders: Iterable[str] = (*PACKAGES, "scripts")) -> Iterator[Path]:
    """Every module below the folders, in a stable order."""
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def template_files(root: Path) -> Iterator[Path]:
    """Every template: the shared folder and the packages' own."""
    for folder in ("templates", *(f"{package}/templates" for package in PACKAGES)):
        yield from sorted(path for path in (root / folder).rglob("*") if path.suffix in {".html", ".txt"})


def package_of(root: Path, path: Path) -> str:
    """The package a module lies in."""
    return path.relative_to(root).parts[0]


def is_test(path: Path) -> bool:
    """Tests and their shared fixtures."""
    return "tests" in path.parts or path.name == "conftest.py"


def parse(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(node: ast.expr) -> str:
    """The last part of a dotted name: `reverse` for both `reverse` and `urls.reverse`; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def report(title: str, findings: Iterable[Finding]) -> int:
    """Print the findings and return the exit code: 1 if there are any."""
    found = sorted(findings)
    for finding in found:
        print(finding)
    print(f"{title}: {len(found)} found" if found else f"{title}: ok")
    return 1 if found else 0
