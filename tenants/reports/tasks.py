"""Work done by the worker, inside the committee's context."""

from __future__ import annotations

from core import audit, clock
from dispatch.registry import job
from tenants.reports import actions, queries


@job(actions.CLOSE_MONTH, title="月度结账 {period}", cost=5)
def close_month(*, by: audit.Actor, period: str) -> str:
    """Close a month; the returned sentence is shown to whoever waits for the job."""
    made = actions.close_month(period=period, today=clock.today(), at=clock.now(), by=by)
    return f"{queries.spoken(period)}已结账，第 {made.revision} 稿等领导签署。"
