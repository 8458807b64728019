"""What the way to the clinic costs: plain http on a clinic's network, a proxy whose word nobody believes."""

import os
from collections.abc import Iterator

from django.conf import settings

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
PLAIN_HTTP = (
    "Plain http: whoever is on the same network can read passwords and patients' data as they pass, and take over a "
    "sign-in. Browsers say 'not secure' and offer no passkeys. Keep to a network of the clinic's own, or put a proxy "
    "with a certificate in front and set PUBLIC_URL=https://..."
)
UNKNOWN_PROXY = (
    "PUBLIC_URL is https and TRUSTED_PROXIES is not set: all calls seem to come from the proxy, so one person's failed "
    "sign-ins can shut everybody out, and the audit shows the proxy's address. One proxy in front: TRUSTED_PROXIES=1."
)


def warnings() -> Iterator[str]:
    """Each a sentence or two for the shell and for `manage.py doctor`."""
    if not settings.HTTPS and not _is_for_this_computer_only():
        yield PLAIN_HTTP
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        yield UNKNOWN_PROXY


def _is_for_this_computer_only() -> bool:
    # Without HOST the server listens to everybody.
    return os.environ.get("HOST") in _LOOPBACK
