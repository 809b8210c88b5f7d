"""The committee's calendar: meetings from which the policy counts periods and due days."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from core import audit
from core.errors import DomainError, NotFound
from tenants.activities.models import Occasion
from tenants.activities.queries import occasion_kinds


class UnknownOccasion(DomainError):
    code = "unknown_occasion"

    def __init__(self) -> None:
        super().__init__("没有这种会议，请从列表里选。", fields={"kind": "请从列表里选"})


@transaction.atomic
def set_occasion(*, kind: str, held_on: date, by: audit.Actor, title: str = "") -> Occasion:
    """Put a meeting into the calendar, also one to come; the same kind on the same day only changes its title. Raises UnknownOccasion."""
    if kind not in occasion_kinds(held_on):
        raise UnknownOccasion
    one, made = Occasion.objects.get_or_create(kind=kind, held_on=held_on, defaults={"title": title.strip()})
    if made or one.title != title.strip():
        old = None if made else {"title": one.title}
        one.title = title.strip()
        one.save(update_fields=["title"])
        new = {"kind": kind, "held_on": held_on, "title": one.title}
        audit.record(by=by, action="activities.set_occasion", subject=one, old=old, new=new)
    return one


@transaction.atomic
def remove_occasion(*, id: UUID, by: audit.Actor) -> None:
    """Raises NotFound."""
    one = Occasion.objects.filter(pk=id).first()
    if one is None:
        raise NotFound
    audit.record(
        by=by, action="activities.remove_occasion", subject=one, old={"kind": one.kind, "held_on": one.held_on}
    )
    one.delete()
