"""Work done by the worker, inside the committee's context."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from core import audit, clock
from dispatch.progress import Progress
from dispatch.registry import job
from registry.everywhere import ask_each
from tenants.members import actions


@job(actions.EXPORT, title="导出个人信息", cost=3)
def export(*, by: audit.Actor, export: str) -> str:
    """Make the copy somebody asked for; they fetch it where they asked."""
    made = actions.make_export(id=UUID(export), at=clock.now())
    return "已做好，七天内可以下载。" if made else "申请已经撤销，没有导出。"


@job(actions.ANONYMISE_DUE, title="批量匿名处理", cost=5)
def anonymise_due(*, by: audit.Actor, members: list[str], progress: Progress) -> str:
    """Make the chosen members nameless whose time has come."""
    ids = [UUID(one) for one in members]
    count = actions.anonymise_due(ids=ids, today=clock.today(), by=by, progress=progress)
    return f"已匿名处理 {count} 人。"


@job(actions.IMPORT, title="导入名册", cost=5)
def import_roster(*, by: audit.Actor, draft: str, digest: str, right_rows_only: bool, progress: Progress) -> str:
    """Write a long roster somebody has seen the preview of and confirmed."""
    done = actions.import_roster(
        draft_id=UUID(draft), digest=digest, right_rows_only=right_rows_only, by=by, progress=progress  # type: ignore[arg-type]  # a job of a person
    )  # fmt: skip
    return f"名册已导入：新增 {len(done.new)} 人，变更 {len(done.changed)} 人，不变 {done.unchanged} 人。"


@job(actions.SWEEP, title="清除过期文件", cost=1)
def sweep_files(*, by: audit.Actor) -> str:
    """Files whose week is over, uploads nobody confirmed."""
    return f"已清除 {actions.sweep_files(at=clock.now(), by=by)} 份过期文件。"


@shared_task(name="members.sweep_all", ignore_result=True)
def sweep_all() -> None:
    """One job per active committee that has something to sweep."""
    ask_each(actions.SWEEP, where=lambda: actions.anything_old(clock.now()))
