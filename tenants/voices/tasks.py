"""Work done by the worker, inside the committee's context."""

from __future__ import annotations

from uuid import UUID

from core import audit, clock
from dispatch.progress import Progress
from dispatch.registry import job
from tenants.voices import actions


@job(actions.ERASE_DUE, title="抹去到期的反映人信息", cost=5)
def erase_due(*, by: audit.Actor, voices: list[str], progress: Progress) -> str:
    """Erase names and numbers whose time is over; what was said stays."""
    count = actions.erase_due(ids=[UUID(one) for one in voices], today=clock.today(), by=by, progress=progress)
    return f"已抹去 {count} 位反映人的姓名和电话，反映的内容和数字不变。"
