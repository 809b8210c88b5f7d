"""Sessions of one host: a row in its own schema, dead after idling, after its lifetime, and in another place or epoch.

The cookie is host-only. Where the row lives is already one committee's; `place` refuses it as well wherever a row should
turn up in a schema it was not made in, and after the committee was suspended and resumed.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as Stored

from core import clock, tenancy

STARTED, DEVICE, REMEMBERED = "started", "device", "remembered"
NOTICED = dt.timedelta(minutes=1)  # being seen is written at most this often


def place() -> str:
    """`<committee>:<epoch>` of where we stand; `:` on the bare host."""
    if not tenancy.is_inside():
        return ":"
    committee = tenancy.current()
    return f"{committee.code}:{committee.epoch}"


def begin(session: SessionBase, *, device: str, remembered: bool) -> None:
    """Note on a session just signed in what kind of device it is and whether the person asked to be remembered there."""
    session[STARTED], session[DEVICE], session[REMEMBERED] = clock.now().isoformat(), device, remembered
    session.set_expiry(int(settings.REMEMBERED_LIFETIME.total_seconds()) if remembered else 0)


class SessionStore(Stored):
    """Django's database sessions with an owner, a place and two ends: idle and absolute."""

    @classmethod
    def get_model_class(cls) -> Any:
        from accounts.models import Session  # models are not ready when the engine is imported

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        now = clock.now()
        started = dt.datetime.fromisoformat(data.setdefault(STARTED, now.isoformat()))
        remembered = bool(data.get(REMEMBERED))
        lifetime = settings.REMEMBERED_LIFETIME if remembered else settings.SESSION_LIFETIME
        model: Any = self.model
        key = cast(Any, self)._get_or_create_session_key()
        return model(
            id=uuid5(NAMESPACE_URL, key), session_key=key, session_data=self.encode(data), expire_date=started + lifetime,
            user_id=data.get(SESSION_KEY), place=place(), created_at=started, seen_at=now,
            device=str(data.get(DEVICE, ""))[:80], is_remembered=remembered,
        )  # fmt: skip

    def _get_session_from_db(self) -> Any:
        now = clock.now()
        model: Any = self.model
        row = model.objects.filter(session_key=self.session_key, scope="").first() if self.session_key else None
        if row is not None and _is_over(row, now):
            row.delete()
            row = None
        if row is None:
            self._session_key = None
        elif abs(now - row.seen_at) > NOTICED:
            model.objects.filter(pk=row.pk).update(seen_at=now)
        return row

    @classmethod
    def clear_expired(cls) -> None:
        cls.get_model_class().objects.filter(expire_date__lt=clock.now()).delete()


def _is_over(row: Any, now: dt.datetime) -> bool:
    idle = settings.REMEMBERED_IDLE if row.is_remembered else settings.SESSION_IDLE
    return bool(row.place != place() or row.expire_date <= now or row.seen_at + idle <= now)
