"""Work done by the worker, inside the committee's context."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from core import audit, clock
from dispatch.progress import Progress
from dispatch.registry import job
from tenants.assessment import actions


@job(actions.WHAT_IF, title="试算办法草稿", cost=5)
def what_if(*, by: audit.Actor, draft: str, as_of: str, progress: Progress) -> str:
    """Try a draft on a year's records; the answer is read on 试算影响 within the hour."""
    day = dt.date.fromisoformat(as_of)
    found = actions.try_draft(draft_id=UUID(draft), as_of=day, day=clock.today(), at=clock.now(), progress=progress)
    return f"{day.year} 年 {found.total} 名委员中将有 {len(found.short_after)} 人尚差，现在 {len(found.short_before)} 人。请到“试算影响”看明细。"
