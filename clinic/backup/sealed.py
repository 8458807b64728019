"""Encryption of a stream in chunks: any change, cut, swap or repetition is found, and memory holds one chunk.

    head    8 bytes "CLINICBK", 2 bytes version (1), 16 bytes salt, 16 bytes key check       (big-endian)
    chunks  AES-256-GCM of 1 MiB each, the last one shorter or empty; each is followed by its 16-byte tag

scrypt (n=32768, r=8, p=1) makes 48 bytes of the key's text and the salt: 32 are the key, 16 the key check, which tells
a wrong key from a damaged file. So every file has a key of its own, and a nonce is simply the chunk's number (8 bytes),
a byte that is 1 for the last chunk, and three zeros. The head is authenticated with every chunk.
"""

import hashlib
import hmac
import os
import struct
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clinic.backup import BackupError

VERSION = 1
CHUNK = 1024 * 1024
TAG = 16
DAMAGED = "The backup is cut short or has been altered; nothing of it can be trusted."
_MAGIC = b"CLINICBK"
_HEAD = struct.Struct(">8sH16s16s")
_NONCE = struct.Struct(">QB3x")


def _derive(secret: str, salt: bytes) -> tuple[AESGCM, bytes]:
    made = hashlib.scrypt(secret.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=48)
    return AESGCM(made[:32]), made[32:]


class Sealer:
    """Encrypts what is written to it; `close` writes the last chunk, without which the file does not open."""

    def __init__(self, file: IO[bytes], secret: str) -> None:
        salt = os.urandom(16)
        self._cipher, check = _derive(secret, salt)
        self._head = _HEAD.pack(_MAGIC, VERSION, salt, check)
        self._file = file
        self._waiting = bytearray()
        self._number = 0
        file.write(self._head)

    def write(self, data: bytes) -> None:
        """Add bytes to the stream."""
        self._waiting += data
        # A full chunk waits for its successor: the last one is marked.
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def close(self) -> None:
        """End the stream."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_NONCE.pack(self._number, last), chunk, self._head))
        self._number += 1


class Opener:
    """Decrypts from the head on. Raises BackupError for a file that is none of ours, a wrong key and any damage."""

    def __init__(self, file: IO[bytes], secret: str) -> None:
        self._file = file
        self._head = file.read(_HEAD.size)
        salt, check = _read_head(self._head)
        self._cipher, expected = _derive(secret, salt)
        if not hmac.compare_digest(check, expected):
            raise BackupError("This key does not open the backup: it was made with another BACKUP_KEY.")
        self._ahead = file.read(CHUNK + TAG)
        self._number = 0
        self._opened = bytearray()
        self._is_last = False

    def read(self, size: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._opened) < size:
            self._open_next()
        taken = bytes(self._opened[:size])
        del self._opened[:size]
        return taken

    def expect_end(self) -> None:
        """Nothing may follow."""
        if not self._is_last:
            self._open_next()
        if self._opened or not self._is_last:
            raise BackupError(DAMAGED)

    def _open_next(self) -> None:
        if self._is_last:
            raise BackupError(DAMAGED)
        chunk, self._ahead = self._ahead, self._file.read(CHUNK + TAG)
        self._is_last = not self._ahead
        try:
            self._opened += self._cipher.decrypt(_NONCE.pack(self._number, self._is_last), chunk, self._head)
        except (InvalidTag, ValueError) as error:
            raise BackupError(DAMAGED) from error
        self._number += 1


def _read_head(head: bytes) -> tuple[bytes, bytes]:
    if len(head) < _HEAD.size or not head.startswith(_MAGIC):
        raise BackupError("This file is no backup of a clinic, or not even its beginning is whole.")
    _, version, salt, check = _HEAD.unpack(head)
    if version > VERSION:
        raise BackupError("The backup was made by a newer version of the clinic: restore it with that one.")
    return salt, check
