"""What the server's planner does with a query."""

import json
from collections.abc import Iterator
from typing import Any


def stages(queryset: Any) -> set[str]:
    """The stages of the winning plan, such as {"FETCH", "IXSCAN"}, and those of the pipeline behind it."""
    explained = json.loads(queryset.explain())
    if "stages" not in explained:
        return set(_stages(explained["queryPlanner"]["winningPlan"]))
    first, *others = explained["stages"]
    behind = {name.removeprefix("$").upper() for stage in others for name in stage if name.startswith("$")}
    return behind | set(_stages(first["$cursor"]["queryPlanner"]["winningPlan"]))


def _stages(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "stage" in node:
            yield str(node["stage"])
        for value in node.values():
            yield from _stages(value)
    elif isinstance(node, list):
        for item in node:
            yield from _stages(item)
