"""What of the policy waits for whom: a new version above, an adaptation or a case to go on with or to register. At most two statements."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.access import may
from accounts.permissions import Permission
from core.waiting import Button, Item, Pile, Source
from exchange.models import Publication
from tenants.policy.models import Draft, DraftState
from tenants.policy.queries.drafting import open_drafts
from tenants.policy.queries.versions import news_from_above

DRAFT, CASE = "/policy/draft/", "/policy/rebase/"


def _waiting(user: Any, day: dt.date, limit: int) -> Pile | None:
    prepares, registers = may(user, Permission.POLICY_ADAPT), may(user, Permission.POLICY_ADOPT)
    if not prepares and not registers:
        return None
    drafts = list(open_drafts())
    items = [one for draft in drafts if (one := _of(draft, user, prepares=prepares, registers=registers))]
    if prepares and not any(draft.is_case for draft in drafts):
        news = news_from_above(day)
        items += [_news(news)] if news else []
    return Pile(count=len(items), items=items)


def _of(draft: Draft, user: Any, *, prepares: bool, registers: bool) -> Item | None:
    """At its meeting it waits for somebody else who registers; a case half settled for who prepares, a draft for nobody."""
    at_meeting = draft.state == DraftState.PROPOSED
    if not (registers and draft.prepared_by_id != user.pk if at_meeting else prepares and draft.is_case):
        return None
    url, what = (CASE, "办法换新版") if draft.is_case else (DRAFT, "办法调整")
    return Item(
        key=f"policy:draft:{draft.pk}" if at_meeting else f"policy:case:{draft.pk}", what=what, url=url,
        who=draft.prepared_by.display_name if draft.prepared_by else "", since=draft.changed_at.date(),
        detail="会议通过后登记决定" if at_meeting else "还没有逐项定完",
        buttons=(Button(label="去登记" if at_meeting else "接着办", url=url, about="会议决定" if at_meeting else what, opens=True),),
    )  # fmt: skip


def _news(news: Publication) -> Item:
    return Item(
        key=f"policy:publication:{news.pk}", what="上级办法有新版", url=CASE, who=news.title, detail=f"第 {news.version} 版，逐项决定",
        since=news.published_at.date(), buttons=(Button(label="去看", url=CASE, about="新版", opens=True),),
    )  # fmt: skip


WAITING = Source(name="policy.drafts", title="办法待办", url="/policy/documents/", order=25, ask=_waiting)
