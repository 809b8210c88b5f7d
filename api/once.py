"""A write sent twice under one Idempotency-Key is done once.

That it was done stands in the trail, in the write's own transaction: whoever is killed between the two left neither. The
second request is answered with the row as it is now; the same key with another request is refused. Keys never expire.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection
from rest_framework.request import Request

from accounts.models import Session, User
from api.refusals import Malformed
from core import audit
from core.errors import DomainError
from core.models import AuditEvent

ACTION = "api.write"
_KEY = re.compile(r"\A[!-~]{1,200}\Z")


class KeyReused(DomainError):
    status, code = 422, "key_reused"

    def __init__(self) -> None:
        super().__init__("这个 Idempotency-Key 已用于另一个请求。同一请求重发才用同一个；新的请求请换一个。")


@dataclass(frozen=True, slots=True)
class Done:
    """What the first request of a key did: to which row, with which status."""

    subject: str
    status: int


def done_before(request: Request, user: User) -> Done | None:
    """What was done under the request's key. From here to the end of the transaction the key is this request's alone.

    Raises Malformed, KeyReused.
    """
    mark = _mark(request, user)
    if mark is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || %s, 0))", [f":api:{mark}"])
    event = AuditEvent.objects.filter(subject_id=mark, action=ACTION).first()
    if event is None or event.new is None:
        return None
    if event.new["digest"] != _print(request):
        raise KeyReused
    return Done(event.new["written"], event.new["status"])


def note(request: Request, user: User, done: Done) -> None:
    """That a program wrote, by which token, in the transaction of the write."""
    token = request.auth.pk if isinstance(request.auth, Session) else None
    new = {
        "method": request.method, "address": request.path, "digest": _print(request), "written": done.subject,
        "status": done.status, "token": token,
    }  # fmt: skip
    audit.record(by=user, action=ACTION, subject=None, new=new, mark=_mark(request, user))


def _mark(request: Request, user: User) -> UUID | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.match(key):
        raise Malformed("Idempotency-Key 要是 1 至 200 个可见的 ASCII 字符，建议用 UUID。")
    return uuid5(NAMESPACE_URL, f"lianxin-api:{user.pk}:{key}")


def _print(request: Request) -> str:
    return hashlib.sha256(b"%s %s\n%s" % (request.method.encode(), request.path.encode(), request.body)).hexdigest()
