"""Names in strings point downwards too: URL names, templates and models of a higher package are out of reach.

import-linter sees imports; it does not see `reverse("portal:home")`, `{% include "appointments/_row.html" %}` or
`ForeignKey("appointments.Appointment")`. Tests may name anything.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.tree import (
    PACKAGES,
    ROOT,
    Finding,
    is_test,
    name_of,
    package_of,
    parse,
    python_files,
    report,
    template_files,
)

RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField", "get_model", "swappable_dependency"}
REVERSERS = {"reverse", "reverse_lazy", "redirect", "resolve_url"}
NAMESPACED = re.compile(r"([a-z_]+)(?::[a-z_]+)*:[a-z0-9-]+")
TEMPLATE = re.compile(r"([a-z_]+)/[\w/-]+\.(?:html|txt)")
MODEL = re.compile(r"([a-z_]+)\.[A-Za-z]\w*")
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
URL_TAG = re.compile(r"""\{%\s*url\s+["']([^"']+)["']""")
QUOTED = re.compile(r""""([^"]*)"|'([^']*)'""")


@dataclass(frozen=True)
class Names:
    """Who owns which URL name: by namespace, and for names without one by the urls module they stand in."""

    namespaces: dict[str, str]
    bare: dict[str, str]

    def owner_of_url(self, name: str) -> str:
        """The package of a URL name; empty if it is none of ours."""
        if match := NAMESPACED.fullmatch(name):
            return self.namespaces.get(match[1], match[1])
        return self.bare.get(name, "")

    def owner(self, text: str) -> str:
        """The package of a string that is a namespaced URL name or a template path; empty for any other string."""
        if NAMESPACED.fullmatch(text):
            return self.owner_of_url(text)
        match = TEMPLATE.fullmatch(text)
        return match[1] if match else ""


def collect(root: Path) -> Names:
    """Read every urls module."""
    names = Names({}, {})
    for path in python_files(root, PACKAGES):
        if path.name.startswith("urls") and not is_test(path):
            _collect_from(parse(path), package_of(root, path), names)
    return names


def _collect_from(module: ast.Module, package: str, names: Names) -> None:
    spaces = [_app_name(node) for node in module.body if _app_name(node)]
    if spaces:
        names.namespaces[spaces[0]] = package
        return
    for node in ast.walk(module):
        if isinstance(node, ast.keyword) and node.arg == "name" and isinstance(node.value, ast.Constant):
            names.bare[str(node.value.value)] = package


def _app_name(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign) and name_of(node.targets[0]) == "app_name" and isinstance(node.value, ast.Constant):
        return str(node.value.value)
    return ""


def is_above(package: str, other: str) -> bool:
    """Whether `other` is out of reach for `package`; what is not ours is always in reach."""
    return package in PACKAGES and other in PACKAGES and PACKAGES.index(other) > PACKAGES.index(package)


def check_python(root: Path, path: Path, names: Names) -> Iterator[Finding]:
    """Strings of one module that name something above it."""
    package = package_of(root, path)
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _found(root, path, node.lineno, package, names.owner(node.value), node.value)
        if isinstance(node, ast.Call):
            for text, owner in _of_call(node, names):
                yield from _found(root, path, node.lineno, package, owner, text)


def _of_call(node: ast.Call, names: Names) -> Iterator[tuple[str, str]]:
    called = name_of(node.func)
    first = node.args[0] if node.args else next((item.value for item in node.keywords if item.arg == "to"), None)
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return
    if called in RELATIONS and (match := MODEL.fullmatch(first.value)):
        yield first.value, match[1]
    if called in REVERSERS and ":" not in first.value:
        yield first.value, names.owner_of_url(first.value)


def check_template(root: Path, path: Path, names: Names) -> Iterator[Finding]:
    """Tags of one template that name something above it; templates outside a package's folder are core's."""
    folder = path.relative_to(root).parts[1] if path.relative_to(root).parts[0] == "templates" else ""
    package = folder if folder in PACKAGES else "core"
    text = path.read_text(encoding="utf-8")
    for tag in TAG.finditer(text):
        line = text.count("\n", 0, tag.start()) + 1
        quoted = [first or second for first, second in QUOTED.findall(tag[0])]
        named = {item: names.owner(item) for item in quoted}
        if url := URL_TAG.match(tag[0]):
            named[url[1]] = names.owner_of_url(url[1])
        for item, owner in named.items():
            yield from _found(root, path, line, package, owner, item)


def _found(root: Path, path: Path, line: int, package: str, owner: str, text: str) -> Iterator[Finding]:
    if is_above(package, owner):
        yield Finding(str(path.relative_to(root)), line, f"{package} names {text!r} of {owner}, which lies above it")


def check(root: Path) -> Iterator[Finding]:
    """Every name that points upwards."""
    names = collect(root)
    for path in python_files(root, PACKAGES):
        if not is_test(path):
            yield from check_python(root, path, names)
    for path in template_files(root):
        yield from check_template(root, path, names)


if __name__ == "__main__":
    sys.exit(report("downward names", set(check(ROOT))))
