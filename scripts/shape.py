"""How long functions, files and templates are: prints the figures and refuses the giants.

Settings and migrations may be long; a test function may tell a long story.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from scripts.tree import ROOT, Finding, is_test, parse, python_files, report, template_files

LONGEST_FUNCTION = 50
LONGEST_FILE = 400
LONGEST_TEMPLATE = 120


def function_lengths(path: Path) -> Iterator[tuple[int, int, str]]:
    """Line, length and name of every function; decorators are not counted."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1, node.name


def file_length(path: Path) -> int:
    """Lines of the file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def is_exempt(path: Path) -> bool:
    """Migrations are written by Django, settings are one list."""
    return "migrations" in path.parts or path.name == "settings.py"


def figures(title: str, lengths: list[int]) -> str:
    """One line: median, 90th percentile and maximum."""
    if len(lengths) < 2:
        return f"{title:<12} {len(lengths)} of them"
    p90 = quantiles(lengths, n=10)[-1]
    count = f"{len(lengths):>6}"
    return f"{title:<12}{count}   median {median(lengths):5.0f}   p90 {p90:5.0f}   max {max(lengths):5d}"


def too_long(root: Path, path: Path, line: int, length: int, most: int, what: str) -> list[Finding]:
    """A finding if the length is over the limit."""
    if length <= most:
        return []
    return [Finding(str(path.relative_to(root)), line, f"{what} has {length} lines, at most {most}")]


def check(root: Path) -> tuple[list[str], list[Finding]]:
    """The figures as printed lines, and every giant."""
    functions: list[int] = []
    files: list[int] = []
    tests: list[int] = []
    templates: list[int] = []
    findings: list[Finding] = []
    for path in python_files(root):
        if is_exempt(path):
            continue
        size = file_length(path)
        (tests if is_test(path) else files).append(size)
        findings += too_long(root, path, 1, size, LONGEST_FILE, "the file")
        if not is_test(path):
            for line, length, name in function_lengths(path):
                functions.append(length)
                findings += too_long(root, path, line, length, LONGEST_FUNCTION, f"{name}()")
    for path in template_files(root):
        templates.append(file_length(path))
        findings += too_long(root, path, 1, templates[-1], LONGEST_TEMPLATE, "the template")
    rows = {"functions": functions, "files": files, "test files": tests, "templates": templates}
    return [figures(title, lengths) for title, lengths in rows.items()], findings


def main() -> int:
    """Print the figures, then the giants."""
    lines, findings = check(ROOT)
    print("\n".join(lines))
    return report("shape", findings)


if __name__ == "__main__":
    sys.exit(main())
