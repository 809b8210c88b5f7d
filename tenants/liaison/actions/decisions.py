"""Confirming, returning and taking back: the same for contacts, participations and outputs.

Two people may press at once: rows are locked first, and saying the same thing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core import audit
from core.errors import DomainError, NotFound
from tenants.liaison.models import Claim, State
from tenants.liaison.queries import enters_for_others

Record = TypeVar("Record", bound=Claim)


class AlreadyDecided(DomainError):
    code = "already_decided"

    def __init__(self, record: Claim) -> None:
        told = (
            "已确认。如果确认错了，请撤回这条记录"
            if record.state == State.CONFIRMED
            else "已退回。请录入人改好后重新登记"
        )
        super().__init__(f"这条记录{told}。")


class AlreadyWithdrawn(DomainError):
    code = "already_withdrawn"

    def __init__(self) -> None:
        super().__init__("这条记录已经撤回，不能再处理。如确有其事，请重新登记。")


class ReasonMissing(DomainError):
    code = "reason_missing"

    def __init__(self, what: str) -> None:
        super().__init__(f"请写明为什么{what}，录入人会看到。", fields={"reason": f"请写明为什么{what}"})


class NotYoursToWithdraw(DomainError):
    code = "not_yours_to_withdraw"

    def __init__(self) -> None:
        super().__init__("这条记录由办公室录入或已由办公室确认，如需撤回请联系办公室。")


def locked(model: type[Record], ids: Collection[UUID], within: Q) -> list[Record]:
    """The rows, locked in one order so that two bulk decisions cannot wait for each other. Raises NotFound,
    also for one not `within` (who is beyond the reach of the one who decides)."""
    rows = list(model._default_manager.select_for_update(of=("self",)).filter(within, pk__in=set(ids)).order_by("pk"))
    if len(rows) != len(set(ids)):
        raise NotFound
    return rows


@transaction.atomic
def confirm(
    model: type[Record], *, ids: Collection[UUID], by: audit.Actor, at: datetime, action: str, within: Q
) -> list[Record]:
    """Confirm claims, all or none; those confirmed before stay as they are. Returns the newly confirmed.

    Raises NotFound, AlreadyDecided (one was returned), AlreadyWithdrawn.
    """
    rows = locked(model, ids, within)
    for row in rows:
        if row.is_withdrawn:
            raise AlreadyWithdrawn
        if row.state == State.REJECTED:
            raise AlreadyDecided(row)
    fresh = [row for row in rows if row.state == State.CLAIMED]
    model._default_manager.filter(pk__in=[row.pk for row in fresh]).update(
        state=State.CONFIRMED, decided_by=by.actor_id, decided_at=at
    )
    for row in fresh:
        row.state, row.decided_by, row.decided_at = State.CONFIRMED, by.actor_id, at
        audit.record(by=by, action=action, subject=row, old={"state": "claimed"}, new={"state": "confirmed"})
    return fresh


@transaction.atomic
def reject(
    model: type[Record], *, id: UUID, reason: str, by: audit.Actor, at: datetime, action: str, within: Q
) -> Record:
    """Return a claim with a reason; returning it again changes nothing.

    Raises NotFound, ReasonMissing, AlreadyDecided (it was confirmed), AlreadyWithdrawn.
    """
    if not reason.strip():
        raise ReasonMissing("退回")
    (row,) = locked(model, [id], within)
    if row.is_withdrawn:
        raise AlreadyWithdrawn
    if row.state == State.CONFIRMED:
        raise AlreadyDecided(row)
    if row.state == State.REJECTED:
        return row
    row.state, row.decided_by, row.decided_at, row.rejected_reason = State.REJECTED, by.actor_id, at, reason.strip()
    row.save(update_fields=["state", "decided_by", "decided_at", "rejected_reason"])
    audit.record(
        by=by, action=action, subject=row, old={"state": "claimed"}, new={"state": "rejected"}, why=row.rejected_reason
    )
    return row


@transaction.atomic
def withdraw(
    model: type[Record], *, id: UUID, reason: str, by: audit.Actor, at: datetime, action: str, within: Q
) -> Record:
    """Take a record back: it stays readable and counts nowhere. A member takes back only what they entered and nobody confirmed.

    Raises NotFound, ReasonMissing, NotYoursToWithdraw; withdrawing it again changes nothing.
    """
    if not reason.strip():
        raise ReasonMissing("撤回")
    (row,) = locked(model, [id], within)
    if not enters_for_others(by) and (row.entered_by != by.actor_id or row.decided_by not in (None, by.actor_id)):
        raise NotYoursToWithdraw
    if row.is_withdrawn:
        return row
    row.withdrawn_at, row.withdrawn_reason = at, reason.strip()
    row.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    audit.record(
        by=by, action=action, subject=row, old={"state": row.state}, new={"withdrawn": True}, why=row.withdrawn_reason
    )
    return row
