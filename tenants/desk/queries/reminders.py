"""Which reminders went to whom: the office's list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from tenants.desk.models import Reminder


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderFilters:
    """`q`: part of a name, its pinyin or the matter; `state` is read | unread | unsent; days inclusive."""

    q: str = ""
    state: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


STATES = {"read": "已读", "unread": "未读", "unsent": "没有账号，未送达"}
SORTS = {"sent": "sent_on", "due": "due_on", "name": "member__name_pinyin", "title": "title"}
_OF = {
    "read": Q(notice__read_at__isnull=False),
    "unread": Q(notice__isnull=False, notice__read_at=None),
    "unsent": Q(user=None),
}


def reminders(filters: ReminderFilters = ReminderFilters(), *, sort: str = "-sent") -> QuerySet[Reminder]:
    """The newest first unless sorted otherwise."""
    found = Reminder.objects.select_related("member__sector", "user", "notice")
    if text := "".join(filters.q.split()):
        named = Q(member__name__icontains=text) | Q(member__name_pinyin__contains=text.lower())
        found = found.filter(named | Q(title__icontains=text) | Q(user__display_name__icontains=text))
    if filters.state in _OF:
        found = found.filter(_OF[filters.state])
    if filters.since:
        found = found.filter(sent_on__gte=filters.since)
    if filters.until:
        found = found.filter(sent_on__lte=filters.until)
    field = SORTS.get(sort.removeprefix("-"), "sent_on")
    return found.order_by(f"-{field}" if sort.startswith("-") else field, "due_on", "pk")


def state_of(one: Reminder) -> str:
    if one.user_id is None:
        return STATES["unsent"]
    return STATES["read"] if one.notice is not None and one.notice.read_at else STATES["unread"]


def stage_words(stage: int) -> str:
    return f"提前 {stage} 天" if stage > 0 else "当天" if stage == 0 else f"过期 {-stage} 天"


def name_of(one: Reminder) -> str:
    return one.member.name if one.member else str(one.user or "")


def reminder_table(found: QuerySet[Reminder]) -> Iterator[tuple[Any, ...]]:
    for one in found.iterator(chunk_size=1000):
        sector = one.member.sector.name if one.member else ""
        yield one.sent_on, name_of(one), sector, one.title, one.owed, one.due_on, stage_words(one.stage), state_of(one)
