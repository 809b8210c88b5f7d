"""Telling a person what happened to a matter of theirs: one call inside the action, in its transaction.

    notices.tell(
        to=[record.entered_by], title="走访记录被退回", text=reason, url=f"/contacts/{record.pk}/", about=record.pk,
        member=record.member_id, clauses=("GZ20-4.4-4",), at=at,
    )

Who keeps the notices is named in settings.NOTICES (the desk's inbox); apps below call here and know nothing of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings

from core import clock


def tell(
    *,
    title: str,
    url: str,
    at: dt.datetime | None = None,
    to: Collection[UUID | None] = (),
    may: str = "",
    text: str = "",
    about: UUID | None = None,
    member: UUID | None = None,
    due: dt.date | None = None,
    clauses: Collection[str] = (),
    key: str = "",
) -> int:
    """Put a notice into the inbox of the accounts `to`, and of those who hold the permission `may` (`accounts.permissions`).

    `member` is the member whom the words name: with `may`, only those whose reach holds them are told; when that member
    is made nameless, so are the words. `about` is the matter (a row's id), for `settle`. `key`: the same person is told
    the same key once. None among `to` and closed accounts are passed over. Returns how many were told.
    Without `at` it is told now. Raises RuntimeError outside a transaction.
    """
    return int(
        _keeper().put(
            title=title, url=url, at=at or clock.now(), to=to, may=may, text=text, about=about, member=member, due=due, clauses=clauses, key=key
        )
    )  # fmt: skip


def settle(*, about: Collection[UUID], at: dt.datetime | None = None, of: UUID | None = None) -> int:
    """The matters are dealt with: their notices ask for nothing more, in every inbox or in the one `of` an account (each of
    many who were asked answers for themselves). Returns how many were open."""
    return int(_keeper().settle(about=about, at=at or clock.now(), of=of))


def _keeper() -> Any:
    return import_module(settings.NOTICES)
