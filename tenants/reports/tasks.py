"""Work done by the worker, inside the committee's context."""

from __future__ import annotations

from uuid import UUID

from core import audit, clock
from dispatch.progress import Progress
from dispatch.registry import job
from tenants.reports import actions, queries


@job(actions.CLOSE_PERIOD, title="结账 {period}", cost=5, words=queries.spoken)
def close_period(*, by: audit.Actor, period: str) -> str:
    """Close a month, half-year or year; the returned sentence is shown to whoever waits for the job."""
    made = actions.close_period(period=period, today=clock.today(), at=clock.now(), by=by)
    return f"{queries.spoken(period)}已结账，第 {made.revision} 稿等领导签署。"


@job(actions.BUNDLE, title="生成全体委员的文件", cost=10)
def make_bundle(*, by: audit.Actor, bundle: str, progress: Progress) -> str:
    """Print everybody's document into one zip; fetched where it was asked for."""
    number = actions.make_bundle(id=UUID(bundle), at=clock.now(), progress=progress)
    return f"已生成 {number} 份，七天内可以在“文件”页下载。" if number else "申请已经撤销，没有生成。"
