"""Confirming, returning and taking back: the same for contacts, participations and outputs.

Two people may press at once: rows are locked first, and saying the same thing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core import audit, notices
from core.errors import DomainError, NotFound
from tenants.liaison.models import Claim, State
from tenants.liaison.queries import Settled, born_as, enters_for_others, settled_for

Record = TypeVar("Record", bound=Claim)
UNDO = timedelta(minutes=30)


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

    def __init__(self, what: str = "撤回") -> None:
        super().__init__(f"这条记录由办公室录入或已由办公室确认，如需{what}请联系办公室。")


class PeriodSigned(DomainError):
    """The record stands in figures somebody has signed."""

    code = "period_signed"

    def __init__(self, settled: Settled, what: str) -> None:
        super().__init__(
            f"{settled.label}报表已经签署，{settled.last_day:%Y-%m-%d} 及以前已确认的记录已定稿，不能{what}。"
            "确需更正，请先在“报送”里撤回这一期的签署；已报送的，等上级接收或退回后重新结账，再来改。"
        )


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
def reopen(
    model: type[Record], *, ids: Collection[UUID], by: audit.Actor, at: datetime, action: str, within: Q
) -> list[Record]:
    """Undo one's own confirming of the last half hour: the claims wait again. What somebody else decided, or what has been
    taken back or signed since, stays. Returns those reopened. Raises NotFound."""
    fresh = [
        row
        for row in locked(model, ids, within)
        if row.state == State.CONFIRMED and not row.is_withdrawn and row.decided_by == by.actor_id
        and row.decided_at is not None and at - row.decided_at <= UNDO and settled_for(row) is None
    ]  # fmt: skip
    waiting = {"state": State.CLAIMED, "decided_by": None, "decided_at": None}
    model._default_manager.filter(pk__in=[row.pk for row in fresh]).update(**waiting)
    for row in fresh:
        audit.record(by=by, action=action, subject=row, old={"state": "confirmed"}, new={"state": "claimed"})
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
    _tell(row, f"已退回：{_called(row)}", f"理由：{row.rejected_reason}\n改好后可以重新报请确认。", by=by, at=at)
    return row


@transaction.atomic
def withdraw(
    model: type[Record], *, id: UUID, reason: str, by: audit.Actor, at: datetime, action: str, within: Q
) -> Record:
    """Take a record back: it stays readable and counts nowhere. A member takes back only what they entered and nobody confirmed.

    Raises NotFound, ReasonMissing, NotYoursToWithdraw, PeriodSigned; withdrawing it again changes nothing.
    """
    if not reason.strip():
        raise ReasonMissing("撤回")
    (row,) = locked(model, [id], within)
    if not is_own(row, by=by):
        raise NotYoursToWithdraw
    if row.is_withdrawn:
        return row
    _refuse_settled(row, "撤回")
    row.withdrawn_at, row.withdrawn_reason = at, reason.strip()
    row.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    audit.record(
        by=by, action=action, subject=row, old={"state": row.state}, new={"withdrawn": True}, why=row.withdrawn_reason
    )
    notices.settle(about=[row.pk], at=at)
    _tell(row, f"已撤回：{_called(row)}", f"理由：{row.withdrawn_reason}\n不再计入履职，内容仍可查看。", by=by, at=at)
    return row


def _called(row: Claim) -> str:
    return str(getattr(row, "activity", row))  # a part in an activity is known by the activity


def _tell(row: Claim, title: str, text: str, *, by: audit.Actor, at: datetime) -> None:
    """Whoever entered it learns what somebody else did with it."""
    if row.entered_by != by.actor_id:
        whom = getattr(row, "member_id", None)
        notices.tell(to=[row.entered_by], title=title, text=text, url=row.page, about=row.pk, member=whom, at=at)


def is_own(row: Claim, *, by: audit.Actor) -> bool:
    """Whether `by` may change or take back the record: an office any within its reach, a member what they entered and no
    office confirmed."""
    if enters_for_others(by):
        return True
    undecided = row.decided_by in (None, by.actor_id) or row.state == State.REJECTED
    return row.entered_by == by.actor_id and undecided


def _refuse_settled(row: Claim, what: str) -> None:
    settled = settled_for(row)
    if settled is not None:
        raise PeriodSigned(settled, what)


def changeable(model: type[Record], *, id: UUID, reason: str, by: audit.Actor, within: Q) -> Record:
    """The row, locked, to be changed in the running transaction.

    Raises NotFound, ReasonMissing, NotYoursToWithdraw, AlreadyWithdrawn, PeriodSigned.
    """
    if not reason.strip():
        raise ReasonMissing("修改")
    (row,) = locked(model, [id], within)
    if not is_own(row, by=by):
        raise NotYoursToWithdraw("修改")
    if row.is_withdrawn:
        raise AlreadyWithdrawn
    _refuse_settled(row, "修改")
    return row


def change(
    row: Record,
    columns: Mapping[str, Any],
    *,
    reason: str,
    by: audit.Actor,
    at: datetime,
    action: str,
    ties: Mapping[str, tuple[Any, Any]] | None = None,
) -> bool:
    """Write what is different, with old and new in the trail. `columns` by attribute name (`member_id`); `ties` are rows
    beside the record the caller wrote itself, as (old, new). A returned claim is handed in again by it.

    False where nothing is different: nothing is written then. In the transaction of `changeable`.
    """
    old = {name: getattr(row, name) for name, value in columns.items() if getattr(row, name) != value}
    tied = {name: pair for name, pair in (ties or {}).items() if pair[0] != pair[1]}
    if not old and not tied:
        return False
    before = row.state
    for name in old:
        setattr(row, name, columns[name])
    fields = list(old)
    if row.state == State.REJECTED:
        row.state, row.rejected_reason = born_as(by=by, day=row.day), ""
        confirmed = row.state == State.CONFIRMED
        row.decided_by, row.decided_at = (by.actor_id, at) if confirmed else (None, None)
        fields += ["state", "rejected_reason", "decided_by", "decided_at"]
    row.save(update_fields=fields) if fields else None
    was = {_key(name): value for name, value in old.items()} | {name: pair[0] for name, pair in tied.items()}
    now = {_key(name): columns[name] for name in old} | {name: pair[1] for name, pair in tied.items()}
    if row.state != before:
        notices.settle(about=[row.pk], at=at)
        was, now = was | {"state": before}, now | {"state": row.state}
    audit.record(by=by, action=action, subject=row, old=was, new=now, why=reason.strip())
    return True


def _key(name: str) -> str:
    return name.removesuffix("_id")
