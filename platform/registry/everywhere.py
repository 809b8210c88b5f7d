"""The timetable's work in every active committee: one job each, written as the committee's own role."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from core import audit, tenancy
from core.errors import DomainError
from dispatch.actions import enqueue
from registry.queries import everyone


def ask_each(task: str, *, where: Callable[[], bool] = lambda: True) -> int:
    """Queue the job in each active committee `where`, asked inside it, says there is work; how many. A refusal passes it over."""
    asked = 0
    for entry in everyone():
        if entry.state != "active":
            continue
        try:
            with tenancy.inside(entry.code), transaction.atomic():
                if where():
                    enqueue(task, by=audit.SYSTEM)
                    asked += 1
        except DomainError:
            continue
    return asked
