"""The adaptation being prepared, and what it waits for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.access import may
from accounts.permissions import Permission
from core.waiting import Button, Item, Pile, Source
from tenants.policy.models import Draft, DraftState

SHOWN = "/policy/draft/"


def open_draft() -> Draft | None:
    """The one being prepared or waiting for its meeting."""
    return Draft.objects.select_related("prepared_by").filter(is_open=True).first()


def _waiting(user: Any, day: dt.date, limit: int) -> Pile | None:
    if not may(user, Permission.POLICY_ADOPT):
        return None
    draft = open_draft()
    if draft is None or draft.state != DraftState.PROPOSED or draft.prepared_by_id == user.pk:
        return Pile(count=0)
    item = Item(
        key=f"policy:draft:{draft.pk}",
        what="办法调整",
        url=SHOWN,
        who=draft.prepared_by.display_name if draft.prepared_by else "",
        detail="会议通过后登记决定",
        since=draft.changed_at.date(),
        buttons=(Button(label="去登记", url=SHOWN, about="会议决定", opens=True),),
    )
    return Pile(count=1, items=[item])


WAITING = Source(name="policy.drafts", title="办法待会议决定", url=SHOWN, order=25, ask=_waiting)
