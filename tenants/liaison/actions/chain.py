"""Giving out the rungs of the link chain, many at once, and ending them; pairing members with grid workers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core import audit
from core.errors import DomainError, NotFound
from tenants.liaison import queries
from tenants.liaison.actions.pairings import EndsBeforeBeginning, PairingInFuture
from tenants.liaison.models import Constituent, ConstituentLink, Kept, Level, LinkAssignment
from tenants.liaison.queries import active_members, enterable, enters_for_others, refuse_strangers
from tenants.members.models import Member

_TO = {Level.COUNCIL_TO_SECTOR: "to_sector_id", Level.COUNCIL_TO_SPECIAL_COMMITTEE: "to_special_committee_id"}


class NothingGiven(DomainError):
    code = "nothing_given"

    def __init__(self) -> None:
        super().__init__("没有要分配的。请至少给一位填上联系人。")


class NotOfTheTier(DomainError):
    code = "not_of_the_tier"

    def __init__(self, name: str, level: Level) -> None:
        super().__init__(f"{name}那天不在“{level.label}”的联系人之列，请核对职务或日期。")


class NoSuchTarget(DomainError):
    code = "no_such_target"

    def __init__(self, level: Level) -> None:
        super().__init__(f"有的对象那天不在“{level.label}”的范围里，请刷新后重选。")


class AlreadyGridPaired(DomainError):
    code = "already_grid_paired"

    def __init__(self, name: str, worker: str) -> None:
        text = f"{name}已与网格员{worker}结对，不用再加。"
        super().__init__(text, fields={"name": text})


class GridWorkerUnnamed(DomainError):
    code = "grid_worker_unnamed"

    def __init__(self) -> None:
        super().__init__(
            "请填写网格员的姓名和所在社区（嘎查）。", fields={"name": "请填写姓名", "place": "请填写社区（嘎查）"}
        )


@transaction.atomic
def assign_links(
    *, level: str, pairs: Sequence[tuple[UUID, UUID]], since: dt.date, by: audit.Actor, basis: str = ""
) -> list[LinkAssignment]:
    """Charge many at once: pairs of (who, with whom). What stands already is left; all or none.

    Raises NothingGiven, NotOfTheTier, NoSuchTarget, UnknownMember, MemberNotActive.
    """
    rung, wanted = Level(level), list(dict.fromkeys(pairs))
    if not wanted:
        raise NothingGiven
    people = queries.tiers(since)
    able = {one.id for one in queries.sources(level, people)}
    reachable = {one.id: one.name for one in queries.targets(level, people)}
    names = {member.pk: member.name for member in active_members({one for one, _ in wanted}, since, by=by).values()}
    if wrong := next((source for source, _ in wanted if source not in able), None):
        raise NotOfTheTier(names[wrong], rung)
    if any(target not in reachable or source == target for source, target in wanted):
        raise NoSuchTarget(rung)
    standing = {(one.source, one.target) for one in queries.given(level, since)}
    field = _TO.get(rung, "to_member_id")
    made = [
        LinkAssignment(level=rung, from_member_id=source, basis=basis.strip(), since=since, **{field: target})
        for source, target in wanted
        if (source, target) not in standing
    ]
    LinkAssignment.objects.bulk_create(made, batch_size=500)
    told = {
        one.pk: audit.Told(
            label=names[one.from_member_id], new={"level": level, "target": reachable[getattr(one, field)]}
        )
        for one in made
    }
    audit.record(
        by=by, action="liaison.assign_links", subject=None,
        new={"level": level, "since": since, "counts": len(made)}, people=told,
    )  # fmt: skip
    return made


@transaction.atomic
def end_link(*, id: UUID, on: dt.date, by: audit.Actor) -> LinkAssignment:
    """The link stands no more from that day. Raises NotFound, EndsBeforeBeginning."""
    found = LinkAssignment.objects.select_for_update().filter(pk=id, until=None).first()
    if found is None:
        raise NotFound
    if on < found.since:
        raise EndsBeforeBeginning(found.since)
    found.until = on
    found.save(update_fields=["until"])
    audit.record(by=by, action="liaison.end_link", subject=found, old={"until": None}, new={"until": on})
    return found


@transaction.atomic
def pair_grid(
    *,
    member: UUID,
    name: str,
    place: str,
    since: dt.date,
    today: dt.date,
    by: audit.Actor,
    grid: str = "",
    phone: str = "",
) -> ConstituentLink:
    """A member and a grid worker from that day on (OR21-2.2-5); a worker of the same name and place is the same.

    Raises GridWorkerUnnamed, PairingInFuture, UnknownMember, MemberNotActive, NotYourRecord, AlreadyGridPaired.
    """
    name, place = " ".join(name.split()), place.strip()
    if not name or not place:
        raise GridWorkerUnnamed
    if since > today:
        raise PairingInFuture(since, "since")
    known = active_members([member], since, by=by)
    refuse_strangers(by=by, members=known)
    list(Member.objects.select_for_update(of=("self",)).filter(pk=member).values_list("pk"))  # two presses at once
    kind = Kept.GRID_WORKER
    worker = Constituent.objects.filter(kind=kind, name=name, area=place).first()
    if worker is None:
        worker = Constituent(kind=kind, name=name, area=place, grid=grid.strip(), phone=phone.strip())
        worker.save(force_insert=True)
        audit.record(by=by, action="liaison.add_grid_worker", subject=worker, new={"name": name, "area": place})
    if worker.links.filter(member=member, until=None).exists():
        raise AlreadyGridPaired(known[member].name, name)
    link = ConstituentLink(kind=kind, member=known[member], constituent=worker, since=since)
    link.save(force_insert=True)
    new = {"member": member, "constituent": worker.pk, "since": since}
    audit.record(by=by, action="liaison.pair_grid", subject=link, new=new)
    return link


@transaction.atomic
def end_grid(*, id: UUID, on: dt.date, by: audit.Actor) -> ConstituentLink:
    """The pairing stands no more from that day. Raises NotFound, EndsBeforeBeginning."""
    within = (
        Q(member__in=Member.objects.filter(enterable(by)))
        if enters_for_others(by)
        else Q(member__user__in=[by.actor_id])
    )
    found = ConstituentLink.grids.select_for_update(of=("self",)).filter(within, pk=id, until=None).first()
    if found is None:
        raise NotFound
    if on < found.since:
        raise EndsBeforeBeginning(found.since)
    found.until = on
    found.save(update_fields=["until"])
    audit.record(by=by, action="liaison.end_grid", subject=found, old={"until": None}, new={"until": on})
    return found
