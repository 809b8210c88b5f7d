"""The only writer of decisions. Thin: agenda, votes and minutes come later."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core import audit
from core.errors import DomainError
from tenants.proceedings.models import Body, Decision


class UnknownBody(DomainError):
    code = "unknown_body"

    def __init__(self, body: str) -> None:
        choices = "、".join(Body.labels)
        super().__init__(f"没有“{body}”这种决定机构。可选：{choices}。", fields={"body": f"可选：{choices}"})


class DecidedInFuture(DomainError):
    code = "decided_in_future"

    def __init__(self, decided_on: date) -> None:
        super().__init__(
            f"会议日期 {decided_on:%Y-%m-%d} 还没有到，开过会再登记。",
            fields={"decided_on": "会议日期还没有到，请核对"},
        )


@transaction.atomic
def record_decision(
    *, body: str, meeting: str, decided_on: date, document_number: str, subject: str, today: date, by: audit.Actor
) -> Decision:
    """A decision of one body at one meeting. Raises UnknownBody, DecidedInFuture."""
    if body not in Body.values:
        raise UnknownBody(body)
    if decided_on > today:
        raise DecidedInFuture(decided_on)
    decision = Decision(
        body=body, meeting=meeting, decided_on=decided_on, document_number=document_number, subject=subject
    )
    decision.save(force_insert=True)
    audit.record(
        by=by,
        action="proceedings.record_decision",
        subject=decision,
        new={"body": body, "meeting": meeting, "decided_on": decided_on, "document_number": document_number},
    )
    return decision
