"""`manage.py backup`: the whole clinic in one encrypted file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.backup import BackupError, dump, keys, progress
from clinic.backup.keys import Key


class Command(BaseCommand):
    """The clinic may go on working meanwhile."""

    help = "Write everything (records of every table, uploaded files) into one encrypted file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("--to", metavar="FILE", help="a new file, or a folder/ (DATA_DIR/backups)")

    def handle(self, *args: Any, to: str | None, **options: Any) -> None:
        """Raises CommandError with one line; then there is no file."""
        path = Path(to or Path(settings.DATA_DIR) / "backups" / dump.default_name()).absolute()
        if path.is_dir() or (to or "").endswith("/"):
            path /= dump.default_name()
        try:
            key = keys.for_backup()
            with progress.shown(self.stdout) as report:
                made = dump.make(path, key.text, report)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped. No backup has been made.", returncode=130) from None
        self.stdout.write(f"{path}: {made.rows} records and {made.files} files, {made.size} bytes.")
        if made.vanished:
            self.stdout.write(f"{made.vanished} files were deleted while the backup was made and are not in it.")
        self._say_where_the_key_is(key)

    def _say_where_the_key_is(self, key: Key) -> None:
        if key.is_new:
            self.stdout.write(self.style.WARNING(f"\nA key for backups has been made: {key.path}"))
            self.stdout.write(self.style.WARNING("KEEP A COPY OF IT ELSEWHERE, away from here and from the backups."))
            self.stdout.write(self.style.WARNING("Without it nobody can open a backup, and with it anybody can."))
        elif key.path:
            self.stdout.write(f"Key: {key.path}. Keep a copy elsewhere; without it nobody can open a backup.")
        else:
            self.stdout.write(f"Key: the one that {keys.NAME} gives.")
