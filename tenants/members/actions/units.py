"""Offices, leading groups and the groups of streets and townships: who leads them on either side, who belongs to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from core import audit
from core.errors import DomainError, NotFound
from tenants.members import queries
from tenants.members.actions.groups import NameTaken
from tenants.members.models import Member, Post, Seat, Side, Unit, UnitKind, UnitRole


class EndsTooEarly(DomainError):
    code = "ends_too_early"

    def __init__(self, since: dt.date, field: str = "on") -> None:
        text = f"不能早于开始的那天 {since:%Y-%m-%d}。"
        super().__init__(text, fields={field: text})


class HolderMissing(DomainError):
    code = "holder_missing"

    def __init__(self) -> None:
        text = "请选一位委员，或填写不是委员的任职者姓名，二者填一个。"
        super().__init__(text, fields={"holder": text})


class NotServing(DomainError):
    code = "not_serving"

    def __init__(self, name: str, day: dt.date) -> None:
        text = f"{name} {day:%Y-%m-%d} 不在任，请核对人选或日期。"
        super().__init__(text, fields={"member": text})


class InAnotherGroup(DomainError):
    code = "in_another_group"

    def __init__(self, name: str, groups: Sequence[str], most: int) -> None:
        text = f"{name}已在{'、'.join(groups)}，按本会办法原则上一人最多参加 {most} 个。确需再加的，请写明理由。"
        super().__init__(text, fields={"exception_reason": text})


class AlreadyInGroup(DomainError):
    code = "already_in_group"

    def __init__(self, name: str, group: str) -> None:
        text = f"{name}已在{group}，不用再加。"
        super().__init__(text, fields={"members": text})


@transaction.atomic
def add_unit(
    *,
    kind: str,
    name: str,
    since: dt.date,
    by: audit.Actor,
    body: str = "",
    aliases: Sequence[str] = (),
    place: str = "",
    note: str = "",
) -> Unit:
    """An office, a leading group, a working team or a group of a street. Raises NameTaken."""
    unit = Unit(kind=UnitKind(kind), since=since)
    _name(unit, name=name, body=body, aliases=aliases, place=place, note=note)
    unit.order = Unit.objects.filter(kind=kind).count()
    unit.save(force_insert=True)
    new = {"kind": kind, "name": unit.name, "aliases": unit.aliases, "place": unit.place, "since": since}
    audit.record(by=by, action="members.add_unit", subject=unit, new=new)
    return unit


@transaction.atomic
def update_unit(
    *,
    id: UUID,
    name: str,
    by: audit.Actor,
    body: str = "",
    aliases: Sequence[str] = (),
    place: str = "",
    note: str = "",
    until: dt.date | None = None,
) -> Unit:
    """Bring it to these values; with `until` it is no more from that day. Raises NotFound, NameTaken, EndsTooEarly."""
    unit = _unit(id)
    keys = ("name", "body", "aliases", "place", "note", "until")
    old = {key: getattr(unit, key) for key in keys}
    if until and until < unit.since:
        raise EndsTooEarly(unit.since, "until")
    unit.until = until
    _name(unit, name=name, body=body, aliases=aliases, place=place, note=note)
    unit.save()
    if until:
        for rows in (unit.posts, unit.seats):
            rows.filter(since__gte=until).delete()
            rows.filter(until=None).update(until=until)
    new = {key: getattr(unit, key) for key in keys}
    changed = [key for key in keys if old[key] != new[key]]
    if changed:
        audit.record(
            by=by, action="members.update_unit", subject=unit,
            old={key: old[key] for key in changed}, new={key: new[key] for key in changed},
        )  # fmt: skip
    return unit


def _name(unit: Unit, *, name: str, body: str, aliases: Sequence[str], place: str, note: str) -> None:
    unit.name, unit.body, unit.place, unit.note = " ".join(name.split()), body, place.strip(), note.strip()
    unit.aliases = list(dict.fromkeys(one.strip() for one in aliases if one.strip() and one.strip() != unit.name))
    if Unit.objects.filter(name=unit.name).exclude(pk=unit.pk).exists():
        raise NameTaken(unit.name)


def _unit(id: UUID) -> Unit:
    found = Unit.objects.select_for_update().filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def appoint(
    *,
    unit: UUID,
    role: str,
    since: dt.date,
    by: audit.Actor,
    side: str = Side.CPPCC,
    member: UUID | None = None,
    holder: str = "",
    holder_post: str = "",
) -> Post:
    """From `since` this one holds the post; where only one can hold it, whoever did before ends on that day.

    A member of the committee, or somebody else by name. Raises NotFound, HolderMissing, NotServing, EndsTooEarly.
    """
    found = _unit(unit)
    person = queries.member_by_id(member) if member else None
    holder = " ".join(holder.split())
    if bool(person) == bool(holder):
        raise HolderMissing
    if person and not queries.serving(since).filter(pk=person.pk).exists():
        raise NotServing(person.name, since)
    if since < found.since:
        raise EndsTooEarly(found.since, "since")
    side = side if found.kind == UnitKind.AREA_GROUP else Side.CPPCC
    before = found.posts.filter(side=side, role=role, until=None)
    if not queries.holds_several(found.kind, role):
        for one in before:
            _end(one, since)
    elif person and (standing := before.filter(member=person).first()):
        return standing
    post = Post(
        unit=found,
        side=Side(side),
        role=UnitRole(role),
        member=person,
        holder=holder,
        holder_post=holder_post.strip(),
        since=since,
    )
    post.save(force_insert=True)
    audit.record(
        by=by, action="members.appoint", subject=post,
        new={"unit": found.pk, "side": side, "role": role, "member": member, "holder": holder, "since": since},
    )  # fmt: skip
    return post


@transaction.atomic
def end_appointment(*, id: UUID, on: dt.date, by: audit.Actor) -> Unit:
    """The post is held no more from that day. Raises NotFound, EndsTooEarly."""
    post = Post.of_units.select_related("unit").filter(pk=id, until=None).first()
    if post is None:
        raise NotFound
    if on < post.since:
        raise EndsTooEarly(post.since)
    audit.record(by=by, action="members.end_appointment", subject=post, old={"until": None}, new={"until": on})
    _end(post, on)
    return post.unit


def _end(post: Post, on: dt.date) -> None:
    """A post that would end before it began never was."""
    if post.since >= on:
        post.delete()
    else:
        post.until = on
        post.save(update_fields=["until"])


@transaction.atomic
def join_unit(
    *, unit: UUID, members: Sequence[UUID], since: dt.date, by: audit.Actor, exception_reason: str = ""
) -> list[Seat]:
    """Members of a group from that day on. All or none. Raises NotFound, NotServing, AlreadyInGroup, InAnotherGroup.

    How many groups one may be in is the policy's word (`max_groups_per_member`); beyond it a reason is kept (DC20-A2-3-2).
    """
    found = _unit(unit)
    wanted = list(dict.fromkeys(members))
    people = {one.pk: one for one in Member.objects.filter(pk__in=wanted)}
    if len(people) < len(wanted) or found.kind != UnitKind.AREA_GROUP:
        raise NotFound
    serving = set(queries.serving(since).filter(pk__in=wanted).values_list("pk", flat=True))
    most = queries.most_groups(since)
    elsewhere = queries.groups_of(wanted, since)
    made = []
    for id in wanted:
        if id not in serving:
            raise NotServing(people[id].name, since)
        others = elsewhere.get(id, [])
        if found.name in others:
            raise AlreadyInGroup(people[id].name, found.name)
        if most is not None and len(others) >= most and not exception_reason.strip():
            raise InAnotherGroup(people[id].name, others, most)
        reason = exception_reason.strip() if most is not None and len(others) >= most else ""
        made.append(Seat(unit=found, member=people[id], since=since, exception_reason=reason))
    Seat.objects.bulk_create(made)
    told = {one.member_id: audit.Told(one.member.name, new={"unit": found.name, "since": since}) for one in made}
    audit.record(
        by=by, action="members.join_unit", subject=found, new={"persons": len(made), "since": since}, people=told,
        why=exception_reason.strip(),
    )  # fmt: skip
    return made


@transaction.atomic
def leave_unit(*, id: UUID, on: dt.date, by: audit.Actor) -> Unit:
    """No longer of the group from that day. Raises NotFound, EndsTooEarly."""
    row = Seat.in_groups.select_related("unit", "member").filter(pk=id, until=None).first()
    if row is None:
        raise NotFound
    if on < row.since:
        raise EndsTooEarly(row.since)
    audit.record(by=by, action="members.leave_unit", subject=row.member, old={"unit": row.unit.name}, new={"until": on})
    row.until = on
    row.save(update_fields=["until"])
    return row.unit
