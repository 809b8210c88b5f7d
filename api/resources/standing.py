"""履职情况: verdicts in the shape the engine publishes, for whom the reader may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import Permission as P
from api import paging
from api.base import Endpoint, Rights
from api.fields import Day, Key, Strict
from api.told import tells
from core import clock, pinyin
from core.errors import NotFound
from core.ids import ids_in
from policy_engine import Policy, Verdict
from policy_engine.model import plain
from tenants.assessment import queries
from tenants.assessment.queries import table
from tenants.members import queries as members
from tenants.members.models import Member, Sector, SpecialCommittee

STATES = ("met", "outstanding", "exceeded", "waived", "not_applicable", "counted")
READERS, ALL = (P.STANDING_READ, P.STANDING_OWN), (P.STANDING_READ,)


class Subject(serializers.Serializer):
    """Whose duties these are; the committee's own id is `self`."""

    type = serializers.ChoiceField(["member", "sector", "special_committee", "committee"])
    id = serializers.CharField()
    name = serializers.CharField()


class Judged(serializers.Serializer):
    """By which policy."""

    id = serializers.CharField()
    digest = serializers.CharField()


Span: Any = type(  # `from` is no name a class body could give
    "Span",
    (serializers.Serializer,),
    {
        "__doc__": "A period; `until` is exclusive.",
        "key": serializers.CharField(),
        "from": serializers.DateField(allow_null=True),
        "until": serializers.DateField(allow_null=True),
    },
)


class Finding(serializers.Serializer):
    """A verdict: one duty over one period."""

    duty = serializers.CharField()
    clauses = serializers.ListField(child=serializers.CharField())
    period = Span()
    closed = serializers.BooleanField(help_text="the period is over: nothing can be made up")
    state = serializers.ChoiceField(STATES)
    counted = serializers.FloatField()
    min = serializers.FloatField(allow_null=True)
    max = serializers.FloatField(allow_null=True)
    outstanding = serializers.FloatField(help_text="how many are still owed")
    over = serializers.FloatField(help_text="how far above a range")
    numerator = serializers.IntegerField(allow_null=True)
    denominator = serializers.IntegerField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="items, or ids the reader may know")
    parts = serializers.ListField(child=serializers.DictField())
    records = serializers.ListField(child=serializers.CharField(), help_text="of one subject; empty in lists")
    due = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField()
    late = serializers.FloatField()
    reason = serializers.CharField(allow_null=True)


class Standing(serializers.Serializer):
    """A subject's verdicts for every period begun in the year of `as_of`."""

    subject = Subject()
    as_of = serializers.DateField()
    policy = Judged()
    is_done = serializers.BooleanField(help_text="nothing is owed, no limit exceeded")
    verdicts = Finding(many=True)


Standings = paging.listing(Standing, "Standings")


class OneAsked(Strict):
    as_of = Day(required=False, help_text="today unless given, and never later")


class StandingAsked(paging.Listing):
    as_of = Day(required=False, help_text="today unless given, and never later")
    q = serializers.CharField(required=False, max_length=60)
    sector = Key(required=False)
    special_committee = Key(required=False)
    state = serializers.ChoiceField(["met", "outstanding"], required=False)
    duty = serializers.CharField(required=False, max_length=80, help_text="who still owes that one")
    sort = paging.sorts("name", "number")


class StandingList(Endpoint):
    rights: ClassVar[Rights] = {"GET": ALL}

    @tells("listStanding", "委员履职情况", asks=StandingAsked, gives=Standings)
    def get(self, request: Request) -> Response:
        asked = self.asked(StandingAsked)
        as_of, within = _day(asked), members.reach_of(self.user, P.STANDING_READ)
        names = ("q", "sector", "special_committee", "state", "duty")
        wanted = table.Asked(**{name: asked[name] for name in names if name in asked})
        found = table.standing_table(wanted, as_of=as_of, within=within.q())

        def key(row: table.Row) -> tuple[Any, ...]:
            by_number = asked["sort"].lstrip("-") == "number"
            return (row.member.number,) if by_number else (pinyin.of(row.member.name), row.member.number)

        page = paging.of_list(found.rows, key, asked=asked, request=request)
        shown = [
            _shown(("member", str(row.member.id), row.member.name), row.standing, found.policy, as_of, within)
            for row in page.rows
        ]
        return Response({"next": page.next, "results": shown})


class OneStanding(Endpoint):
    """The parts each subject's endpoint fills in."""

    def told(self, subject_type: str, id: str, name: str) -> Response:
        as_of = _day(self.asked(OneAsked))
        standing, policy = queries.standing_of_subject(subject_type, id, as_of)
        within = members.reach_of(self.user, P.STANDING_READ)
        return Response(_shown((subject_type, id, name), standing, policy, as_of, within))


class OfMember(OneStanding):
    rights: ClassVar[Rights] = {"GET": READERS}

    @tells("readStanding", "一位委员的履职情况", asks=OneAsked, gives=Standing)
    def get(self, request: Request, id: UUID) -> Response:
        member = members.member_by_id(id)
        own = member.user_id is not None and member.user_id == self.user.pk
        if not own and not members.reach_of(self.user, P.STANDING_READ).has(member):
            raise NotFound
        return self.told("member", str(id), member.name)


class OfMe(OneStanding):
    rights: ClassVar[Rights] = {"GET": (P.STANDING_OWN,)}

    @tells("readMyStanding", "我的履职情况", asks=OneAsked, gives=Standing)
    def get(self, request: Request) -> Response:
        member = members.member_of(self.user)
        if member is None:
            raise NotFound("您的账号没有对应的委员，所以没有个人履职情况。")
        return self.told("member", str(member.pk), member.name)


class OfSector(OneStanding):
    rights: ClassVar[Rights] = {"GET": ALL}

    @tells("readSectorStanding", "一个界别的履职情况", asks=OneAsked, gives=Standing)
    def get(self, request: Request, id: UUID) -> Response:
        sector = Sector.objects.filter(pk=id).first()
        seen = members.reach_of(self.user, P.STANDING_READ).sector_ids()
        if sector is None or (seen is not None and sector.pk not in seen):
            raise NotFound
        return self.told("sector", str(id), sector.name)


class OfSpecialCommittee(OneStanding):
    rights: ClassVar[Rights] = {"GET": ALL}

    @tells("readSpecialCommitteeStanding", "一个专委会的履职情况", asks=OneAsked, gives=Standing)
    def get(self, request: Request, id: UUID) -> Response:
        group = SpecialCommittee.objects.filter(pk=id).first()
        reach = members.reach_of(self.user, P.STANDING_READ)
        if group is None or not (reach.is_everybody or group.pk in reach.special_committees):
            raise NotFound
        return self.told("special_committee", str(id), group.name)


class OfCommittee(OneStanding):
    rights: ClassVar[Rights] = {"GET": ALL}

    @tells("readCommitteeStanding", "本会的履职情况", asks=OneAsked, gives=Standing)
    def get(self, request: Request) -> Response:
        return self.told("committee", "self", "本会")


def _day(asked: dict[str, Any]) -> dt.date:
    today = clock.today()
    return min(asked.get("as_of") or today, today)


def _shown(
    subject: tuple[str, str, str], standing: queries.Standing, policy: Policy, as_of: dt.date, within: members.Reach
) -> dict[str, Any]:
    found = [verdict for line in standing.lines for verdict in line.verdicts]
    hidden = _hidden(found, within)
    told = {
        "subject": dict(zip(("type", "id", "name"), subject, strict=True)),
        "as_of": as_of,
        "policy": {"id": policy.id, "digest": policy.digest},
        "is_done": standing.is_done,
        "verdicts": [_finding(one, hidden) for one in found],
    }
    return dict(Standing(told).data)


def _finding(verdict: Verdict, hidden: set[str]) -> dict[str, Any]:
    told: dict[str, Any] = plain(verdict.to_json())
    told["missing"] = [one for one in told["missing"] if one not in hidden]
    told["period"] = {"key": verdict.period.key, "from": told["period"]["from"], "until": told["period"]["until"]}
    return told


def _hidden(verdicts: Iterable[Verdict], within: members.Reach) -> set[str]:
    """Ids of members a coverage has not reached and the reader may not know. One statement at most."""
    named = {id for verdict in verdicts if verdict.denominator is not None for id in verdict.missing}
    if within.is_everybody or not named:
        return set()
    there = Member.objects.filter(pk__in=ids_in(named)).exclude(pk__in=within.members().values("pk"))
    return {str(id) for id in there.values_list("pk", flat=True)}
