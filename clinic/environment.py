"""Reads the environment: one variable switches one service on, a bad value stops the start with one clear line."""

import base64
import os
import secrets
import tempfile
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
import phonenumbers
from django.core.exceptions import ImproperlyConfigured
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from core import proxies
from core.crypto import KEY_BYTES, parse_keys

SHORTEST_SECRET = 32
_ROOM = 256 * 1024  # bytes without which no database opens
_WELL_KNOWN = ("secret", "changeme", "password", "123", "django-insecure", "default", "supersecret")

env = environ.FileAwareEnv()
T = TypeVar("T")


def stop(name: str, why: str) -> NoReturn:
    """End the start with one line."""
    raise SystemExit(f"{name}: {why}")


def read(name: str, cast: Callable[..., T], default: T) -> T:
    """One variable through a reader of django-environ; empty counts as absent."""
    if not os.environ.get(name) and not os.environ.get(f"{name}_FILE"):
        return default
    try:
        return cast(name)
    except (ValueError, ImproperlyConfigured, KeyError, OSError) as error:
        stop(name, f"the value cannot be used ({type(error).__name__})")


def number(name: str, default: int, *, least: int = 1, most: int = 65535) -> int:
    """A whole number between two bounds."""
    value = read(name, env.int, default)
    if not least <= value <= most:
        stop(name, f"must be from {least} to {most}")
    return value


def zone(name: str, default: str) -> str:
    """An IANA time zone, such as Europe/Zurich."""
    value = read(name, env.str, default)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        stop(name, f"{value!r} is no IANA time zone, such as Europe/Zurich")
    return value


def region(name: str) -> str | None:
    """A country as phone numbers know it, such as CH; None when it is not given."""
    value = read(name, env.str, "").upper()
    if value and value not in phonenumbers.SUPPORTED_REGIONS:
        stop(name, f"{value!r} is no country, such as CH")
    return value or None


def folder(name: str, default: Path) -> Path:
    """A folder for the clinic's data, made if missing, readable by the owner only."""
    path = Path(read(name, env.str, str(default))).resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        stop(name, f"cannot make {path}: {error.strerror}")
    try:
        with tempfile.TemporaryFile(dir=path) as probe:
            probe.write(bytes(_ROOM))
    except OSError as error:
        stop(name, f"cannot write to {path}: {error.strerror}")
    return path


def path(name: str, default: Path) -> Path:
    """A folder that is made when it is needed, if at all."""
    return Path(read(name, env.str, str(default))).resolve()


def trusted_proxies(name: str) -> proxies.Trusted:
    """Whose X-Forwarded-For is believed: how many proxies in a row, or their addresses and networks."""
    try:
        return proxies.parse(read(name, env.str, ""))
    except ValueError:
        stop(name, "write how many proxies stand in a row, such as 1, or their networks, such as 10.0.0.0/8")


def public_url(name: str) -> str:
    """The address people use; plain http only on loopback and private networks is left to the caller to warn of."""
    value = read(name, env.str, "").rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.path):
        stop(name, "write it like https://clinic.example, without a path")
    if parts.scheme == "http" and _is_of_the_internet(parts.hostname or ""):
        stop(name, "patients' data do not travel over the internet without https: use a certificate and https://")
    return value


def _is_of_the_internet(host: str) -> bool:
    # Names cannot be told without asking a name server.
    try:
        return ip_address(host).is_global
    except ValueError:
        return False


def database(default: dict[str, Any]) -> dict[str, Any]:
    """Django's settings of the database that MONGO_URI or DATABASE_URL names, else the embedded one."""
    mongo = read("MONGO_URI", env.str, "")
    chosen: dict[str, Any] = read("DATABASE_URL", env.db_url, {})
    if mongo and chosen:
        stop("MONGO_URI", "DATABASE_URL is given too; keep one of the two")
    if mongo:
        return {"ENGINE": "core.mongodb", "NAME": _mongo_database(mongo), "HOST": mongo}
    return chosen or default


def _mongo_database(uri: str) -> str:
    example = "mongodb://host/clinic?replicaSet=rs0"
    if not uri.startswith(("mongodb://", "mongodb+srv://")):
        stop("MONGO_URI", f"write it like {example}")
    try:
        # Read as a plain address: asking the name server belongs to connecting.
        name = parse_uri(uri.replace("mongodb+srv://", "mongodb://", 1))["database"]
    except (PyMongoError, ValueError) as error:
        stop("MONGO_URI", f"the value cannot be used ({type(error).__name__}); write it like {example}")
    if not name:
        stop("MONGO_URI", f"name the database in the path, as in {example}")
    return str(name)


def secret(name: str, data: Path) -> str:
    """A secret from the variable or its _FILE; else made once and kept in the data folder with mode 0600."""
    value = read(name, env.str, "")
    if not value:
        return keep(data / name.lower(), lambda: secrets.token_urlsafe(48))
    if len(value) < SHORTEST_SECRET:
        stop(name, f"use at least {SHORTEST_SECRET} random characters, or leave it out and one is made for you")
    if any(word in value.lower() for word in _WELL_KNOWN) or len(set(value)) < 10:
        stop(name, "this is a known or guessable secret; leave it out and one is made for you")
    return value


def field_keys(name: str, data: Path) -> str:
    """Keys of the encrypted fields: `id:base64,...`, the first one encrypts."""
    value = read(name, env.str, "") or keep(data / name.lower(), _new_field_key)
    try:
        parse_keys(value)
    except ValueError:
        stop(name, "write it like k1:BASE64 with 32 random bytes in base64, several parted by commas")
    return value


def keep(path: Path, make: Callable[[], str]) -> str:
    """Read the file, or make it with mode 0600; of two processes that start at once one makes it."""
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(make())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def _new_field_key() -> str:
    return f"k1:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"
