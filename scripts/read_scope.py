"""Doors read only through `.visible_to(user)`: anything else is how one patient sees another's chart.

Looks at views, API and portal modules. `Model.objects.<anything>` must carry `.visible_to(` in the same expression,
and a model class must not be handed to a shortcut that queries it. core knows no patient and is left out. A line
that is right all the same says why: `# read-scope: <reason>`, on the expression or on the line above it.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.tree import ROOT, Finding, is_test, name_of, parse, python_files, report

MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404", "aget_object_or_404"}
ALLOWED = re.compile(r"#\s*read-scope:\s*\S.*")
MESSAGE = "reads without .visible_to(user); if that is right, say why: # read-scope: <reason>"


def is_door(root: Path, path: Path) -> bool:
    """Whether the module answers requests."""
    folder, *rest = path.relative_to(root).parts
    if is_test(path) or "migrations" in rest or path.name == "admin.py" or folder in {"core", "scripts"}:
        return False
    inside = {"views", "api"} & set(rest[:-1])
    return folder == "portal" or bool(inside) or path.name.startswith(("views", "api"))


def check_file(root: Path, path: Path) -> Iterator[Finding]:
    """Every unscoped read of one module."""
    module = parse(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    parents = {child: node for node in ast.walk(module) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(module):
        if _is_unscoped(node, parents) and not _is_allowed(node, parents, lines):
            yield Finding(str(path.relative_to(root)), getattr(node, "lineno", 1), MESSAGE)


def _is_unscoped(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
        return "visible_to" not in _chain(node, parents)
    if isinstance(node, ast.Call) and name_of(node.func) in SHORTCUTS and node.args:
        # A class is written Patient, a queryset patients or Patient.objects.visible_to(user).
        return isinstance(node.args[0], ast.Name | ast.Attribute) and name_of(node.args[0])[:1].isupper()
    return False


def _chain(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> list[str]:
    names: list[str] = []
    while isinstance(parent := parents.get(node), ast.Attribute | ast.Call):
        if isinstance(parent, ast.Attribute):
            names.append(parent.attr)
        elif parent.func is not node:
            break  # an argument of another call: the chain ends here
        node = parent
    return names


def _is_allowed(node: ast.AST, parents: dict[ast.AST, ast.AST], lines: list[str]) -> bool:
    while not isinstance(node, ast.stmt):
        node = parents[node]
    first = max(node.lineno - 2, 0)
    block = getattr(node, "body", None)
    last = block[0].lineno - 1 if block else node.end_lineno  # of `if`, `for`, `with` only the head counts
    return any(ALLOWED.search(line) for line in lines[first:last])


def check(root: Path) -> Iterator[Finding]:
    """Every unscoped read of every door."""
    for path in python_files(root):
        if is_door(root, path):
            yield from check_file(root, path)


if __name__ == "__main__":
    sys.exit(report("read scope", check(ROOT)))
