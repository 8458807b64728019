"""`manage.py restore FILE`: a backup back into this clinic, whatever database it runs on."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from clinic.backup import BackupError, keys, load, progress, target
from clinic.backup.load import Contents

_WORD = "replace"


class Command(BaseCommand):
    """The whole backup is checked before anything is written. Stop the clinic first."""

    help = "Check a backup, and put it into this database and storage."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which backup, and how far to go."""
        parser.add_argument("file", type=Path, metavar="FILE", help="what manage.py backup has made")
        parser.add_argument("--dry-run", action="store_true", help="check it and say what is in it, write nothing")
        parser.add_argument("--replace", action="store_true", help="put it in place of what is in the database")
        parser.add_argument("--yes", action="store_true", help="do not ask before replacing")

    def handle(self, *args: Any, file: Path, dry_run: bool, replace: bool, yes: bool, **options: Any) -> None:
        """Raises CommandError with one line that says what has become of the database."""
        try:
            self._handle(file, dry_run=dry_run, replace=replace, yes=yes)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used. {target.sentence(error)}") from error
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {target.UNCHANGED}", returncode=130) from None

    def _handle(self, path: Path, *, dry_run: bool, replace: bool, yes: bool) -> None:
        secret = keys.for_restore().text
        with load.opened(path) as file:
            with progress.shown(self.stdout) as report:
                contents = load.check(file, secret, report)
            self._describe(contents)
            load.check_fits(contents)
            in_use = target.in_use()
            if dry_run:
                self._say_what_would_be(in_use)
                return
            if in_use:
                self._settle(replace=replace, yes=yes)
            with progress.shown(self.stdout) as report:
                load.restore(file, secret, contents, report)
        rows = sum(part.rows for part in contents.tables)
        self.stdout.write(f"Restored: {rows} records and {len(contents.files)} files. Everybody must sign in anew.")

    def _describe(self, contents: Contents) -> None:
        about = contents.about
        self.stdout.write(f"Backup of {about['made_at']}, version {about['version']}, from {about['database']}:")
        for part in contents.tables:
            if part.rows:
                self.stdout.write(f"  {part.name:<36}{part.rows:>10}")
        size = sum(part.size for part in contents.files)
        self.stdout.write(f"  {'uploaded files':<36}{len(contents.files):>10}   {size} bytes")
        self.stdout.write("It is whole: every part was decrypted and agrees with its SHA-256.")

    def _say_what_would_be(self, in_use: bool) -> None:
        self.stdout.write("It fits this clinic's tables. Nothing has been written.")
        if in_use:
            self.stdout.write("This database is in use: a restore needs --replace and deletes what is in it.")

    def _settle(self, *, replace: bool, yes: bool) -> None:
        if not replace:
            raise CommandError(
                "This database is in use. --replace deletes what is in it, the audit too: make a backup of it first. "
                + target.UNCHANGED
            )
        if yes:
            return
        if not sys.stdin.isatty():
            raise CommandError(f"Nobody can be asked here: --replace needs --yes. {target.UNCHANGED}")
        if input(f"Everything in this database will be deleted. Type {_WORD} to go on: ").strip() != _WORD:
            raise CommandError(target.UNCHANGED)
