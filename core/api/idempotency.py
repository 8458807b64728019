"""Idempotency-Key: a repeated POST gets the first answer, whatever happened to the connection."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.actions import in_transaction
from core.errors import Refused
from core.models import IdempotencyRecord

HEADER = "Idempotency-Key"
LONGEST = 255


def once(request: Request, work: Callable[[], tuple[int, dict[str, Any]]]) -> Response:
    """Answer with `work()`, or with the stored answer when the key has been used with the same body.

    `work` returns status and body; it may run more than once, each time in a fresh transaction, so it must fetch
    what it needs itself. The answer is stored in the transaction of the change. Raises Refused.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        status, answer = work()
        return Response(answer, status=status)
    if len(key) > LONGEST or not key.isprintable():
        raise Refused(_("The Idempotency-Key is too long."), code="invalid")
    mark, fingerprint = _marks(request, key)
    status, answer = in_transaction(lambda attempt: _replay_or_run(mark, fingerprint, work))
    return Response(answer, status=status)


def _replay_or_run(
    mark: str, fingerprint: str, work: Callable[[], tuple[int, dict[str, Any]]]
) -> tuple[int, dict[str, Any]]:
    known = IdempotencyRecord.objects.filter(pk=mark).first()
    if known is None:
        status, answer = work()
        # Two at once: the second insert fails, its whole transaction is tried again and finds this row.
        IdempotencyRecord.objects.create(key=mark, fingerprint=fingerprint, status=status, body=answer)
        return status, answer
    if known.fingerprint != fingerprint:
        message = _("This Idempotency-Key was used with another body.")
        raise Refused(message, code="idempotency_mismatch")
    return known.status, known.body


def _marks(request: Request, key: str) -> tuple[str, str]:
    person = str(request.user.pk)
    content = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return _hash(f"{person}\n{request.path.rstrip('/')}\n{key}"), _hash(content)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
