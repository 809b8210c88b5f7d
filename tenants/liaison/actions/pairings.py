"""Pairing members with constituents (YY21-15-5, GZ20-3.3-1) and assigning the rungs of the link chain (DC20-4.1-7)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core import audit
from core.errors import DomainError, NotFound
from tenants.liaison.actions.contacts import refuse_unknown
from tenants.liaison.models import ChoiceBasis, Constituent, ConstituentLink, Level, LinkAssignment
from tenants.liaison.queries import active_members, enterable, enters_for_others, refuse_strangers
from tenants.members.models import Member, Sector, SpecialCommittee


class NameMissing(DomainError):
    code = "name_missing"

    def __init__(self) -> None:
        super().__init__("请填写结对群众的姓名。", fields={"name": "请填写姓名"})


class PairingInFuture(DomainError):
    code = "pairing_in_future"

    def __init__(self, day: date, field: str) -> None:
        text = f"{day:%Y-%m-%d} 还没有到，请选今天或以前的日期。"
        super().__init__(text, fields={field: text})


class AlreadyPaired(DomainError):
    code = "already_paired"

    def __init__(self, name: str) -> None:
        text = f"已经与{name}结对，不用再加。如果是同名的另一个人，请填上电话以示区别。"
        super().__init__(text, fields={"name": text})


class EndsBeforeBeginning(DomainError):
    code = "ends_before_beginning"

    def __init__(self, since: date) -> None:
        text = f"结束日期不能早于开始日期 {since:%Y-%m-%d}。"
        super().__init__(text, fields={"until": text})


class AlreadyEnded(DomainError):
    code = "already_ended"

    def __init__(self, until: date) -> None:
        super().__init__(f"这一对已于 {until:%Y-%m-%d} 结束。")


class WrongTarget(DomainError):
    code = "wrong_link_target"

    def __init__(self, level: Level) -> None:
        super().__init__(f"“{level.label}”的对象不对，请按这一层的规定选联系对象。")


@transaction.atomic
def pair_constituent(
    *,
    member: UUID,
    name: str,
    since: date,
    today: date,
    by: audit.Actor,
    choice_basis: str = ChoiceBasis.OWN_CHOICE,
    sector: UUID | None = None,
    phone: str = "",
    profession: str = "",
    area: str = "",
    note: str = "",
) -> ConstituentLink:
    """Pair a member with a person from `since` on.

    The same person is one with the same name and, where both are known, the same phone.
    Raises NameMissing, UnknownWord, PairingInFuture, UnknownMember, MemberNotActive, NotYourRecord, AlreadyPaired, NotFound (sector).
    """
    name, phone = " ".join(name.split()), phone.strip()
    if not name:
        raise NameMissing
    refuse_unknown("choice_basis", choice_basis, ChoiceBasis)
    if since > today:
        raise PairingInFuture(since, "since")
    known = active_members([member], since, by=by)
    refuse_strangers(by=by, members=known)
    list(Member.objects.select_for_update(of=("self",)).filter(pk=member).values_list("pk"))  # two presses at once
    _refuse_paired(member, name, phone)
    _refuse_unknown_sector(sector)
    constituent = Constituent(
        name=name, sector_id=sector, phone=phone, profession=profession.strip(), area=area.strip(), note=note.strip()
    )
    constituent.save(force_insert=True)
    link = ConstituentLink(member=known[member], constituent=constituent, choice_basis=choice_basis, since=since)
    link.save(force_insert=True)
    new = {"member": member, "constituent": constituent.pk, "since": since}
    audit.record(by=by, action="liaison.pair_constituent", subject=link, new=new)
    return link


def _refuse_paired(member: UUID, name: str, phone: str) -> None:
    standing = ConstituentLink.pairs.filter(member_id=member, until=None, constituent__name=name)
    if phone:
        standing = standing.filter(Q(constituent__phone=phone) | Q(constituent__phone=""))
    if standing.exists():
        raise AlreadyPaired(name)


def _refuse_unknown_sector(sector: UUID | None) -> None:
    if sector is not None and not Sector.objects.filter(pk=sector).exists():
        raise NotFound


@transaction.atomic
def end_pairing(*, link: UUID, until: date, today: date, by: audit.Actor) -> ConstituentLink:
    """End a pairing: it stands no more from `until` on. Ending it again on the same day changes nothing.

    Raises NotFound (also for somebody else's), PairingInFuture, EndsBeforeBeginning, AlreadyEnded.
    """
    own = Q(member__user__in=[by.actor_id])
    within = Q(member__in=Member.objects.filter(enterable(by))) if enters_for_others(by) else own
    found = (
        ConstituentLink.pairs.select_related("member").select_for_update(of=("self",)).filter(within, pk=link).first()
    )
    if found is None:
        raise NotFound
    if until > today:
        raise PairingInFuture(until, "until")
    if until < found.since:
        raise EndsBeforeBeginning(found.since)
    if found.until == until:
        return found
    if found.until is not None:
        raise AlreadyEnded(found.until)
    found.until = until
    found.save(update_fields=["until"])
    audit.record(by=by, action="liaison.end_pairing", subject=found, old={"until": None}, new={"until": until})
    return found


@transaction.atomic
def assign_link(
    *,
    level: str,
    from_member: UUID,
    since: date,
    by: audit.Actor,
    to_member: UUID | None = None,
    to_sector: UUID | None = None,
    to_special_committee: UUID | None = None,
    basis: str = "",
) -> LinkAssignment:
    """Charge a member with a link of one level; the same link standing already is returned. Thin: no page yet.

    Raises UnknownWord, WrongTarget, UnknownMember, MemberNotActive, NotFound (sector or special committee).
    """
    refuse_unknown("level", level, Level)
    targets = {"to_member": to_member, "to_sector": to_sector, "to_special_committee": to_special_committee}
    wanted = {"council_to_sector": "to_sector", "council_to_special_committee": "to_special_committee"}
    given = {field for field, id in targets.items() if id is not None}
    if given != {wanted.get(level, "to_member")} or from_member == to_member:
        raise WrongTarget(Level(level))
    active_members({from_member, *([to_member] if to_member else [])}, since, by=by)
    _refuse_unknown_sector(to_sector)
    if to_special_committee and not SpecialCommittee.objects.filter(pk=to_special_committee).exists():
        raise NotFound
    named = {f"{field}_id": id for field, id in targets.items()}
    standing = LinkAssignment.objects.filter(level=level, from_member_id=from_member, until=None, **named).first()
    if standing is not None:
        return standing
    link = LinkAssignment(level=level, from_member_id=from_member, basis=basis.strip(), since=since, **named)
    link.save(force_insert=True)
    new = {"level": level, "from_member": from_member, **targets, "since": since}
    audit.record(by=by, action="liaison.assign_link", subject=link, new=new)
    return link
