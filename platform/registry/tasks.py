"""What the worker on queue `provision` does."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from core import audit, clock
from dispatch.progress import Progress
from dispatch.registry import job
from registry import domains, ending, onboarding


@job(onboarding.PROVISION, title="开通{name}", queue="provision", of_deployment=True)
def provision(*, by: audit.Actor, progress: Progress, **order: Any) -> str:
    """Make one committee; the sentence returned is shown to the operator who waits."""
    progress(1, 3, "建角色和库，采用办法")
    return onboarding.provision(**order)


@job(ending.DELETE, title="删除{name}", queue="provision", of_deployment=True)
def delete(*, by: audit.Actor, code: str, name: str) -> str:
    """Delete one committee for good; the sentence returned is shown to the operator who waits."""
    return ending.delete(code=code, name=name, by=by)


@shared_task(name="registry.check_domains", ignore_result=True)
def check_domains() -> None:
    """Once a day: do committees still own the domains they use?"""
    domains.check_again(now=clock.now())
