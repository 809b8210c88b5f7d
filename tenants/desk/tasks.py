"""Once a day, for each committee: reminders, and the inbox tidied."""

from __future__ import annotations

from celery import shared_task

from core import audit, clock
from dispatch.registry import job
from registry.everywhere import ask_each
from tenants.desk import actions


@job(actions.REMIND, title="到期提醒", cost=2)
def remind(*, by: audit.Actor) -> str:
    today = clock.today()
    actions.tidy(today=today)
    actions.tidy_reminders(today=today)
    actions.tell_returned(at=clock.now())
    number = actions.remind(today=today, at=clock.now(), by=by)
    return f"提醒了 {number} 人。" if number else "今天没有要提醒的。"


@shared_task(name="desk.remind_all", ignore_result=True)
def remind_all() -> None:
    """One job per active committee; one that may queue no more is passed over."""
    ask_each(actions.REMIND)
