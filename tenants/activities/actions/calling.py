"""Calling members to an activity, their answers, who came, guests of other levels (GZ20-3.2-3, OR21-2.1-6, YY21-17-1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import models, transaction

from accounts.permissions import Permission
from billing_free.actions import claim
from billing_free.quotas import What
from core import audit, notices
from core.errors import DomainError, NotFound
from tenants.activities.actions.held import NotHeldYet, columns_of, correctable
from tenants.activities.models import (
    Activity,
    Answer,
    Guest,
    GuestLevel,
    Invitation,
    OrganiserType,
    Participation,
    Role,
)
from tenants.activities.queries import guest_levels_on
from tenants.liaison.actions import decisions, once, refuse_unknown
from tenants.liaison.models import State
from tenants.liaison.queries import active_members, enters_for_others, settled_for
from tenants.members.models import Member
from tenants.members.queries import reach_of

__all__ = [
    "AlreadyHeld", "GuestLevelNotAllowed", "GuestNameMissing", "NobodyCalled", "NotHeldYet", "add_guest", "answer_invitation",
    "call_activity", "invite", "remove_guest", "take_attendance", "withdraw_participation",
]  # fmt: skip


class AlreadyHeld(DomainError):
    code = "already_held"

    def __init__(self, activity: Activity) -> None:
        super().__init__(f"{activity.held_on:%Y-%m-%d} 已经办过，不能再报名或请假。到会情况请找组织方登记。")


class NobodyCalled(DomainError):
    code = "nobody_called"

    def __init__(self) -> None:
        super().__init__("没有选到人。请勾选委员，或选一个界别、专委会。", fields={"members": "请选择委员"})


class GuestNameMissing(DomainError):
    code = "guest_name_missing"

    def __init__(self) -> None:
        super().__init__("请填写来宾姓名。", fields={"name": "请填写来宾姓名"})


class GuestLevelNotAllowed(DomainError):
    code = "guest_level_not_allowed"

    def __init__(self, allowed: Collection[str]) -> None:
        text = f"本会办法规定可以邀请：{'、'.join(allowed)}。请从中选。"
        super().__init__(text, fields={"level": text})


@transaction.atomic
def call_activity(
    *,
    title: str,
    kind: str,
    organiser_type: str,
    held_on: date,
    by: audit.Actor,
    organiser: UUID | None = None,
    until: date | None = None,
    place: str = "",
    place_level: str = "",
    venue_name: str = "",
    destination: str = "",
    beneficiary: str = "",
    result: str = "",
    id: UUID | None = None,
) -> Activity:
    """Announce an activity that is still to be held; the rest as in `register_activity`, which says what is refused.

    It counts nowhere until attendance is taken.
    """
    columns = columns_of(
        title=title, kind=kind, organiser_type=organiser_type, organiser=organiser, held_on=held_on, until=until, place=place,
        place_level=place_level, venue_name=venue_name, destination=destination, beneficiary=beneficiary, result=result,
    )  # fmt: skip
    if twin := once.pressed_before(Activity, id, by=by):
        return twin
    if organiser_type == OrganiserType.MEMBER and organiser is not None:
        active_members([organiser], held_on, by=by)
    activity = Activity(**columns, is_planned=True, state=State.CONFIRMED, entered_by=by.actor_id)
    if twin := once.insert(activity, id=id, by=by):
        return twin
    claim(what=What.RECORDS, by=by)
    new = {
        "kind": activity.kind,
        "held_on": held_on,
        "organiser": [activity.organiser_type, organiser],
        "is_planned": True,
    }
    audit.record(by=by, action="activities.register_activity", subject=activity, new=new)
    return activity


def _held(id: UUID, *, within: models.Q) -> Activity:
    """The activity, locked. Raises NotFound, AlreadyWithdrawn."""
    (held,) = decisions.locked(Activity, [id], within)
    if held.is_withdrawn:
        raise decisions.AlreadyWithdrawn
    return held


@transaction.atomic
def invite(*, activity: UUID, members: Collection[UUID], by: audit.Actor, at: datetime) -> int:
    """Call members to a planned activity; those called before are passed over. Each finds it in their inbox.

    Returns how many were called now. Raises NotFound, AlreadyWithdrawn, AlreadyHeld, NobodyCalled, UnknownMember, MemberNotActive.
    """
    held = _held(activity, within=models.Q())
    if not held.is_planned:
        raise AlreadyHeld(held)
    if not members:
        raise NobodyCalled
    known = active_members(members, held.held_on, by=by)
    there = set(held.invitations.filter(member__in=known).values_list("member_id", flat=True))
    fresh = [one for one in known.values() if one.pk not in there]
    Invitation.objects.bulk_create([Invitation(activity=held, member=one) for one in fresh])
    if fresh:
        audit.record(by=by, action="activities.invite", subject=held, new={"invited": [one.pk for one in fresh]})
        notices.tell(
            to=[one.user_id for one in fresh], title=f"邀请您参加：{held.title}", text=f"{held.held_on:%-m月%-d日} {held.place}".strip(),
            url=f"/activities/{held.pk}/", about=held.pk, due=held.held_on, at=at, key=f"invited:{held.pk}",
        )  # fmt: skip
    return len(fresh)


@transaction.atomic
def answer_invitation(
    *, activity: UUID, answer: str, today: date, by: audit.Actor, at: datetime, reason: str = ""
) -> Invitation:
    """A member says whether they come; whoever was not called may come, too. Raises NotFound, UnknownWord, AlreadyWithdrawn, AlreadyHeld."""
    refuse_unknown("answer", answer, Answer)
    held = _held(activity, within=models.Q())
    member = Member.objects.filter(user_id=by.actor_id).first() if by.actor_id else None
    if member is None:
        raise NotFound
    if not held.is_planned or held.held_on < today:
        raise AlreadyHeld(held)
    active_members([member.pk], held.held_on, by=by)
    one, _ = Invitation.objects.get_or_create(activity=held, member=member)
    old = one.answer
    one.answer, one.reason, one.answered_at = answer, reason.strip() if answer == Answer.DECLINED else "", at
    one.save(update_fields=["answer", "reason", "answered_at"])
    audit.record(
        by=by,
        action="activities.answer_invitation",
        subject=one,
        old={"answer": old},
        new={"answer": answer},
        why=one.reason,
    )
    notices.settle(about=[held.pk], at=at, of=by.actor_id)
    return one


@transaction.atomic
def take_attendance(
    *, activity: UUID, attendance: Mapping[UUID, str], today: date, by: audit.Actor, at: datetime
) -> dict[str, int]:
    """Write down who was there: member id → role; late, on leave and absent are noted and count as no part.

    A planned activity is held by it. What members entered themselves is confirmed or set right by it. Returns how many hold
    each role. Raises NotFound, AlreadyWithdrawn, NotHeldYet (its day is to come), UnknownWord, UnknownMember, MemberNotActive,
    PeriodSigned (what was noted before stands in signed figures).
    """
    held = _held(activity, within=models.Q())
    if held.held_on > today:
        raise NotHeldYet(held)
    for role in attendance.values():
        refuse_unknown("role", role, Role)
    known = active_members(attendance, held.held_on, by=by) if attendance else {}
    there = {one.member_id: one for one in held.participations.filter(withdrawn_at=None, member__in=known)}
    changed = [one for id, one in there.items() if one.role != attendance[id] or one.state != State.CONFIRMED]
    _refuse_settled(held, [one for one in changed if one.role != attendance[one.member_id]])
    for one in changed:
        one.role, one.state, one.decided_by, one.decided_at = (
            attendance[one.member_id],
            State.CONFIRMED,
            by.actor_id,
            at,
        )
        one.rejected_reason = ""
    Participation.objects.bulk_update(changed, ["role", "state", "decided_by", "decided_at", "rejected_reason"])
    fresh = [
        Participation(activity=held, member=known[id], role=role, state=State.CONFIRMED, entered_by=by.actor_id)
        for id, role in attendance.items()
        if id not in there
    ]
    Participation.objects.bulk_create(fresh)
    was_planned = held.is_planned
    if was_planned:
        held.is_planned = False
        held.save(update_fields=["is_planned"])
        notices.settle(about=[held.pk], at=at)
    by_role: dict[str, list[UUID]] = defaultdict(list)
    for one in (*changed, *fresh):
        by_role[one.role].append(one.member_id)
    if by_role or was_planned:
        new = {"attendance": {role: sorted(ids, key=str) for role, ids in by_role.items()}, "is_planned": False}
        audit.record(by=by, action="activities.take_attendance", subject=held, old={"is_planned": was_planned}, new=new)
    return {role: sum(value == role for value in attendance.values()) for role in dict.fromkeys(attendance.values())}


def _refuse_settled(held: Activity, changed: Collection[Participation]) -> None:
    settled = settled_for(held) if changed and not held.is_planned else None
    if settled is not None:
        raise decisions.PeriodSigned(settled, "改到会情况")


@transaction.atomic
def withdraw_participation(*, id: UUID, reason: str, by: audit.Actor, at: datetime) -> Participation:
    """Take one member's part in an activity back. Raises NotFound, ReasonMissing, NotYoursToWithdraw, PeriodSigned."""
    own = models.Q(entered_by=by.actor_id)
    within = reach_of(by, Permission.RECORDS_WRITE).q("member", or_=own) if enters_for_others(by) else own
    return decisions.withdraw(
        Participation, id=id, reason=reason, by=by, at=at, action="activities.withdraw_participation", within=within
    )


@transaction.atomic
def add_guest(*, activity: UUID, name: str, level: str, by: audit.Actor, unit: str = "") -> Guest:
    """List somebody of another committee: shown with the activity, in nobody's figures here (S27).

    Raises NotFound, AlreadyWithdrawn, GuestNameMissing, UnknownWord, GuestLevelNotAllowed.
    """
    held = _held(activity, within=correctable(by))
    name = " ".join(name.split())
    if not name:
        raise GuestNameMissing
    refuse_unknown("level", level, GuestLevel)
    allowed = guest_levels_on(held.held_on)
    if level not in allowed:
        raise GuestLevelNotAllowed(list(allowed.values()))
    guest = Guest(activity=held, name=name, level=level, unit=unit.strip())
    guest.save(force_insert=True)
    audit.record(by=by, action="activities.add_guest", subject=guest, new={"level": level, "activity": held.pk})
    return guest


@transaction.atomic
def remove_guest(*, id: UUID, by: audit.Actor) -> Activity:
    """Raises NotFound."""
    guest = Guest.objects.filter(pk=id).select_related("activity").first()
    if guest is None:
        raise NotFound
    held = _held(guest.activity_id, within=correctable(by))
    audit.record(
        by=by, action="activities.remove_guest", subject=guest, old={"level": guest.level, "activity": held.pk}
    )
    guest.delete()
    return held
