"""The story is told in acts, each in one transaction that leaves its name in the audit trail: done or not begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction

from core import audit, tenancy
from core.models import AuditEvent

PREFIX = "demo."


def acts_done() -> frozenset[str]:
    """Names of the acts this committee (or the operator's host) has behind it."""
    told = AuditEvent.objects.filter(action__startswith=PREFIX).values_list("action", flat=True)
    return frozenset(action.removeprefix(PREFIX) for action in told)


@contextmanager
def act(name: str) -> Iterator[None]:
    """Everything inside happens, and is marked as told, or nothing does."""
    with transaction.atomic():
        yield
        audit.record(by=audit.SYSTEM, action=PREFIX + name, subject=None)


def play(code: str, name: str, told: Callable[[], None]) -> bool:
    """Enter the committee and tell one act of it unless it was told before. True when it was told now."""
    with tenancy.inside(code):
        if name in acts_done():
            return False
        with act(name):
            told()
    return True
