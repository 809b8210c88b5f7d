"""Sectors, special committees and who convenes them. How many conveners a sector should have is the policy's word, not ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from core import audit
from core.errors import DomainError, NotFound
from tenants.members import queries
from tenants.members.models import Convener, Member, Seat, SeatRole, Sector, SectorCommitteeLink, SpecialCommittee


class NameTaken(DomainError):
    code = "name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}”已经有了，无需再建。", fields={"name": "已经有了"})


class NotInSector(DomainError):
    code = "not_in_sector"

    def __init__(self, sector: str, names: Sequence[str]) -> None:
        text = f"{'、'.join(names)}那天不是{sector}的在任委员，召集人要从本界别在任委员中产生。"
        super().__init__(text, fields={"conveners": text})


@transaction.atomic
def add_sector(*, name: str, by: audit.Actor, order: int = 0) -> Sector:
    """A 界别. Raises NameTaken."""
    if Sector.objects.filter(name=name.strip()).exists():
        raise NameTaken(name.strip())
    sector = Sector.objects.create(name=name.strip(), order=order)
    audit.record(by=by, action="members.add_sector", subject=sector, new={"name": sector.name})
    return sector


@transaction.atomic
def add_special_committee(*, name: str, by: audit.Actor, order: int = 0) -> SpecialCommittee:
    """A 专门委员会. Raises NameTaken."""
    if SpecialCommittee.objects.filter(name=name.strip()).exists():
        raise NameTaken(name.strip())
    made = SpecialCommittee.objects.create(name=name.strip(), order=order)
    audit.record(by=by, action="members.add_special_committee", subject=made, new={"name": made.name})
    return made


@transaction.atomic
def link_sector(
    *, sector: Sector, special_committee: SpecialCommittee, since: dt.date, by: audit.Actor
) -> SectorCommitteeLink:
    """The special committee links the sector from that day (YY21-15-1); a link that already stands is returned as it is."""
    standing = SectorCommitteeLink.objects.filter(
        sector=sector, special_committee=special_committee, until=None
    ).first()
    if standing:
        return standing
    link = SectorCommitteeLink.objects.create(sector=sector, special_committee=special_committee, since=since)
    audit.record(by=by, action="members.link_sector", subject=sector, new={"special_committee": special_committee.name})
    return link


@transaction.atomic
def set_conveners(*, sector_id: UUID, member_ids: Sequence[UUID], since: dt.date, by: audit.Actor) -> list[Convener]:
    """From `since` these convene the sector, the first of them first (YY21-16-2); who is not named ends.

    An empty list leaves the sector without. Raises NotFound, NotInSector. One who stays keeps the earlier start.
    """
    sector = Sector.objects.select_for_update().filter(pk=sector_id).first()
    if sector is None:
        raise NotFound
    wanted = list(dict.fromkeys(member_ids))
    members = {member.pk: member for member in Member.objects.filter(pk__in=wanted)}
    if len(members) < len(wanted):
        raise NotFound
    right = set(queries.serving(since).filter(sector=sector, pk__in=wanted).values_list("pk", flat=True))
    wrong = [members[id].name for id in wanted if id not in right]
    if wrong:
        raise NotInSector(sector.name, wrong)
    old = list(sector.conveners.filter(until=None).values_list("member_id", flat=True))
    result = _replace(sector, wanted, since)
    audit.record(
        by=by, action="members.set_conveners", subject=sector,
        old={"conveners": old}, new={"conveners": wanted, "since": since},
    )  # fmt: skip
    return result


def _replace(sector: Sector, wanted: Sequence[UUID], since: dt.date) -> list[Convener]:
    """End first, then begin: the database allows one first convener in office at a time."""
    standing = {one.member_id: one for one in sector.conveners.filter(until=None)}
    keeps = {id for place, id in enumerate(wanted) if id in standing and standing[id].is_first == (place == 0)}
    for id, one in standing.items():
        if id in keeps:
            continue
        if one.since >= since:
            one.delete()
        else:
            one.until = since
            one.save(update_fields=["until"])
    return [
        standing[id]
        if id in keeps
        else Convener.objects.create(sector=sector, member_id=id, is_first=place == 0, since=since)
        for place, id in enumerate(wanted)
    ]


class DirectorElsewhere(DomainError):
    code = "director_elsewhere"

    def __init__(self, committee: str, name: str) -> None:
        text = f"{committee}的主任是{name}，请先改{name}的任职。"
        super().__init__(text, fields={"role": text})


@transaction.atomic
def update_sector(*, id: UUID, name: str, by: audit.Actor, base: str = "", venue: str = "", funds: str = "") -> Sector:
    """What a sector is called and rests on (DC20-4.2-8). Raises NotFound, NameTaken."""
    sector = Sector.objects.select_for_update().filter(pk=id).first()
    if sector is None:
        raise NotFound
    if Sector.objects.filter(name=name.strip()).exclude(pk=id).exists():
        raise NameTaken(name.strip())
    keys = ("name", "base", "venue", "funds")
    old = {key: getattr(sector, key) for key in keys}
    sector.name, sector.base, sector.venue, sector.funds = name.strip(), base.strip(), venue.strip(), funds.strip()
    sector.save()
    changed = [key for key in keys if old[key] != getattr(sector, key)]
    if changed:
        audit.record(
            by=by, action="members.update_sector", subject=sector,
            old={key: old[key] for key in changed}, new={key: getattr(sector, key) for key in changed},
        )  # fmt: skip
    return sector


@transaction.atomic
def rename_special_committee(*, id: UUID, name: str, by: audit.Actor) -> SpecialCommittee:
    """Raises NotFound, NameTaken."""
    found = SpecialCommittee.objects.select_for_update().filter(pk=id).first()
    if found is None:
        raise NotFound
    if SpecialCommittee.objects.filter(name=name.strip()).exclude(pk=id).exists():
        raise NameTaken(name.strip())
    old, found.name = found.name, name.strip()
    found.save(update_fields=["name"])
    if old != found.name:
        audit.record(
            by=by, action="members.rename_special_committee", subject=found, old={"name": old}, new={"name": found.name}
        )
    return found


@transaction.atomic
def unlink_sector(*, id: UUID, on: dt.date, by: audit.Actor) -> SectorCommitteeLink:
    """The special committee links the sector no more from that day. Raises NotFound."""
    link = SectorCommitteeLink.objects.select_related("sector", "special_committee").filter(pk=id, until=None).first()
    if link is None:
        raise NotFound
    audit.record(
        by=by, action="members.unlink_sector", subject=link.sector,
        old={"special_committee": link.special_committee.name}, new={"until": max(on, link.since)},
    )  # fmt: skip
    link.until = max(on, link.since)
    link.save(update_fields=["until"])
    return link


@transaction.atomic
def set_seat_role(*, id: UUID, role: str, on: dt.date, by: audit.Actor) -> Seat:
    """Director, deputy or plain member of the special committee from that day; the seat before it ends there.

    A special committee has one director. Raises NotFound, DirectorElsewhere.
    """
    seat = (
        Seat.in_committees.select_related("member", "special_committee")
        .select_for_update(of=("self",))
        .filter(pk=id)
        .first()
    )
    if seat is None or seat.until is not None:
        raise NotFound
    wanted = SeatRole(role)
    if seat.role == wanted:
        return seat
    others = seat.special_committee.seats.filter(queries.on_day(on), role=SeatRole.DIRECTOR).exclude(pk=id)
    if wanted is SeatRole.DIRECTOR and (standing := others.select_related("member").first()):
        raise DirectorElsewhere(seat.special_committee.name, standing.member.name)
    audit.record(
        by=by, action="members.set_seat_role", subject=seat.member,
        old={"special_committees": seat.special_committee.name, "kind": seat.role}, new={"kind": str(wanted), "since": on},
    )  # fmt: skip
    if seat.since >= on:
        seat.role = wanted
        seat.save(update_fields=["role"])
        return seat
    seat.until = on
    seat.save(update_fields=["until"])
    return Seat.objects.create(member=seat.member, special_committee=seat.special_committee, role=wanted, since=on)
