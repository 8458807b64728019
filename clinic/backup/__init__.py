"""Backup and restore: the whole clinic in one encrypted file that any of the databases can take in."""


class BackupError(Exception):
    """A backup or a restore cannot go on; the text is one sentence for the operator, without anybody's data."""
