"""活动 and who took part in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import may
from accounts.permissions import Permission as P
from api.base import Endpoint, Rights, filters_of
from api.fields import LONGEST_LIST, Day, Key, MemberRef, Reason, Ref, Strict, Text, Word, keys
from api.paging import listing, sorts
from api.resources.records import (
    ENTERS,
    STATES,
    OneRecord,
    Records,
    RecordsAsked,
    Resource,
    Standing,
    Taken,
    key_of,
    one,
    own_member,
    standing_of,
)
from api.told import tells
from core import clock
from tenants.activities import actions, queries
from tenants.activities.models import AWAY, Destination, OrganiserType, Participation, Role
from tenants.liaison.models import PlaceLevel, State
from tenants.liaison.queries import seen_by

SORTS = {"held_on": "held_on", "title": "title", "kind": "kind", "place": "place", "state": "state"}
PLAIN = (
    "title", "kind", "organiser_type", "held_on", "until", "place", "place_level", "venue_name", "destination", "beneficiary",
    "result",
)  # fmt: skip
LEVELS, PLACES = [*PlaceLevel.values, ""], [*Destination.values, ""]


class Part(serializers.Serializer):
    """A member's part in an activity; its id is that of the claim while it waits."""

    id = serializers.UUIDField()
    member = MemberRef()
    role = serializers.ChoiceField(Role.choices)
    state = serializers.ChoiceField(State.choices)


class Activity(Standing):
    """One activity. Who took part is named as far as the reader may know them; `others` counts the rest."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.CharField(help_text="a word of the shared vocabulary or of the committee's policy")
    organiser_type = serializers.ChoiceField(OrganiserType.choices)
    organiser = Ref(allow_null=True, help_text="the sector, special committee or member; null for the others")
    held_on = serializers.DateField()
    until = serializers.DateField(allow_null=True, help_text="the last day, of an activity of several days")
    place = serializers.CharField()
    place_level = serializers.ChoiceField(LEVELS)
    venue_name = serializers.CharField()
    destination = serializers.ChoiceField(PLACES)
    beneficiary = serializers.CharField()
    result = serializers.CharField()
    is_planned = serializers.BooleanField(help_text="called, not held yet")
    number = serializers.IntegerField(help_text="who took part and was not returned")
    participants = Part(many=True)
    others = serializers.IntegerField()


Activities = listing(Activity, "Activities")


class ActivitiesAsked(RecordsAsked):
    kind = serializers.CharField(required=False, max_length=40)
    special_committee = Key(required=False)
    state = serializers.ChoiceField([*STATES, "planned"], required=False)
    sort = sorts("-held_on", "title", "kind", "place", "state")


class PartGiven(Strict):
    member = Key()
    role = Word(Role.choices, required=False)


class ActivityGiven(Strict):
    title = Text(max_length=200)
    kind = Text(max_length=40)
    organiser_type = Word(OrganiserType.choices)
    organiser = Key(allow_null=True, required=False, help_text="of organiser_type sector, special_committee or member")
    held_on = Day()
    until = Day(allow_null=True, required=False)
    place = Text(max_length=120, allow_blank=True, required=False)
    place_level = Word(LEVELS, required=False)
    venue_name = Text(max_length=120, allow_blank=True, required=False)
    destination = Word(PLACES, required=False)
    beneficiary = Text(max_length=120, allow_blank=True, required=False)
    result = Text(max_length=500, allow_blank=True, required=False)
    participants = serializers.ListField(child=PartGiven(), max_length=LONGEST_LIST, required=False)


class ActivityChanged(Strict):
    """What is given is set right, the rest stays; who took part is changed through participations and claims."""

    reason = Text(max_length=300)
    title = Text(max_length=200, required=False)
    kind = Text(max_length=40, required=False)
    organiser_type = Word(OrganiserType.choices, required=False)
    organiser = Key(allow_null=True, required=False)
    held_on = Day(required=False)
    until = Day(allow_null=True, required=False)
    place = Text(max_length=120, allow_blank=True, required=False)
    place_level = Word(LEVELS, required=False)
    venue_name = Text(max_length=120, allow_blank=True, required=False)
    destination = Word(PLACES, required=False)
    beneficiary = Text(max_length=120, allow_blank=True, required=False)
    result = Text(max_length=500, allow_blank=True, required=False)


class PartsGiven(Strict):
    members = keys(required=False, allow_empty=False)
    role = Word(Role.choices, required=False)


def shown(user: Any, records: list[Any]) -> list[dict[str, Any]]:
    """Activities as their pages show them to the user. Three statements at most."""
    there: dict[UUID, list[Any]] = defaultdict(list)
    rows = Participation.objects.filter(activity__in=[one.pk for one in records], withdrawn_at=None)
    for row in rows.select_related("member").order_by("member__name_pinyin", "member_id"):
        there[row.activity_id].append(row)
    named = {row.member_id for some in there.values() for row in some}
    seen = seen_by(user, named | {one.organiser_member_id for one in records if one.organiser_member_id})
    shows_all = may(user, P.RECORDS_READ) or may(user, P.RECORDS_WRITE)

    def is_shown(row: Any) -> bool:
        return row.member_id in seen if shows_all else row.member.user_id == user.pk

    return [
        dict(
            Activity(
                {name: getattr(one, name) for name in (*PLAIN, "is_planned")}
                | standing_of(one)
                | {
                    "organiser": _organiser(one, seen),
                    "number": sum(row.state != State.REJECTED and row.role not in AWAY for row in there[one.pk]),
                    "participants": [row for row in there[one.pk] if is_shown(row)],
                    "others": sum(not is_shown(row) for row in there[one.pk]),
                }
            ).data
        )
        for one in records
    ]


def _organiser(activity: Any, seen: set[UUID]) -> Any:
    if activity.organiser_member_id and activity.organiser_member_id not in seen:
        return None
    return activity.organiser_sector or activity.organiser_special_committee or activity.organiser_member


RESOURCE = Resource("activities", queries.activity_by_id, shown, actions.withdraw_activity)


class ActivityList(Records):
    resource = RESOURCE
    sorts: ClassVar = SORTS

    @tells("listActivities", "活动", asks=ActivitiesAsked, gives=Activities)
    def get(self, request: Request) -> Response:
        asked = self.asked(ActivitiesAsked)
        filters = filters_of(queries.ActivityFilters, asked)
        return self.page(queries.activities(self.user, filters), asked)

    @tells("registerActivity", "登记活动", takes=ActivityGiven, gives=Activity, status=201)
    def post(self, request: Request) -> Response:
        given = self.given(ActivityGiven)
        parts = {one["member"]: one.get("role", Role.PARTICIPANT.value) for one in given.pop("participants", ())}
        return self.create(
            lambda: actions.register_activity(**given, participants=parts, today=clock.today(), by=self.user)
        )


class OneActivity(OneRecord):
    resource = RESOURCE

    @tells("readActivity", "一次活动", gives=Activity)
    def get(self, request: Request, id: UUID) -> Response:
        return self.read(id)

    @tells("changeActivity", "修改活动", takes=ActivityChanged, gives=Activity, match=True)
    def patch(self, request: Request, id: UUID) -> Response:
        return self.change(id, takes=ActivityChanged, plain=PLAIN, linked=_organised, act=actions.change_activity)


def _organised(record: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    ids = (record.organiser_sector_id, record.organiser_special_committee_id, record.organiser_member_id)
    return {"organiser": next(filter(None, ids), None)}


class TakenActivity(Taken):
    resource = RESOURCE

    @tells("withdrawActivity", "撤回活动", takes=Reason, gives=Activity, match=False)
    def post(self, request: Request, id: UUID) -> Response:
        queries.activity_by_id(self.user, id)
        return self.take_back(id, self.given(Reason)["reason"])


class Parts(Endpoint):
    rights: ClassVar[Rights] = {"POST": ENTERS}

    @tells("recordParticipation", "添加参加活动的委员", takes=PartsGiven, gives=Activity, status=201)
    def post(self, request: Request, id: UUID) -> Response:
        queries.activity_by_id(self.user, id)
        given = self.given(PartsGiven)
        if "members" not in given and (own := key_of(own_member(self.user))):
            given["members"] = [own]

        def act() -> UUID:
            actions.record_participation(activity=id, **given, by=self.user)
            return id

        if not given.get("members"):
            raise serializers.ValidationError({"members": ["请写明是哪些委员。"]})
        return self.write(act, show=lambda key: one(RESOURCE, self.user, UUID(key)), status=201)
