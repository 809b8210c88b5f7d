"""Archiving, taking it back, and ordering the deletion from the web. A job on queue `provision` deletes: only its worker can."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db import transaction

from core import audit, clock, tenancy
from core.errors import DomainError
from core.models import AuditEvent
from dispatch.actions import enqueue_for_deployment
from dispatch.models import UNDER_WAY, Job
from registry import archiving, provisioning
from registry.lifecycle import NoReason
from registry.models import Committee, State

DELETE = "registry.delete"


class NameDiffers(DomainError):
    code = "name_differs"

    def __init__(self, name: str) -> None:
        super().__init__(f"请照写全称“{name}”，确认删除的是它。", fields={"name": "与全称不一致"})


class DeletionOrdered(DomainError):
    code = "deletion_ordered"

    def __init__(self) -> None:
        super().__init__("已经交办删除，请到“后台任务”看进度。")


def archive(*, code: str, until: dt.date, today: dt.date, why: str, by: audit.Actor) -> None:
    """As archiving.archive, with a reason. Raises NoReason too."""
    if not why.strip():
        raise NoReason
    archiving.archive(code=code, until=until, today=today, why=why.strip(), by=by)


def unarchive(*, code: str, why: str, by: audit.Actor) -> None:
    """Open an archived committee again, its data as they were. Raises NoReason, WrongState, UnknownCommittee."""
    if not why.strip():
        raise NoReason
    provisioning.set_state(code=code, state=State.ACTIVE, only_from=State.ARCHIVED, why=why.strip(), by=by)


@transaction.atomic
def order_deletion(*, code: str, name: str, why: str, today: dt.date, by: audit.Actor) -> Job:
    """Queue the deletion; refuses at once what the worker would refuse. `name` is the committee's, typed by hand.

    Raises NoReason, NameDiffers, DeletionOrdered, UnknownCommittee, NotArchived, StillKept, HasChildren. As the operator.
    """
    if not why.strip():
        raise NoReason
    with tenancy.as_operator():
        row = Committee.objects.filter(code=code).first()
        if row is None:
            raise tenancy.UnknownCommittee(code)
        archiving.refuse(row, today, Committee.objects.filter(parent=row))
        if name.strip() != row.name:
            raise NameDiffers(row.name)
        if Job.objects.filter(task=DELETE, state__in=UNDER_WAY, ids__code=code).exists():
            raise DeletionOrdered
        job = enqueue_for_deployment(DELETE, by=by, code=code, name=row.name)
        audit.record(by=by, action="registry.order_deletion", subject=row, new={"code": code}, why=why.strip())
    return job


def delete(*, code: str, name: str, by: audit.Actor) -> str:
    """Delete with the owner's connection; a second run finds it done. Raises what archiving.delete raises."""
    if certificate_of(code) is None or _stands(code):
        folder = Path(settings.CERTIFICATES)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"deletion-{code}-{clock.now():%Y%m%d%H%M%S}.json"
        archiving.delete(code=code, today=clock.today(), by=by.actor_name, certificate=path)
    return f"{name}已删除，证明在“操作记录”里，也写在部署的证明目录。"


def certificate_of(code: str) -> AuditEvent | None:
    with tenancy.as_operator():
        events = AuditEvent.objects.filter(action="registry.delete", new__committee__code=code)
        return events.order_by("-created_at").first()


def _stands(code: str) -> bool:
    with tenancy.nowhere():
        return Committee.objects.filter(code=code).exists()
