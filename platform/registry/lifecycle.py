"""Suspending and resuming with a reason, as the operator does it from the web."""

from __future__ import annotations

from core import audit
from core.errors import DomainError
from registry import provisioning
from registry.models import State

FROM = {
    State.SUSPENDED: State.ACTIVE,
    State.ACTIVE: State.SUSPENDED,
}  # the state asked for → the one it is reached from


class NoReason(DomainError):
    code = "no_reason"

    def __init__(self) -> None:
        super().__init__("请写明原因，它会记入操作记录。", fields={"why": "请写明原因"})


def change(*, code: str, to: State, why: str, by: audit.Actor) -> None:
    """Suspend (to SUSPENDED) or resume (to ACTIVE). Raises NoReason, WrongState, UnknownCommittee."""
    if not why.strip():
        raise NoReason
    provisioning.set_state(code=code, state=to, only_from=FROM[to], why=why.strip(), by=by)
