"""What ELASTICSEARCH_URL switches on: searches ask Elasticsearch first. Without it the database answers alone."""

import re
import ssl
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from clinic.environment import env, read, stop

_EXAMPLE = "https://user:password@elastic.example:9200/clinic?ca=/etc/ssl/elastic.pem"
_INDEX = "clinic"
_PATIENCE_SECONDS = 0.3
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def address() -> str:
    """Where Elasticsearch is; empty when it is not used. Stops the start if it cannot be an address."""
    url = read("ELASTICSEARCH_URL", env.str, "").strip()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        port = parts.port
        options = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    except (ValueError, OSError):
        stop("ELASTICSEARCH_URL", f"write it like {_EXAMPLE}")
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or parts.fragment:
        stop("ELASTICSEARCH_URL", f"write it like {_EXAMPLE}")
    if bool(parts.username) != bool(parts.password):
        stop("ELASTICSEARCH_URL", "give a user and a password, or neither")
    if {name for name, _value in options} - {"ca"} or len(options) > 1:
        stop("ELASTICSEARCH_URL", "after the ? only ca=/path/to/certificate.pem may stand")
    if options:
        _check_certificate(options[0][1], parts.scheme)
    if not _NAME.fullmatch(index(url)):
        stop("ELASTICSEARCH_URL", "the name of the index after the / may have small letters, digits and hyphens")
    return url


def index(url: str) -> str:
    """What the names of this clinic's indices begin with: the path of the address."""
    return urlsplit(url).path.strip("/") or _INDEX


def connections(url: str) -> dict[str, Any]:
    """django-elasticsearch-dsl's ELASTICSEARCH_DSL: little patience, nothing tried twice."""
    if not url:
        return {}
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 9200)
    options: dict[str, Any] = {"hosts": [f"{parts.scheme}://{host}:{port}"]}
    if parts.username:
        options["basic_auth"] = (unquote(parts.username), unquote(parts.password or ""))
    if certificate := dict(parse_qsl(parts.query)).get("ca"):
        options["ca_certs"] = certificate
    return {
        "default": options | {"request_timeout": _PATIENCE_SECONDS, "max_retries": 0, "retry_on_timeout": False},
    }


def _check_certificate(path: str, scheme: str) -> None:
    if scheme != "https":
        stop("ELASTICSEARCH_URL", "ca= needs an address with https://")
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError):
        stop("ELASTICSEARCH_URL", f"{path} is no readable certificate")
