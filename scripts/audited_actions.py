"""Every public action is `@audited`, takes keywords only and says first who acts.

A module of an actions/ package that holds no action at all, and that nobody outside the package imports, holds the
steps that its actions share and is left alone.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.tree import PACKAGES, ROOT, Finding, is_test, name_of, package_of, parse, python_files, report

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_actions_module(root: Path, path: Path) -> bool:
    """actions.py, actions_*.py and the modules of an actions/ package; core's is the decorator itself."""
    folder, *rest = path.relative_to(root).parts
    return folder != "core" and not is_test(path) and ("actions" in rest[:-1] or path.name.startswith("actions"))


def check_file(root: Path, path: Path, imported: set[str]) -> Iterator[Finding]:
    """What is wrong with the actions of one module; `imported` are the modules that others use."""
    functions = [node for node in parse(path).body if isinstance(node, Function)]
    is_part = path.parent.name == "actions" and module_name(root, path) not in imported
    if is_part and not any(is_audited(node) for node in functions):
        return
    for node in functions:
        for message in () if node.name.startswith("_") else _complaints(node):
            yield Finding(str(path.relative_to(root)), node.lineno, f"{node.name}() {message}")


def _complaints(node: Function) -> Iterator[str]:
    if not is_audited(node):
        yield "is not @audited"
    given = node.args
    if given.args or given.posonlyargs or given.vararg or not given.kwonlyargs or given.kwonlyargs[0].arg != "by":
        yield "must take keywords only, `by` first"


def is_audited(node: Function) -> bool:
    """Whether the decorator is there, under whatever name it was imported."""
    return any(name_of(item.func if isinstance(item, ast.Call) else item) == "audited" for item in node.decorator_list)


def module_name(root: Path, path: Path) -> str:
    """`appointments/actions/booking.py` -> `appointments.actions.booking`."""
    return ".".join(path.relative_to(root).with_suffix("").parts)


def imported_modules(root: Path) -> set[str]:
    """Every module that is imported by a module of another folder or by its own package's __init__."""
    names: set[str] = set()
    for path in python_files(root, PACKAGES):
        inside = f"{package_of(root, path)}.actions"
        is_inner = path.parent.name == "actions" and path.name != "__init__.py"
        found = set(_imports(parse(path)))
        names |= {name for name in found if not (is_inner and name.startswith(inside))}
    return names


def _imports(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def check(root: Path) -> Iterator[Finding]:
    """What is wrong with the actions of every package."""
    imported = imported_modules(root)
    for path in python_files(root, PACKAGES):
        if is_actions_module(root, path):
            yield from check_file(root, path, imported)


if __name__ == "__main__":
    sys.exit(report("audited actions", check(ROOT)))
