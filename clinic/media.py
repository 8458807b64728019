"""Where photos lie: in DATA_DIR, or in an S3-compatible store that MEDIA_STORAGE names.

Nobody gets an address in the store: files are read by us and served by the view that checks who asks.
"""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from clinic.environment import env, read, stop

EXAMPLE = "s3://key:secret@bucket?endpoint=https://s3.example&region=eu-central-1"
_OPTIONS = {"endpoint", "region", "prefix"}


def storage() -> dict[str, Any]:
    """Django's STORAGES["default"]. Stops the start if MEDIA_STORAGE cannot be one."""
    value = read("MEDIA_STORAGE", env.str, "")
    if not value:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    try:
        options = parse(value)
    except ValueError as error:
        stop("MEDIA_STORAGE", f"{error}; write it like {EXAMPLE}")
    return {"BACKEND": "clinic.media_store.MediaStore", "OPTIONS": options}


def parse(value: str) -> dict[str, Any]:
    """Options of the store; without key and secret boto3 looks for them in its usual places. Raises ValueError."""
    parts = urlsplit(value)
    given = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    if parts.scheme != "s3" or not parts.hostname or parts.path.strip("/"):
        raise ValueError("name a bucket")
    if unknown := set(given) - _OPTIONS:
        raise ValueError(f"{sorted(unknown)[0]} is no option")
    endpoint = given.get("endpoint")
    if endpoint and (urlsplit(endpoint).scheme not in {"http", "https"} or not urlsplit(endpoint).hostname):
        raise ValueError("the endpoint is no http address")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("key and secret belong together")
    return {
        "bucket_name": parts.hostname,
        "endpoint_url": endpoint,
        "region_name": given.get("region") or ("us-east-1" if endpoint else None),
        "location": given.get("prefix", ""),
        "access_key": unquote(parts.username) if parts.username else None,
        "secret_key": unquote(parts.password) if parts.password else None,
    }
