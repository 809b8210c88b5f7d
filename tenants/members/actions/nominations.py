"""Who is to convene a sector: the sector proposes, the policy's steps are taken, the body decides (YY21-16-2, YY21-16-3).

How many there may be and whether one of them must be the first is the policy's word: its duties about the links
`convener` and `first_convener`. The steps are its workflow `convener_review`; a document without one has none to wait for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from core import audit
from core.errors import DomainError, NotFound
from tenants.members import queries
from tenants.members.actions.groups import NotInSector, set_conveners
from tenants.members.models import Member, Nomination, NominationState, Nominee, Sector
from tenants.proceedings.actions import start_process
from tenants.proceedings.models import Process

REVIEW = "convener_review"


class ConvenersTooMany(DomainError):
    code = "conveners_too_many"

    def __init__(self, most: int, number: int) -> None:
        text = f"推选了 {number} 人，按本会办法最多 {most} 人，请减少 {number - most} 人。"
        super().__init__(text, fields={"members": text})


class ConvenersTooFew(DomainError):
    code = "conveners_too_few"

    def __init__(self, least: int) -> None:
        text = f"按本会办法至少推选 {least} 人。"
        super().__init__(text, fields={"members": text})


class FirstConvenerMissing(DomainError):
    code = "first_convener_missing"

    def __init__(self) -> None:
        text = "按本会办法要有一位第一召集人，请从推选的人里选定一位。"
        super().__init__(text, fields={"first": text})


class FirstConvenerAmongOthers(DomainError):
    code = "first_convener_among_others"

    def __init__(self, name: str) -> None:
        text = f"第一召集人{name}不在推选的人里，请一并推选或另选一位。"
        super().__init__(text, fields={"first": text})


class UnderReview(DomainError):
    code = "under_review"

    def __init__(self, sector: str) -> None:
        super().__init__(f"{sector}已有一份推选正在办理，办结或退回以后才能再报。")


@transaction.atomic
def nominate_conveners(
    *, sector_id: UUID, members: Sequence[UUID], first: UUID | None, today: dt.date, by: audit.Actor, note: str = ""
) -> Nomination:
    """The sector's proposal; it waits where the policy has steps for it, and takes effect at once where it has none.

    Raises NotFound, NotInSector, ConvenersTooMany, ConvenersTooFew, FirstConvenerMissing, FirstConvenerAmongOthers, UnderReview.
    """
    sector = Sector.objects.select_for_update().filter(pk=sector_id).first()
    if sector is None:
        raise NotFound
    if sector.nominations.filter(state=NominationState.UNDER_REVIEW).exists():
        raise UnderReview(sector.name)
    people = _people(sector, list(dict.fromkeys(members)), first, today)
    nomination = Nomination(sector=sector, nominated_on=today, state=NominationState.UNDER_REVIEW, note=note.strip())
    nomination.save(force_insert=True)
    Nominee.objects.bulk_create(
        [Nominee(nomination=nomination, member=one, is_first=one.pk == first) for one in people]
    )
    audit.record(
        by=by, action="members.nominate_conveners", subject=sector,
        new={"conveners": [one.pk for one in people], "first": first},
    )  # fmt: skip
    review = queries.workflow(REVIEW, today)
    if review is None:
        _confirm(nomination, today, by)
    else:
        start_process(
            workflow=REVIEW, steps=review.steps, is_ordered=review.is_ordered, clauses=review.clauses,
            title=f"{_called(sector.name)}召集人推选", subject=nomination, today=today, by=by,
            first_is_signed=review.steps[0].get("by") in ("sector", "sector_convener"),
        )  # fmt: skip
    return nomination


def _people(sector: Sector, wanted: list[UUID], first: UUID | None, today: dt.date) -> list[Member]:
    members = {one.pk: one for one in Member.objects.filter(pk__in=[*wanted, *([first] if first else [])])}
    if len(members) < len({*wanted, *([first] if first else [])}):
        raise NotFound
    bounds = queries.convener_bounds(today)
    if bounds.most is not None and len(wanted) > bounds.most:
        raise ConvenersTooMany(bounds.most, len(wanted))
    if len(wanted) < max(1, bounds.least):
        raise ConvenersTooFew(max(1, bounds.least))
    if first and first not in wanted:
        raise FirstConvenerAmongOthers(members[first].name)
    if bounds.needs_first and first is None:
        raise FirstConvenerMissing
    right = set(queries.serving(today).filter(sector=sector, pk__in=wanted).values_list("pk", flat=True))
    if wrong := [members[id].name for id in wanted if id not in right]:
        raise NotInSector(sector.name, wrong)
    return [members[id] for id in sorted(wanted, key=lambda id: id != first)]


def _confirm(nomination: Nomination, on: dt.date, by: audit.Actor) -> None:
    """From that day they convene; who is not among them ends."""
    rows = nomination.nominees.order_by("-is_first", "created_at").values_list("member_id", flat=True)
    set_conveners(sector_id=nomination.sector_id, member_ids=list(rows), since=on, by=by)
    _become(nomination, NominationState.CONFIRMED, by)


def _become(nomination: Nomination, state: NominationState, by: audit.Actor) -> None:
    old, nomination.state = nomination.state, state
    nomination.save(update_fields=["state"])
    audit.record(
        by=by, action="members.settle_nomination", subject=nomination, old={"state": old}, new={"state": state}
    )


def _called(sector: str) -> str:
    """中共 is 中共界别; 教育界 says it itself."""
    return sector if sector.endswith(("界", "界别")) else f"{sector}界别"


def confirmed(*, process: Process, on: dt.date, by: audit.Actor) -> None:
    """The last step is signed (queries.signing.Subject)."""
    _confirm(Nomination.objects.select_for_update().get(pk=process.subject_id), on, by)


def returned(*, process: Process, on: dt.date, by: audit.Actor) -> None:
    """Sent back: the sector may propose anew."""
    _become(Nomination.objects.select_for_update().get(pk=process.subject_id), NominationState.RETURNED, by)
