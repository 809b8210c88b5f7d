"""One member at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import models, transaction

from billing_free.actions import claim
from billing_free.quotas import What
from core import audit, pinyin
from core.errors import DomainError
from tenants.members import queries
from tenants.members.actions.accounts import refuse_nameless
from tenants.members.actions.ending import end_all
from tenants.members.actions.holdings import Belonging, Rearrangement, lock_roster, rearrange, standing
from tenants.members.actions.names import normalised
from tenants.members.models import Convener, Member, Post, PostKind, Seat, Sector, SpecialCommittee, Spell

_DATED = {"sector", "posts", "special_committees"}
_PLAIN = ("name", "number", "work_unit", "unit_post", "phone", "district", "joined_on", "left_on")


class NameMissing(DomainError):
    code = "name_missing"

    def __init__(self) -> None:
        super().__init__("请填写姓名。", fields={"name": "请填写姓名"})


class NumberMissing(DomainError):
    code = "number_missing"

    def __init__(self) -> None:
        super().__init__("请填写委员编号，例如 AH001。", fields={"number": "请填写委员编号，例如 AH001"})


class NumberTaken(DomainError):
    code = "number_taken"

    def __init__(self, number: str, holder: str) -> None:
        super().__init__(
            f"委员编号 {number} 已是{holder}的编号，请核对或换一个。",
            fields={"number": f"已是{holder}的编号，请换一个"},
        )


class LeavesBeforeJoining(DomainError):
    code = "leaves_before_joining"

    def __init__(self, joined_on: dt.date) -> None:
        text = f"离任日期要晚于任职日期 {joined_on:%Y-%m-%d}，请核对。"
        super().__init__(text, fields={"left_on": text})


class StillInOffice(DomainError):
    code = "still_in_office"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}还在任，不用重新任职。")


class ReturnsTooEarly(DomainError):
    code = "returns_too_early"

    def __init__(self, left_on: dt.date) -> None:
        text = f"要在离任日期 {left_on:%Y-%m-%d} 或以后。"
        super().__init__(text, fields={"on": text})


class PostHeld(DomainError):
    code = "post_held"

    def __init__(self, name: str, kind: PostKind) -> None:
        super().__init__(f"{name}已任{kind.label}，无需再次登记。", fields={"kind": "已任此职"})


class PostNotHeld(DomainError):
    code = "post_not_held"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}那时没有担任这一职务，请核对日期。")


@transaction.atomic
def add_member(
    *,
    name: str,
    number: str,
    sector: Sector,
    joined_on: dt.date,
    by: audit.Actor,
    posts: Collection[str] = (PostKind.MEMBER,),
    special_committees: Collection[SpecialCommittee] = (),
    work_unit: str = "",
    unit_post: str = "",
    phone: str = "",
    district: str = "",
    left_on: dt.date | None = None,
    is_invented: bool = False,
) -> Member:
    """A new member with posts and seats from `joined_on`. Raises NumberTaken, NameMissing, LeavesBeforeJoining, OverQuota."""
    lock_roster()
    member = Member(
        name=normalised(name), number=number.strip(), sector=sector, work_unit=work_unit.strip(), unit_post=unit_post.strip(),
        phone=phone.strip(), district="".join(district.split()), joined_on=joined_on, left_on=left_on, is_invented=is_invented,
    )  # fmt: skip
    member.name_pinyin = pinyin.of(member.name)
    _check(member)
    member.save(force_insert=True)
    claim(what=What.MEMBERS, by=by)
    was = Belonging(joined_on, left_on)
    _hold(member, posts=posts, special_committees=special_committees, was=was, on=joined_on)
    audit.record(by=by, action="members.add_member", subject=member, new=_picture(member, posts, special_committees))
    return member


@transaction.atomic
def update_member(
    *,
    id: UUID,
    name: str,
    number: str,
    sector: Sector,
    joined_on: dt.date,
    left_on: dt.date | None,
    posts: Collection[str],
    special_committees: Collection[SpecialCommittee],
    effective_on: dt.date,
    by: audit.Actor,
    work_unit: str = "",
    unit_post: str = "",
    phone: str = "",
    district: str = "",
    why: str = "",
) -> Member:
    """Bring a member to these values; posts and seats end or begin on `effective_on`. Raises NotFound, Nameless and what adding raises."""
    lock_roster()
    member = queries.member_by_id(id)
    refuse_nameless(member)
    was = Belonging(member.joined_on, member.left_on)
    old = _picture(
        member,
        [row.kind for row in standing(_posts(member), was)],
        [row.special_committee for row in standing(_seats(member).select_related("special_committee"), was)],
    )
    moved = member.sector_id != sector.pk
    given = {
        "name": normalised(name),
        "number": number.strip(),
        "work_unit": work_unit.strip(),
        "unit_post": unit_post.strip(),
    }
    for field, value in {
        **given,
        "phone": phone.strip(),
        "district": "".join(district.split()),
        "joined_on": joined_on,
        "left_on": left_on,
        "sector": sector,
    }.items():
        setattr(member, field, value)
    member.name_pinyin = pinyin.of(member.name)
    _check(member)
    member.save()
    _hold(member, posts=posts, special_committees=special_committees, was=was, on=effective_on)
    end_convening(members=[member.pk] if moved else [], on=effective_on)
    if left_on and left_on != was.left_on:
        end_all({member.pk}, left_on)
    new = _picture(member, posts, special_committees)
    changed = {key for key in new if new[key] != old[key]}
    if changed:
        audit.record(
            by=by, action="members.update_member", subject=member,
            old={key: old[key] for key in changed},
            new={key: new[key] for key in changed} | ({"effective_on": effective_on} if changed & _DATED else {}), why=why,
        )  # fmt: skip
    return member


@transaction.atomic
def end_membership(*, id: UUID, on: dt.date, by: audit.Actor, why: str = "") -> Member:
    """From `on` no longer a member: posts, seats, convening, groups, pairings and links end with it. Raises NotFound, LeavesBeforeJoining."""
    lock_roster()
    member = queries.member_by_id(id)
    old = member.left_on
    member.left_on = on
    _check(member)
    member.save(update_fields=["left_on"])
    for rows in (_posts(member), _seats(member)):
        rows.filter(since__gte=on).delete()
        rows.filter(until=None).update(until=on)
    ended = sum(end_all({member.pk}, on).values())
    told = {"left_on": on, "ended": ended}
    audit.record(by=by, action="members.end_membership", subject=member, old={"left_on": old}, new=told, why=why)
    return member


@transaction.atomic
def change_member(
    *,
    id: UUID,
    sector: Sector,
    posts: Collection[str],
    special_committees: Collection[SpecialCommittee],
    effective_on: dt.date,
    by: audit.Actor,
    why: str = "",
) -> Member:
    """A change of sector, posts and seats from a day; what was held before stays in the history. Raises as update_member."""
    member = queries.member_by_id(id)
    plain = {name: getattr(member, name) for name in _PLAIN}
    return update_member(
        id=id, **plain, sector=sector, posts=posts, special_committees=special_committees, effective_on=effective_on,
        why=why, by=by,
    )  # fmt: skip


@transaction.atomic
def rejoin(*, id: UUID, on: dt.date, by: audit.Actor, why: str = "") -> Member:
    """A member who left sits again from `on`, as a plain member; the days before stay. Raises NotFound, Nameless, StillInOffice, ReturnsTooEarly."""
    lock_roster()
    member = queries.member_by_id(id)
    refuse_nameless(member)
    left = member.left_on
    if left is None:
        raise StillInOffice(member.name)
    if on < left:
        raise ReturnsTooEarly(left)
    old = {"joined_on": member.joined_on, "left_on": left}
    if on > left:
        Spell.objects.create(member=member, since=member.joined_on, until=left)
        member.joined_on = on
    member.left_on = None
    member.save(update_fields=["joined_on", "left_on"])
    Post.objects.create(member=member, kind=PostKind.MEMBER, since=on)
    audit.record(
        by=by,
        action="members.rejoin",
        subject=member,
        old=old,
        new={"joined_on": member.joined_on, "left_on": None},
        why=why,
    )
    return member


@transaction.atomic
def assign_post(*, id: UUID, kind: str, since: dt.date, by: audit.Actor, until: dt.date | None = None) -> Post:
    """A further post beside those held (副主席 who stays 常委). Raises NotFound, PostHeld."""
    lock_roster()
    member = queries.member_by_id(id)
    post_kind = PostKind(kind)
    if _posts(member).filter(queries.on_day(since), kind=post_kind).exists():
        raise PostHeld(member.name, post_kind)
    post = Post.objects.create(member=member, kind=post_kind, since=since, until=until)
    audit.record(
        by=by, action="members.assign_post", subject=member, new={"kind": kind, "since": since, "until": until}
    )
    return post


@transaction.atomic
def end_post(*, id: UUID, kind: str, on: dt.date, by: audit.Actor) -> None:
    """The post ends on that day. Raises NotFound, PostNotHeld."""
    member = queries.member_by_id(id)
    if not _posts(member).filter(kind=kind, since__lt=on, until=None).update(until=on):
        raise PostNotHeld(member.name)
    audit.record(by=by, action="members.end_post", subject=member, new={"kind": kind, "until": on})


def _posts(member: Member) -> models.QuerySet[Post]:
    """Of the committee, not of its units; likewise the next."""
    return Post.of_committee.filter(member=member)


def _seats(member: Member) -> models.QuerySet[Any]:
    return Seat.in_committees.filter(member=member)


def end_convening(*, members: Collection[UUID], on: dt.date | None) -> None:
    """A convener who leaves the sector or the committee convenes no longer."""
    if members and on:
        Convener.objects.filter(member__in=members, until=None).update(until=on)


def _check(member: Member) -> None:
    if not member.name:
        raise NameMissing
    if not member.number:
        raise NumberMissing
    if member.left_on and member.left_on <= member.joined_on:
        raise LeavesBeforeJoining(member.joined_on)
    holder = Member.objects.filter(number=member.number).exclude(pk=member.pk).first()
    if holder:
        raise NumberTaken(member.number, holder.name)


def _hold(
    member: Member,
    *,
    posts: Collection[str],
    special_committees: Collection[SpecialCommittee],
    was: Belonging,
    on: dt.date,
) -> None:
    offices: Rearrangement[Post] = Rearrangement()
    rearrange(
        offices, rows=list(_posts(member)), key=lambda row: row.kind, wanted=list(dict.fromkeys(map(str, posts))),
        make=lambda kind, since: Post(member=member, kind=kind, since=since), member=member, was=was, on=on,
    )  # fmt: skip
    offices.write(Post)
    seats: Rearrangement[Seat] = Rearrangement()
    rearrange(
        seats, rows=list(_seats(member)), key=lambda row: row.special_committee_id,
        wanted=list(dict.fromkeys(one.pk for one in special_committees)),
        make=lambda id, since: Seat(member=member, special_committee_id=id, since=since), member=member, was=was, on=on,
    )  # fmt: skip
    seats.write(Seat)


def _picture(
    member: Member, posts: Collection[str], special_committees: Collection[SpecialCommittee]
) -> Mapping[str, Any]:
    return {
        **{name: getattr(member, name) for name in _PLAIN},
        "sector": member.sector.name,
        "posts": sorted(map(str, posts)),
        "special_committees": sorted(one.name for one in special_committees),
    }
