"""`manage.py serve`: from an empty folder to a running clinic, and everything stopped again with Ctrl-C.

`--only web` and `--only worker` run one half of it, for as many processes and machines as the clinic needs.
"""

import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from accounts import first_run
from clinic import doctor, exposure, startup, turns, worker_door
from clinic.backup import target
from clinic.supervisor import Supervisor
from core import metrics_folder, redis

TAIL_LINES = 15


class Command(BaseCommand):
    """Prepares the database, starts the web server and the job worker, and watches over both."""

    help = "Start the clinic: migrations, static files, demo data, web server and job worker."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which half, if not the whole."""
        parser.add_argument("--only", choices=list(startup.ROLES), help="run the web server or the job worker only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 0 when asked to stop, 1 when the start fails or a service falls."""
        self.console = Console(soft_wrap=True, highlight=False)
        self.only: str | None = options["only"]
        if problem := startup.port_problem():
            self._stop(problem)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            self._prepare()
        except KeyboardInterrupt:
            self.console.print("Stopped.")
            sys.exit(0)
        except CommandError as error:  # a failed system check is one too
            self._stop(str(error))
        except DatabaseError as error:
            self._stop(f"The database cannot be used: {error}")
        if settings.METRICS_TOKEN:
            metrics_folder.claim(Path(settings.DATA_DIR))
        with self._log() as log:
            self._run(Supervisor(startup.services(self.only), log))

    def _prepare(self) -> None:
        self._step("Checking the settings", self.check)
        if problem := redis.problem():
            self.console.print(f"[yellow]![/] {problem} The clinic works without it, slower.")
        if problem := startup.search_problem():
            self.console.print(f"[yellow]![/] {problem} The database answers searches.")
        for warning in [*exposure.warnings(), *startup.role_warnings(self.only)]:
            self.console.print(f"[yellow]![/] {escape(warning)}")
        # Several processes may start at once.
        with turns.turn(Path(settings.DATA_DIR)):
            self._step("Preparing the database", lambda: call_command("migrate", interactive=False, verbosity=0))
            if target.is_incomplete():
                raise CommandError(target.INCOMPLETE)
            for finding in doctor.unreadable_notes():
                self.console.print(f"[yellow]![/] {escape(finding.text)}")
            if self.only != "worker":
                self._step("Preparing pages and styles", startup.collect_static)
            if startup.wants_demo():
                call_command("demo")
        # The services open connections of their own.
        connections.close_all()

    def _run(self, supervisor: Supervisor) -> None:
        supervisor.start()
        with worker_door.open_door() if self.only == "worker" else nullcontext():
            with self.console.status("Starting ..."):
                healthy = supervisor.watch(done=startup.is_healthy)
            if healthy:
                self._welcome()
                supervisor.watch()
        if supervisor.fallen is None:
            self.console.print("\nStopping ...")
        supervisor.stop()
        if supervisor.fallen is not None:
            self._stop(f"{self._tail()}{supervisor.fallen} Everything has been stopped.")
        self.console.print("Stopped.")

    def _step(self, title: str, work: Callable[[], Any]) -> None:
        begin = time.monotonic()
        with self.console.status(f"{title} ..."):
            work()
        self.console.print(f"[green]✓[/] {title} [dim]({time.monotonic() - begin:.1f} s)[/]")

    def _welcome(self) -> None:
        if self.only == "worker":
            self.console.print("\nThe job worker runs.")
            return
        self.console.print(f"\nThe clinic is open: [bold]{startup.address()}[/]\n")
        if startup.has_demo():
            self.console.print(_sign_ins())
            if password := startup.demo_password():
                self.console.print(f"Password of all of them: [bold]{password}[/]\n", markup=True)
        elif first_run.is_open():
            self.console.print(f"Make the first admin at {startup.address()}/first-run/")
            self.console.print(f"with the one-time code [bold]{first_run.issue_code()}[/]\n")
        connections.close_all()
        if self.console.is_terminal:
            self.console.print(f"[dim]Log: {_log_path()}   Ctrl-C stops everything.[/]")

    @contextmanager
    def _log(self) -> Iterator[IO[bytes] | None]:
        # A person wants the sign-ins to stay on the screen; a container wants every line.
        if not self.console.is_terminal:
            yield None
            return
        with _log_path().open("wb") as log:
            yield log

    def _tail(self) -> str:
        if not self.console.is_terminal:
            return ""
        with _log_path().open(errors="replace") as log:
            return "".join(deque(log, TAIL_LINES))

    def _stop(self, why: str) -> None:
        self.stderr.write(why)
        sys.exit(1)


def _sign_ins() -> Table:
    table = Table("Sign in as", "who is", box=None, header_style="dim", pad_edge=False, padding=(0, 4, 0, 0))
    for email, who in startup.DEMO_PEOPLE.items():
        table.add_row(email, who)
    return table


def _log_path() -> Path:
    return Path(settings.DATA_DIR) / "clinic.log"


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
