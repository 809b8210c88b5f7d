"""Reading activities: what was organised, who took part, which kinds there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.access import may
from accounts.permissions import Permission
from core.errors import NotFound
from policy_engine.vocabulary import shared_words, words_with
from tenants.activities.models import AWAY, Activity, Participation
from tenants.liaison.queries import in_order, seen_by
from tenants.members.queries import member_of, reach_of
from tenants.policy.queries import NoPolicy, policy_on

WITHDRAWN, PLANNED = "withdrawn", "planned"  # states of the filter only
ACTIVITY = "activity"  # the group of the vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilters:
    q: str = ""
    kind: str = ""
    sector: UUID | None = None
    special_committee: UUID | None = None
    member: UUID | None = None
    state: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = ""


EVERYTHING = ActivityFilters()
SORTS = {"title": "title", "day": "held_on", "kind": "kind", "place": "place", "number": "number", "state": "state"}


def is_kind(word: str, day: date) -> bool:
    """Whether the word is a kind of activity on that day; asks the policy only for words of its own."""
    return shared_words()["kinds"].get(word, {}).get("group") == ACTIVITY or word in kind_titles(day)


def kind_titles(day: date) -> dict[str, str]:
    """Kinds of activity with their Chinese names: the shared ones, then the local ones of the policy of that day."""
    shared = {word: entry["title"] for word, entry in shared_words()["kinds"].items() if entry["group"] == ACTIVITY}
    try:
        local = policy_on(day).header.get("local")
    except NoPolicy:
        return shared
    return shared | _local(words_with(local)["kinds"], set(shared)) if local else shared


def _local(kinds: Any, known: set[str]) -> dict[str, str]:
    """Local kinds that build on an activity, directly or by way of each other."""
    found: dict[str, str] = {}
    while fresh := {
        word: str(entry.get("title", word))
        for word, entry in kinds.items()
        if word not in known and (entry.get("is_a") in known or entry.get("group") == ACTIVITY)
    }:
        found |= fresh
        known |= set(fresh)
    return found


def visible_activities(user: Any) -> QuerySet[Activity]:
    """Activities are no secret within the committee; a member's own claims are, until somebody confirms them.

    A reader whose reach is narrow sees besides what members within it organised or joined.
    """
    found = Activity.objects.select_related("organiser_sector", "organiser_special_committee", "organiser_member")
    reach = reach_of(user, Permission.RECORDS_READ)
    if reach.is_everybody:
        return found
    own = Q(entered_by=user.pk)
    member = member_of(user) if may(user, Permission.RECORDS_OWN) else None
    if member is not None:
        own |= Q(pk__in=Participation.objects.filter(member=member).values("activity_id"))
    if may(user, Permission.RECORDS_READ):
        own |= Q(pk__in=Participation.objects.filter(reach.q("member")).values("activity_id"))
        own |= reach.q("organiser_member")
    if member is not None or may(user, Permission.RECORDS_READ):
        own |= Q(state="confirmed") & ~Q(organiser_type="member")
    return found.filter(own)


def activities(user: Any, filters: ActivityFilters = EVERYTHING) -> QuerySet[Activity]:
    """What `user` may see and asks for, the newest first, each with `number`: who took part and was not returned."""
    found = visible_activities(user).filter(withdrawn_at__isnull=filters.state != WITHDRAWN)
    if filters.state == PLANNED:
        found = found.filter(is_planned=True)
    elif filters.state and filters.state != WITHDRAWN:
        found = found.filter(state=filters.state, is_planned=False)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.sector:
        found = found.filter(organiser_sector_id=filters.sector)
    if filters.special_committee:
        found = found.filter(organiser_special_committee_id=filters.special_committee)
    if filters.member:
        reach = reach_of(user, Permission.RECORDS_READ).q("member", or_=Q(member__user_id=user.pk))
        there = Participation.objects.filter(reach, member_id=filters.member)
        found = found.filter(pk__in=there.values("activity_id"))
    if filters.since:
        found = found.filter(held_on__gte=filters.since)
    if filters.until:
        found = found.filter(held_on__lte=filters.until)
    if text := " ".join(filters.q.split()):
        found = found.filter(Q(title__icontains=text) | Q(place__icontains=text))
    present = Q(participations__withdrawn_at=None) & ~Q(participations__state="rejected")
    present &= ~Q(participations__role__in=AWAY)
    counted = found.annotate(number=Count("participations", filter=present)).order_by("-held_on", "-id")
    return in_order(counted, filters.sort, SORTS)


def activity_by_id(user: Any, id: UUID) -> Activity:
    """Raises NotFound, also for one outside what the user may see."""
    found = visible_activities(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def as_entered(activity: Activity) -> dict[str, Any]:
    """What the form of the activity shows to begin with."""
    plain = (
        "title",
        "kind",
        "held_on",
        "until",
        "place",
        "place_level",
        "venue_name",
        "destination",
        "beneficiary",
        "result",
    )
    id = activity.organiser_special_committee_id or activity.organiser_sector_id
    organiser = f"{activity.organiser_type}:{id}" if id else activity.organiser_type
    return {name: getattr(activity, name) for name in plain} | {"organiser": organiser}


def organiser_of(activity: Activity, seen: Collection[UUID]) -> str:
    """The organiser's name; a member not among those `seen` is just a member."""
    if activity.organiser_member_id and activity.organiser_member_id not in seen:
        return activity.get_organiser_type_display()
    named = activity.organiser_sector or activity.organiser_special_committee or activity.organiser_member
    return str(named) if named is not None else activity.get_organiser_type_display()


def present_at(activity: Activity) -> QuerySet[Participation]:
    found = Participation.objects.filter(activity=activity, withdrawn_at=None).select_related("member__sector")
    return found.order_by("member__sector__order", "member__name_pinyin")


def sheet_rows(found: QuerySet[Activity], user: Any, titles: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """Lines of the exported file."""
    rows = list(found)
    seen = seen_by(user, {one.organiser_member_id for one in rows if one.organiser_member_id})
    for one in rows:
        state = "已撤回" if one.is_withdrawn else "未举办" if one.is_planned else one.get_state_display()
        yield (
            one.held_on, one.title, titles.get(one.kind, one.kind), organiser_of(one, seen), one.place, getattr(one, "number", 0),
            one.beneficiary, one.result, state,
        )  # fmt: skip
