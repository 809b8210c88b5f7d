"""The only writers of activities and participations (GZ20-3.1-3, GZ20-3.2-1, YY21-17-1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from accounts.permissions import Permission
from billing_free.actions import claim
from billing_free.quotas import What
from core import audit
from core.errors import DomainError, NotFound
from tenants.activities.models import Activity, Destination, OrganiserType, Participation, Role
from tenants.activities.queries import is_kind, kind_titles
from tenants.liaison.actions import decisions, once, refuse_unknown
from tenants.liaison.actions.files import follow_owner
from tenants.liaison.models import PlaceLevel, State
from tenants.liaison.queries import (
    NotYourRecord,
    active_members,
    born_as,
    enterable,
    enters_for_others,
    refuse_strangers,
)
from tenants.liaison.queries.claims import Source, Waiting
from tenants.members.models import Member, Sector, SpecialCommittee
from tenants.members.queries import reach_of


class ActivityInFuture(DomainError):
    code = "activity_in_future"

    def __init__(self, day: date) -> None:
        text = f"{day:%Y-%m-%d} 还没有到，活动办过以后再登记。"
        super().__init__(text, fields={"held_on": text})


class ActivityEndsBeforeBeginning(DomainError):
    code = "activity_ends_before_beginning"

    def __init__(self) -> None:
        super().__init__("结束日期不能早于开始日期，请核对。", fields={"until": "不能早于开始日期"})


class TitleMissing(DomainError):
    code = "title_missing"

    def __init__(self) -> None:
        super().__init__("请填写活动名称。", fields={"title": "请填写活动名称"})


class UnknownKind(DomainError):
    code = "unknown_kind"

    def __init__(self, kind: str) -> None:
        super().__init__(f"没有“{kind}”这种活动，请从列表里选。", fields={"kind": "请从列表里选"})


class OrganiserMissing(DomainError):
    code = "organiser_missing"

    def __init__(self, organiser: OrganiserType) -> None:
        text = f"请选是哪个{organiser.label}组织的；其他组织方不要选。"
        super().__init__(text, fields={"organiser_type": text})


class NotHeldYet(DomainError):
    code = "not_held_yet"

    def __init__(self, activity: Activity) -> None:
        super().__init__(f"这次活动还没有办（{activity.held_on:%Y-%m-%d}），先报名；办过以后由组织方登记到会情况。")


class AlreadyTakesPart(DomainError):
    code = "already_takes_part"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}已经在参加人员里，不用再加。", fields={"member": f"{name}已经在参加人员里"})


@transaction.atomic
def register_activity(
    *,
    title: str,
    kind: str,
    organiser_type: str,
    held_on: date,
    today: date,
    by: audit.Actor,
    organiser: UUID | None = None,
    until: date | None = None,
    place: str = "",
    place_level: str = "",
    venue_name: str = "",
    destination: str = "",
    beneficiary: str = "",
    result: str = "",
    participants: Mapping[UUID, str] | Collection[UUID] = (),
    id: UUID | None = None,
) -> Activity:
    """Record an activity and who took part, as member ids or as member id → role (participant, host, lead).

    `organiser` is the id of the sector, special committee or member of `organiser_type`; None for committee and other.
    Who enters for themselves only enters what they took part in and names nobody else: without participants it is their own
    part, and what a member organised is theirs. `id`: as in `register_contact`. Born claimed or confirmed as the policy of that day says.
    Raises TitleMissing, UnknownKind, UnknownWord, ActivityInFuture, ActivityEndsBeforeBeginning, OrganiserMissing, NotFound,
    UnknownMember, MemberNotActive, NotYourRecord, OverQuota.
    """
    if held_on > today:
        raise ActivityInFuture(held_on)
    roles = roles_of(participants)
    if not enters_for_others(by):
        roles, organiser = _own_part(by, roles, organiser_type == OrganiserType.MEMBER, organiser)
    columns = columns_of(
        title=title, kind=kind, organiser_type=organiser_type, organiser=organiser, held_on=held_on, until=until, place=place,
        place_level=place_level, venue_name=venue_name, destination=destination, beneficiary=beneficiary, result=result,
    )  # fmt: skip
    own = {organiser} if organiser is not None and organiser_type == OrganiserType.MEMBER else set()
    known = active_members({*roles, *own}, held_on, by=by) if roles or own else {}
    if twin := once.pressed_before(Activity, id, by=by):
        return twin
    activity = Activity(**columns, state=born_as(by=by, day=held_on), entered_by=by.actor_id)
    if twin := once.insert(activity, id=id, by=by):
        return twin
    claim(what=What.RECORDS, by=by)
    Participation.objects.bulk_create(
        [
            Participation(activity=activity, member=known[id], role=role, state=activity.state, entered_by=by.actor_id)
            for id, role in roles.items()
        ]
    )
    new = {"kind": kind, "held_on": held_on, "organiser": [organiser_type, organiser], "state": activity.state}
    audit.record(
        by=by, action="activities.register_activity", subject=activity, new=new | {"participants": list(roles)}
    )
    return activity


def _own_part(
    by: audit.Actor, roles: Mapping[UUID, str], is_of_member: bool, organiser: UUID | None
) -> tuple[dict[UUID, str], UUID | None]:
    """What somebody who enters for themselves says of members: their own part, and what they organised. Raises NotYourRecord."""
    member = Member.objects.filter(user_id=by.actor_id).first() if by.actor_id else None
    if member is None or set(roles) - {member.pk} or (is_of_member and organiser not in (None, member.pk)):
        raise NotYourRecord
    return {member.pk: Role.PARTICIPANT.value}, member.pk if is_of_member else organiser


@transaction.atomic
def change_activity(
    *,
    id: UUID,
    reason: str,
    title: str,
    kind: str,
    organiser_type: str,
    held_on: date,
    today: date,
    by: audit.Actor,
    at: datetime,
    organiser: UUID | None = None,
    until: date | None = None,
    place: str = "",
    place_level: str = "",
    venue_name: str = "",
    destination: str = "",
    beneficiary: str = "",
    result: str = "",
) -> bool:
    """Set right what an activity says, for everybody who took part; False where nothing is different.

    Raises as `register_activity`, and NotFound, ReasonMissing, NotYoursToWithdraw, AlreadyWithdrawn, PeriodSigned.
    """
    record = decisions.changeable(Activity, id=id, reason=reason, by=by, within=correctable(by))
    owner = record.organiser_member_id
    if held_on > today and not record.is_planned:
        raise ActivityInFuture(held_on)
    columns = columns_of(
        title=title, kind=kind, organiser_type=organiser_type, organiser=organiser, held_on=held_on, until=until, place=place,
        place_level=place_level, venue_name=venue_name, destination=destination, beneficiary=beneficiary, result=result,
    )  # fmt: skip
    there = record.participations.filter(withdrawn_at=None, member__in=Member.objects.filter(enterable(by)))
    own = {organiser} if organiser is not None and organiser_type == OrganiserType.MEMBER else set()
    named = {*there.values_list("member_id", flat=True), *own}
    known = active_members(named, held_on, by=by) if named else {}
    refuse_strangers(by=by, members={one: known[one] for one in own}) if own else None
    is_changed = decisions.change(record, columns, reason=reason, by=by, at=at, action="activities.change_activity")
    if record.organiser_member_id != owner:
        follow_owner(record, by=by)
    return is_changed


def columns_of(
    *,
    title: str,
    kind: str,
    organiser_type: str,
    organiser: UUID | None,
    held_on: date,
    until: date | None,
    place: str,
    place_level: str,
    venue_name: str,
    destination: str,
    beneficiary: str = "",
    result: str = "",
) -> dict[str, Any]:
    """What an activity says, by attribute name; members named in it are the caller's to check."""
    _refuse_words(title, kind, organiser_type, place_level, destination, held_on)
    if until is not None and until < held_on:
        raise ActivityEndsBeforeBeginning
    nobody = {f"organiser_{kind}_id": None for kind in ("sector", "special_committee", "member")}
    return nobody | _organiser(OrganiserType(organiser_type), organiser) | {
        "title": title.strip(), "kind": kind, "organiser_type": organiser_type, "held_on": held_on, "until": until,
        "place": place.strip(), "place_level": place_level, "venue_name": venue_name.strip(), "destination": destination,
        "beneficiary": beneficiary.strip(), "result": result.strip(),
    }  # fmt: skip


def _refuse_words(
    title: str, kind: str, organiser_type: str, place_level: str, destination: str, held_on: date
) -> None:
    if not title.strip():
        raise TitleMissing
    if not is_kind(kind, held_on):
        raise UnknownKind(kind)
    refuse_unknown("organiser_type", organiser_type, OrganiserType)
    refuse_unknown("place_level", place_level, PlaceLevel, blank=True)
    refuse_unknown("destination", destination, Destination, blank=True)


def roles_of(participants: Mapping[UUID, str] | Collection[UUID]) -> dict[UUID, str]:
    roles = dict(participants) if isinstance(participants, Mapping) else dict.fromkeys(participants, Role.PARTICIPANT)
    for role in roles.values():
        refuse_unknown("role", role, Role)
    return roles


def _organiser(kind: OrganiserType, id: UUID | None) -> dict[str, UUID]:
    """The one foreign key to fill. A sector or special committee that is not ours is NotFound; members are checked by the caller."""
    if (id is None) != (kind in (OrganiserType.COMMITTEE, OrganiserType.OTHER)):
        raise OrganiserMissing(kind)
    if id is None:
        return {}
    if kind != OrganiserType.MEMBER:
        model: type[models.Model] = Sector if kind == OrganiserType.SECTOR else SpecialCommittee
        if not model._default_manager.filter(pk=id).exists():
            raise NotFound
    return {f"organiser_{kind.value}_id": id}


@transaction.atomic
def record_participation(
    *, activity: UUID, members: Collection[UUID], by: audit.Actor, role: str = Role.PARTICIPANT
) -> list[Participation]:
    """Add members to an activity that was held. One returned before may be entered again.

    Raises NotFound, AlreadyWithdrawn, UnknownWord, UnknownMember, MemberNotActive, NotYourRecord, AlreadyTakesPart.
    """
    refuse_unknown("role", role, Role)
    (held,) = decisions.locked(Activity, [activity], models.Q())
    if held.is_withdrawn:
        raise decisions.AlreadyWithdrawn
    if held.is_planned:
        raise NotHeldYet(held)
    known = active_members(members, held.held_on, by=by)
    if not enters_for_others(by):
        for member in known.values():  # oneself only: nobody signs others in
            refuse_strangers(by=by, members={member.pk: member})
    here = Participation.objects.filter(activity=held, withdrawn_at=None, member__in=known).select_related("member")
    for one in here:
        if one.state != State.REJECTED:
            raise AlreadyTakesPart(one.member.name)
    replaced = list(here.values_list("pk", flat=True))
    here.delete()  # returned ones; the trail keeps what was decided on them
    state = born_as(by=by, day=held.held_on)
    made = [
        Participation(activity=held, member=known[id], role=role, state=state, entered_by=by.actor_id)
        for id in dict.fromkeys(members)
    ]
    Participation.objects.bulk_create(made)
    new = {"participants": list(known), "role": role, "state": state, "replaced": replaced}
    audit.record(by=by, action="activities.record_participation", subject=held, new=new)
    return made


@transaction.atomic
def confirm_participations(*, ids: Collection[UUID], by: audit.Actor, at: datetime) -> list[Participation]:
    """Confirm that they took part; an activity a member entered stands confirmed with the first of them. All or none.

    Raises NotFound, AlreadyDecided, AlreadyWithdrawn.
    """
    fresh = decisions.confirm(
        Participation, ids=ids, by=by, at=at, action="activities.confirm_participation", within=_decidable(by)
    )
    claimed = Activity.objects.filter(participations__in=fresh, state=State.CLAIMED, withdrawn_at=None).distinct()
    held = list(claimed.values_list("pk", flat=True)) if fresh else []
    if held:
        decisions.confirm(Activity, ids=held, by=by, at=at, action="activities.confirm_activity", within=models.Q())
    return fresh


@transaction.atomic
def reopen_participations(*, ids: Collection[UUID], by: audit.Actor, at: datetime) -> list[Participation]:
    """Undo one's own confirming of the last half hour, and that of an activity which stood confirmed with it. Raises NotFound."""
    moments = dict(Participation.objects.filter(pk__in=ids).values_list("activity_id", "decided_at"))
    fresh = decisions.reopen(
        Participation, ids=ids, by=by, at=at, action="activities.reopen_participation", within=_decidable(by)
    )
    held = Activity.objects.filter(pk__in=[one.activity_id for one in fresh], decided_by=by.actor_id)
    with_it = [one.pk for one in held if one.decided_at == moments.get(one.pk)]
    if with_it:
        decisions.reopen(Activity, ids=with_it, by=by, at=at, action="activities.reopen_activity", within=models.Q())
    return fresh


def confirm_participation(*, id: UUID, by: audit.Actor, at: datetime) -> None:
    """Raises as confirm_participations."""
    confirm_participations(ids=[id], by=by, at=at)


def reject_participation(*, id: UUID, reason: str, by: audit.Actor, at: datetime) -> Participation:
    """Raises NotFound, ReasonMissing, AlreadyDecided, AlreadyWithdrawn."""
    return decisions.reject(
        Participation,
        id=id,
        reason=reason,
        by=by,
        at=at,
        action="activities.reject_participation",
        within=_decidable(by),
    )


def withdraw_activity(*, id: UUID, reason: str, by: audit.Actor, at: datetime) -> Activity:
    """Take an activity back with everybody's part in it. Raises NotFound, ReasonMissing, NotYoursToWithdraw, PeriodSigned."""
    return decisions.withdraw(
        Activity, id=id, reason=reason, by=by, at=at, action="activities.withdraw_activity", within=correctable(by)
    )


def may_change(activity: Activity, *, by: audit.Actor) -> bool:
    """Whether `by` may correct or take it back, its day apart: the office all, a narrow reach only its own entries."""
    within = not enters_for_others(by) or reach_of(by, Permission.RECORDS_WRITE).is_everybody
    reached = within or activity.entered_by == by.actor_id
    return reached and not activity.is_withdrawn and decisions.is_own(activity, by=by)


def correctable(by: audit.Actor) -> models.Q:
    if enters_for_others(by) and not reach_of(by, Permission.RECORDS_WRITE).is_everybody:
        return models.Q(entered_by=by.actor_id)  # others' members took part in the rest
    return models.Q()


def _decidable(by: audit.Actor) -> models.Q:
    """A filter on participations: whose members are within the reach of who decides."""
    return reach_of(by, Permission.RECORDS_CONFIRM).q("member")


def _claimed(user: audit.Actor) -> models.QuerySet[Participation]:
    return Participation.objects.filter(
        _decidable(user), state=State.CLAIMED, withdrawn_at=None, activity__withdrawn_at=None
    )


def _waiting(user: audit.Actor, limit: int | None) -> Sequence[Waiting]:
    oldest = _claimed(user).order_by("activity__held_on", "pk")[:limit]
    found = list(oldest.select_related("activity", "member__sector"))
    titles = kind_titles(max((one.activity.held_on for one in found), default=date.min))
    return [
        Waiting(
            source="participations",
            id=one.pk,
            who=one.member.name,
            sector=one.member.sector.name,
            what=titles.get(one.activity.kind, one.activity.kind),
            detail="，".join(part for part in (one.activity.title, one.activity.place) if part),
            held_on=one.activity.held_on,
            url=f"/activities/{one.activity_id}/",
        )
        for one in found
    ]


CLAIMS = Source(
    name="participations",
    label="参加活动",
    waiting=_waiting,
    count=lambda user: _claimed(user).count(),
    exists=lambda id, user: Participation.objects.filter(_decidable(user), pk=id).exists(),
    confirm=confirm_participations,
    reopen=reopen_participations,
    reject=reject_participation,
)
