"""A committee comes under another parent from a day on; whom it belonged to before is kept, for returns of that time go there.

As the owner: the tree decides who may read a return, so no web process writes it.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from core import audit, tenancy
from core.db.router import OWNER
from core.errors import DomainError
from core.models import AuditEvent
from registry import interrupt, queries
from registry.models import Committee, FormerParent
from registry.provisioning import ParentUnknown


class Circle(DomainError):
    code = "circle"

    def __init__(self, row: Committee, above: Committee) -> None:
        super().__init__(
            f"{above.name}在{row.name}之下（或就是它自己），不能作它的上级。请先调整{above.name}的上级。",
            fields={"parent": "不能是自己或自己的下级"},
        )


class SameParent(DomainError):
    code = "same_parent"

    def __init__(self, row: Committee) -> None:
        super().__init__(f"{row.name}现在的上级就是它，没有改动。", fields={"parent": "与现在相同"})


class BadDay(DomainError):
    code = "bad_day"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields={"on": "请核对日期"})


def move(
    *, code: str, parent: str | None, on: dt.date, today: dt.date, why: str, by: audit.Actor = audit.SYSTEM
) -> None:
    """Put a committee under another parent (None: at the top) from `on`, a day not after `today`.

    Returns of periods that end before `on` keep going to the parent of their last day. Raises UnknownCommittee,
    ParentUnknown, SameParent, Circle, BadDay; then nothing was changed.
    """
    if on > today:
        raise BadDay(f"{on:%Y-%m-%d} 还没有到。请到那一天再办，或写今天及以前的日期。")
    with transaction.atomic(using=OWNER):
        rows = {row.code: row for row in Committee.objects.using(OWNER).select_for_update().order_by("code")}
        row, above = _named(rows, code, parent)
        last = FormerParent.objects.using(OWNER).filter(committee=row).order_by("-until").first()
        if last is not None and on <= last.until:
            raise BadDay(f"{row.name}在 {last.until:%Y-%m-%d} 刚换过上级，这一次的日期要晚于那一天。")
        before = next((one for one in rows.values() if one.pk == row.parent_id), None)
        FormerParent.objects.using(OWNER).create(committee=row, parent=before, until=on)
        interrupt.reached("former parent")
        Committee.objects.using(OWNER).filter(pk=row.pk).update(parent=above)
        AuditEvent.objects.using(OWNER).create(
            actor_id=by.actor_id, actor_name=by.actor_name, action="registry.move", subject_type=row._meta.label_lower, subject_id=row.pk,
            subject_label=row.name, old={"parent": before.code if before else None},
            new={"parent": parent, "on": on.isoformat()}, why=why.strip(),
        )  # fmt: skip
    queries.forget_routes()


def _named(rows: dict[str, Committee], code: str, parent: str | None) -> tuple[Committee, Committee | None]:
    row = rows.get(code)
    if row is None:
        raise tenancy.UnknownCommittee(code)
    above = rows.get(parent) if parent else None
    if parent and above is None:
        raise ParentUnknown(parent)
    if (above.pk if above else None) == row.parent_id:
        raise SameParent(row)
    by_key = {one.pk: one for one in rows.values()}
    step: Committee | None = above
    seen: set[UUID] = set()
    while step is not None and step.pk not in seen:
        if step.pk == row.pk:
            raise Circle(row, above or row)
        seen.add(step.pk)
        step = by_key.get(step.parent_id) if step.parent_id else None
    return row, above
