"""委员, and the sectors and special committees they belong to."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import Permission as P
from api import paging
from api.base import Endpoint, Rights, filters_of
from api.fields import Day, Key, Ref, RowOf, Strict, Text, Word
from api.told import tells
from core import clock
from core.errors import NotFound
from tenants.members import actions, queries
from tenants.members.actions.holdings import lock_roster
from tenants.members.models import PostKind, Sector, SpecialCommittee

SORTS = {"name": "name_pinyin", "number": "number", "joined_on": "joined_on"}
STATUSES = ("serving", "left", "all")


class Member(serializers.Serializer):
    """A member of this committee, with what they hold on the day asked for."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    number = serializers.CharField(help_text="the committee's own number of the member")
    sector = Ref()
    special_committees = Ref(many=True)
    posts = serializers.ListField(child=serializers.ChoiceField(PostKind.choices))
    work_unit = serializers.CharField()
    unit_post = serializers.CharField()
    phone = serializers.CharField()
    district = serializers.CharField()
    joined_on = serializers.DateField()
    left_on = serializers.DateField(allow_null=True, help_text="the first day no longer a member")
    is_invented = serializers.BooleanField(help_text="demo people")


Members = paging.listing(Member, "Members")


class MembersAsked(paging.Listing):
    q = serializers.CharField(required=False, max_length=60, help_text="part of name, pinyin, initials or number")
    sector = Key(required=False)
    special_committee = Key(required=False)
    post = serializers.ChoiceField(PostKind.choices, required=False)
    status = serializers.ChoiceField(STATUSES, default="serving")
    on = Day(required=False, help_text="who is a member, and what they hold, on that day; today unless given")
    sort = paging.sorts(*SORTS)


class MemberAsked(Strict):
    on = Day(required=False)


class MemberGiven(Strict):
    name = Text(max_length=60)
    number = Text(max_length=20)
    sector = RowOf(Sector)
    joined_on = Day()
    posts = serializers.ListField(child=Word(PostKind.choices), allow_empty=False, max_length=10, required=False)
    special_committees = serializers.ListField(child=RowOf(SpecialCommittee), max_length=50, required=False)
    work_unit = Text(max_length=120, allow_blank=True, required=False)
    unit_post = Text(max_length=80, allow_blank=True, required=False)
    phone = Text(max_length=30, allow_blank=True, required=False)
    district = Text(max_length=60, allow_blank=True, required=False)
    left_on = Day(allow_null=True, required=False)


class MemberChanged(Strict):
    """What is given is changed, the rest stays; posts and seats from `effective_on`, today unless given."""

    name = Text(max_length=60, required=False)
    number = Text(max_length=20, required=False)
    sector = RowOf(Sector, required=False)
    joined_on = Day(required=False)
    posts = serializers.ListField(child=Word(PostKind.choices), allow_empty=False, max_length=10, required=False)
    special_committees = serializers.ListField(child=RowOf(SpecialCommittee), max_length=50, required=False)
    work_unit = Text(max_length=120, allow_blank=True, required=False)
    unit_post = Text(max_length=80, allow_blank=True, required=False)
    phone = Text(max_length=30, allow_blank=True, required=False)
    district = Text(max_length=60, allow_blank=True, required=False)
    left_on = Day(allow_null=True, required=False)
    effective_on = Day(required=False)
    why = Text(max_length=200, allow_blank=True, required=False)


def shown(member: Any) -> dict[str, Any]:
    """A member as `queries.roster` reads them."""
    kinds = {post.kind for post in member.held_posts} or {PostKind.MEMBER.value}
    seats = sorted((seat.special_committee for seat in member.held_seats), key=lambda one: one.name)
    plain = ("id", "name", "number", "sector", "work_unit", "unit_post", "phone", "district", "joined_on", "left_on", "is_invented")  # fmt: skip
    held = {"posts": sorted(kinds, key=lambda kind: queries.POST_ORDER.get(kind, 99)), "special_committees": seats}
    return dict(Member({name: getattr(member, name) for name in plain} | held).data)


class MemberList(Endpoint):
    rights: ClassVar[Rights] = {"GET": (P.MEMBERS_READ,), "POST": (P.MEMBERS_WRITE,)}

    @tells("listMembers", "委员名册", asks=MembersAsked, gives=Members)
    def get(self, request: Request) -> Response:
        asked = self.asked(MembersAsked)
        filters = filters_of(queries.Filters, asked)
        within = queries.reach_of(self.user, P.MEMBERS_READ).q()
        found = queries.roster(asked.get("on") or clock.today(), filters, within=within)
        page = paging.of_rows(found, SORTS, asked=asked, request=request)
        return Response({"next": page.next, "results": [shown(one) for one in page.rows]})

    @tells("addMember", "添加委员", takes=MemberGiven, gives=Member, status=201)
    def post(self, request: Request) -> Response:
        given = self.given(MemberGiven)
        return self.write(
            lambda: actions.add_member(**given, by=self.user).pk, show=self.one, status=201, at="/api/v1/members/{}/"
        )

    def one(self, id: str) -> dict[str, Any]:
        return shown(found(self.user, UUID(id)))


class OneMember(Endpoint):
    rights: ClassVar[Rights] = {"GET": (P.MEMBERS_READ,), "PATCH": (P.MEMBERS_WRITE,)}

    @tells("readMember", "一位委员", asks=MemberAsked, gives=Member)
    def get(self, request: Request, id: UUID) -> Response:
        return Response(shown(found(self.user, id, self.asked(MemberAsked).get("on"))))

    @tells("changeMember", "修改委员", takes=MemberChanged, gives=Member, match=True)
    def patch(self, request: Request, id: UUID) -> Response:
        found(self.user, id)
        given = self.given(MemberChanged)

        def act() -> UUID:
            lock_roster()
            self.refuse_changed(shown(found(self.user, id)), required=True)
            member = queries.member_by_id(id)
            posts, seats = queries.held_now(member)
            plain = ("name", "number", "sector", "joined_on", "left_on", "work_unit", "unit_post", "phone", "district")
            now = {name: getattr(member, name) for name in plain} | {
                "posts": posts, "special_committees": SpecialCommittee.objects.filter(pk__in=seats), "effective_on": clock.today(),
            }  # fmt: skip
            return actions.update_member(id=id, **(now | given), by=self.user).pk

        return self.write(act, show=lambda key: shown(found(self.user, UUID(key))))


def found(user: Any, id: UUID, day: Any = None) -> Any:
    """The member within the user's reach. Raises NotFound."""
    within = queries.reach_of(user, P.MEMBERS_READ).q()
    rows = queries.roster(day or clock.today(), queries.Filters(status="all"), within=within)
    member = rows.filter(pk=id).first()
    if member is None:
        raise NotFound
    return member


class Group(serializers.Serializer):
    """A sector or a special committee."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class Groups(serializers.Serializer):
    results = Group(many=True)


class SectorList(Endpoint):
    rights: ClassVar[Rights] = {"GET": (P.MEMBERS_READ, P.RECORDS_OWN, P.RECORDS_READ)}

    @tells("listSectors", "界别", gives=Groups)
    def get(self, request: Request) -> Response:
        return Response(dict(Groups({"results": queries.sectors()}).data))


class SpecialCommitteeList(Endpoint):
    rights: ClassVar[Rights] = {"GET": (P.MEMBERS_READ, P.RECORDS_OWN, P.RECORDS_READ)}

    @tells("listSpecialCommittees", "专委会", gives=Groups)
    def get(self, request: Request) -> Response:
        return Response(dict(Groups({"results": queries.special_committees()}).data))
