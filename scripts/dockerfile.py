"""Reads a Dockerfile and a .dockerignore: as much of both as ours use, and an error for the rest."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

KNOWN = {"ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


@dataclass
class Stage:
    """One FROM and what follows it: (instruction, rest of the line)."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def last(self, instruction: str) -> str:
        """The argument that counts; empty if there is none."""
        return next((rest for word, rest in reversed(self.steps) if word == instruction), "")

    def command(self, instruction: str) -> list[str]:
        """ENTRYPOINT, CMD or HEALTHCHECK in its list form."""
        found: list[str] = json.loads(self.last(instruction).partition("[")[2].join(["[", ""]) or "[]")
        return found


def parse(text: str) -> list[Stage]:
    """The stages. Raises ValueError for an instruction that is not known here."""
    stages: list[Stage] = []
    for line in _logical_lines(text):
        word, _, rest = line.partition(" ")
        word, rest = word.upper(), rest.strip()
        if word == "FROM":
            base, _, name = re.sub(r"\s+[Aa][Ss]\s+", " ", rest).partition(" ")
            stages.append(Stage(base, name))
        elif word in KNOWN and stages:
            stages[-1].steps.append((word, rest))
        else:
            raise ValueError(f"{word} is not known here")
    return stages


def _logical_lines(text: str) -> Iterator[str]:
    kept = ""
    for line in text.splitlines():
        if line.lstrip().startswith("#") or not line.strip():
            continue
        kept += line.strip()
        if kept.endswith("\\"):
            kept = kept[:-1]
            continue
        yield kept
        kept = ""


def variables(rest: str, known: dict[str, str]) -> dict[str, str]:
    """What an ENV line sets; `$PATH` and its like are those known before."""
    pairs = (part.partition("=") for part in shlex.split(rest))
    return {name: re.sub(r"\$(\w+)", lambda m: known.get(m[1], ""), value) for name, _, value in pairs}


def context(root: Path) -> Iterator[Path]:
    """The files that `COPY . .` takes: all but those that .dockerignore names."""
    patterns = [line.strip() for line in (root / ".dockerignore").read_text().splitlines()]
    patterns = [line for line in patterns if line and not line.startswith("#")]
    yield from _walk(root, root, patterns)


def _walk(root: Path, folder: Path, patterns: list[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if _is_ignored(path.relative_to(root), patterns):
            continue
        if path.is_dir():
            yield from _walk(root, path, patterns)
        else:
            yield path


def _is_ignored(path: Path, patterns: list[str]) -> bool:
    for pattern in patterns:
        if pattern.startswith("**/"):
            if fnmatch(path.name, pattern.removeprefix("**/")):
                return True
        elif fnmatch(str(path), pattern):
            return True
    return False
