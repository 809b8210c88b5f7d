"""联系记录."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import filters_of
from api.fields import Day, Flag, Key, MemberRef, Number, Reason, Ref, Strict, Text, Word, keys
from api.paging import listing, sorts
from api.resources.records import (
    STATES,
    OneRecord,
    Records,
    RecordsAsked,
    Resource,
    Standing,
    Taken,
    key_of,
    own_member,
    standing_of,
)
from api.told import tells
from core import clock
from tenants.liaison import actions, queries
from tenants.liaison.models import ContactConstituent, ContactParticipant, ContentType, Kind, Mode, PlaceLevel
from tenants.members.models import Member

SORTS = {"held_on": "held_on", "member": "member__name_pinyin", "kind": "kind", "place": "place", "state": "state"}
PLAIN = ("kind", "held_on", "mode", "place", "place_level", "headcount", "content_type", "summary", "opinions")
WORDS = {"content_type": [*ContentType.values, ""], "place_level": [*PlaceLevel.values, ""]}


class Contact(Standing):
    """One contact. Who took part is named as far as the reader may know them; `others` counts the rest."""

    id = serializers.UUIDField()
    member = MemberRef(help_text="who organised it")
    kind = serializers.ChoiceField(Kind.choices)
    held_on = serializers.DateField()
    mode = serializers.ChoiceField(Mode.choices)
    place = serializers.CharField()
    place_level = serializers.ChoiceField(WORDS["place_level"])
    target = MemberRef(allow_null=True, help_text="the member who was visited")
    participants = MemberRef(many=True)
    others = serializers.IntegerField()
    constituents = Ref(many=True, help_text="people met, named to the member they are paired with only")
    number_met = serializers.IntegerField(help_text="how many of the people paired with were met")
    headcount = serializers.IntegerField(allow_null=True)
    content_type = serializers.ChoiceField(WORDS["content_type"])
    summary = serializers.CharField()
    opinions = serializers.CharField()


Contacts = listing(Contact, "Contacts")


class ContactsAsked(RecordsAsked):
    kind = serializers.ChoiceField(Kind.choices, required=False)
    state = serializers.ChoiceField(STATES, required=False)
    sort = sorts("-held_on", "member", "kind", "place", "state")


class ContactGiven(Strict):
    member = Key(required=False, help_text="who organised it; oneself unless given")
    kind = Word(Kind.choices)
    held_on = Day()
    summary = Text(max_length=500)
    mode = Word(Mode.choices, required=False)
    place = Text(max_length=120, allow_blank=True, required=False)
    place_level = Word(WORDS["place_level"], required=False)
    target = Key(allow_null=True, required=False)
    constituents = keys(required=False)
    headcount = Number(min_value=1, max_value=100_000, allow_null=True, required=False)
    content_type = Word(WORDS["content_type"], required=False)
    opinions = Text(max_length=1000, allow_blank=True, required=False)
    participants = keys(required=False)
    as_voice = Flag(required=False, help_text="hand the opinions heard on as a voice (民意)")


class ContactChanged(Strict):
    """What is given is set right, the rest stays."""

    reason = Text(max_length=300)
    member = Key(required=False)
    kind = Word(Kind.choices, required=False)
    held_on = Day(required=False)
    summary = Text(max_length=500, required=False)
    mode = Word(Mode.choices, required=False)
    place = Text(max_length=120, allow_blank=True, required=False)
    place_level = Word(WORDS["place_level"], required=False)
    target = Key(allow_null=True, required=False)
    constituents = keys(required=False)
    headcount = Number(min_value=1, max_value=100_000, allow_null=True, required=False)
    content_type = Word(WORDS["content_type"], required=False)
    opinions = Text(max_length=1000, allow_blank=True, required=False)
    participants = keys(required=False)


def shown(user: Any, records: list[Any]) -> list[dict[str, Any]]:
    """Contacts as their pages show them to the user. Four statements at most."""
    records = queries.without_strangers(user, records)
    ids = [one.pk for one in records]
    there: dict[UUID, list[Any]] = defaultdict(list)
    rows = ContactParticipant.objects.filter(record__in=ids).select_related("member")
    for row in rows.order_by("member__name_pinyin", "member_id"):
        there[row.record_id].append(row.member)
    seen = queries.seen_by(user, {one.pk for some in there.values() for one in some})
    met = ContactConstituent.objects.filter(record__in=ids).select_related("constituent")
    people: dict[UUID, list[Any]] = defaultdict(list)
    for pair in met.order_by("constituent__name", "constituent_id"):
        people[pair.record_id].append(pair.constituent)
    number = Counter({key: len(some) for key, some in people.items()})
    return [
        dict(
            Contact(
                {name: getattr(one, name) for name in PLAIN}
                | standing_of(one)
                | {
                    "member": one.member,
                    "target": one.target,
                    "participants": [member for member in there[one.pk] if member.pk in seen],
                    "others": sum(member.pk not in seen for member in there[one.pk]),
                    "constituents": people[one.pk] if one.member.user_id == user.pk else [],
                    "number_met": number[one.pk],
                }
            ).data
        )
        for one in records
    ]


RESOURCE = Resource("contacts", queries.contact_by_id, shown, actions.withdraw_contact)


class ContactList(Records):
    resource = RESOURCE
    sorts: ClassVar = SORTS

    @tells("listContacts", "联系记录", asks=ContactsAsked, gives=Contacts)
    def get(self, request: Request) -> Response:
        asked = self.asked(ContactsAsked)
        filters = filters_of(queries.ContactFilters, asked)
        return self.page(queries.contacts(self.user, filters), asked)

    @tells("registerContact", "登记联系", takes=ContactGiven, gives=Contact, status=201)
    def post(self, request: Request) -> Response:
        given = self.given(ContactGiven)
        if "member" not in given:
            given["member"] = key_of(own_member(self.user))
        if given["member"] is None:
            raise serializers.ValidationError({"member": ["请写明是哪位委员。"]})
        return self.create(lambda: actions.register_contact(**given, today=clock.today(), by=self.user))


class OneContact(OneRecord):
    resource = RESOURCE

    @tells("readContact", "一条联系记录", gives=Contact)
    def get(self, request: Request, id: UUID) -> Response:
        return self.read(id)

    @tells("changeContact", "修改联系记录", takes=ContactChanged, gives=Contact, match=True)
    def patch(self, request: Request, id: UUID) -> Response:
        return self.change(id, takes=ContactChanged, plain=PLAIN, linked=self._linked, act=actions.change_contact)

    def _linked(self, record: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        reachable = Member.objects.filter(queries.enterable(self.user), pk=record.target_id)
        return {
            "member": record.member_id,
            "target": record.target_id if record.target_id and reachable.exists() else None,  # beyond reach it stays
            "participants": list(record.participants.values_list("member_id", flat=True)),
            "constituents": None,
        }


class TakenContact(Taken):
    resource = RESOURCE

    @tells("withdrawContact", "撤回联系记录", takes=Reason, gives=Contact, match=False)
    def post(self, request: Request, id: UUID) -> Response:
        queries.contact_by_id(self.user, id)
        return self.take_back(id, self.given(Reason)["reason"])
