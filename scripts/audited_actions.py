"""Every public action is `@audited`, takes keywords only and says first who acts."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.tree import PACKAGES, ROOT, Finding, is_test, name_of, parse, python_files, report


def is_actions_module(root: Path, path: Path) -> bool:
    """actions.py, actions_*.py and the modules of an actions/ package; core's is the decorator itself."""
    folder, *rest = path.relative_to(root).parts
    return folder != "core" and not is_test(path) and ("actions" in rest[:-1] or path.name.startswith("actions"))


def check_file(root: Path, path: Path) -> Iterator[Finding]:
    """What is wrong with the actions of one module."""
    for node in parse(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            for message in _complaints(node):
                yield Finding(str(path.relative_to(root)), node.lineno, f"{node.name}() {message}")


def _complaints(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    decorators = {name_of(item.func if isinstance(item, ast.Call) else item) for item in node.decorator_list}
    if "audited" not in decorators:
        yield "is not @audited"
    given = node.args
    if given.args or given.posonlyargs or given.vararg or not given.kwonlyargs or given.kwonlyargs[0].arg != "by":
        yield "must take keywords only, `by` first"


def check(root: Path) -> Iterator[Finding]:
    """What is wrong with the actions of every package."""
    for path in python_files(root, PACKAGES):
        if is_actions_module(root, path):
            yield from check_file(root, path)


if __name__ == "__main__":
    sys.exit(report("audited actions", check(ROOT)))
