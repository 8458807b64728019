"""One database's process: makes the demo clinic, then times the task that each line of its input names.

It answers with one line of JSON each. Everything else that it prints goes to the errors.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

import django


def main(patients: int, seed: int) -> None:
    """Serve until the input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    django.setup()
    _prepare(patients, seed)
    from scripts.benchmark.tasks import Desk

    tasks = Desk().tasks()
    _say(answers, {"tasks": list(tasks)})
    for line in sys.stdin:
        asked = json.loads(line)
        _say(answers, _timed(tasks[asked["task"]], asked["times"]))


def _prepare(patients: int, seed: int) -> None:
    from django.conf import settings
    from django.core.management import call_command

    settings.API_CALLS_PER_MINUTE = 10**9
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    call_command("migrate", verbosity=0)
    call_command("demo", patients=patients, seed=seed)


def _timed(task: Callable[[], Any], times: int) -> dict[str, Any]:
    from django.db import connection

    from scripts.benchmark.tasks import served

    counted = 0

    def count(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal counted
        counted += 1
        return execute(*args)

    found = []
    with connection.execute_wrapper(count):
        for _repetition in range(times):
            begin = time.perf_counter()
            served(task)
            found.append((time.perf_counter() - begin) * 1000)
    return {"times": found, "statements": round(counted / times)}


def _say(answers: TextIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
