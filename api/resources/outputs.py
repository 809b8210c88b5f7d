"""履职成果."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import filters_of
from api.fields import Day, Key, MemberRef, Reason, Ref, Strict, Text, Word, keys
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
from tenants.activities.queries import visible_activities
from tenants.liaison.queries import NotYourRecord, visible_contacts
from tenants.voices import actions, queries
from tenants.voices.models import AuthorRole, Authorship, OutputType

SORTS = {
    "submitted_on": "submitted_on", "title": "title", "type": "type", "authorship": "authorship", "state": "state",
}  # fmt: skip
PLAIN = ("type", "title", "submitted_on", "authorship")
RESTS = "what it rests on: `activity:<id>`, `contact:<id>` or `topic:<id>`; empty for nothing, or nothing one may see"


class Author(serializers.Serializer):
    """A member's name under an output."""

    member = MemberRef()
    role = serializers.ChoiceField(AuthorRole.choices)


class Output(Standing):
    """One output, counted once however many signed it. Authors as far as the reader may know them; `others` counts the rest."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(OutputType.choices)
    title = serializers.CharField()
    submitted_on = serializers.DateField()
    authorship = serializers.ChoiceField(Authorship.choices)
    authors = Author(many=True, help_text="the lead first")
    others = serializers.IntegerField()
    sector = Ref(allow_null=True)
    based_on = serializers.CharField(help_text=RESTS)


Outputs = listing(Output, "Outputs")


class OutputsAsked(RecordsAsked):
    type = serializers.ChoiceField(OutputType.choices, required=False)
    authorship = serializers.ChoiceField(Authorship.choices, required=False)
    state = serializers.ChoiceField(STATES, required=False)
    sort = sorts("-submitted_on", "title", "type", "authorship", "state")


class OutputGiven(Strict):
    type = Word(OutputType.choices)
    title = Text(max_length=200)
    submitted_on = Day()
    authorship = Word(Authorship.choices)
    lead = Key(allow_null=True, required=False, help_text="author, first signer or leader; oneself unless given")
    others = keys(required=False)
    sector = Key(allow_null=True, required=False)
    based_on = Text(max_length=60, allow_blank=True, required=False, help_text=RESTS)


class OutputChanged(Strict):
    """What is given is set right, the rest stays."""

    reason = Text(max_length=300)
    type = Word(OutputType.choices, required=False)
    title = Text(max_length=200, required=False)
    submitted_on = Day(required=False)
    authorship = Word(Authorship.choices, required=False)
    lead = Key(allow_null=True, required=False)
    others = keys(required=False)
    sector = Key(allow_null=True, required=False)
    based_on = Text(max_length=60, allow_blank=True, required=False, help_text=RESTS)


def shown(user: Any, records: list[Any]) -> list[dict[str, Any]]:
    """Outputs as `queries.outputs` reads them, with the authors the user may know. Two statements at most."""
    bases = _bases(user, records)
    return [
        dict(
            Output(
                {name: getattr(one, name) for name in PLAIN}
                | standing_of(one)
                | {
                    "authors": queries.signers(one),
                    "others": max(getattr(one, "number", 0) - len(queries.signers(one)), 0),
                    "sector": one.sector,
                    "based_on": bases[one.pk],
                }
            ).data
        )
        for one in records
    ]


def _bases(user: Any, records: list[Any]) -> dict[UUID, str]:
    """What each rests on, as far as the user may see it."""
    found = {one.pk: queries.base_of(one) for one in records}
    for kind, visible in (("contact", visible_contacts), ("activity", visible_activities)):
        named = {text.partition(":")[2] for text in found.values() if text.startswith(f"{kind}:")}
        seen = set(map(str, visible(user).filter(pk__in=named).values_list("pk", flat=True))) if named else set()
        for key, text in found.items():
            if text.startswith(f"{kind}:") and text.partition(":")[2] not in seen:
                found[key] = ""
    return found


RESOURCE = Resource("outputs", queries.output_by_id, shown, actions.withdraw_output)


class OutputList(Records):
    resource = RESOURCE
    sorts: ClassVar = SORTS

    @tells("listOutputs", "履职成果", asks=OutputsAsked, gives=Outputs)
    def get(self, request: Request) -> Response:
        asked = self.asked(OutputsAsked)
        filters = filters_of(queries.OutputFilters, asked)
        return self.page(queries.outputs(self.user, filters), asked)

    @tells("registerOutput", "登记成果", takes=OutputGiven, gives=Output, status=201)
    def post(self, request: Request) -> Response:
        given = self.given(OutputGiven)
        own = own_member(self.user)  # as on the page: a member is the first of the authors
        if own is not None and given.setdefault("lead", own.pk) != own.pk:
            raise NotYourRecord
        return self.create(lambda: actions.register_output(**given, today=clock.today(), by=self.user))


class OneOutput(OneRecord):
    resource = RESOURCE

    @tells("readOutput", "一件成果", gives=Output)
    def get(self, request: Request, id: UUID) -> Response:
        return self.read(id)

    @tells("changeOutput", "修改成果", takes=OutputChanged, gives=Output, match=True)
    def patch(self, request: Request, id: UUID) -> Response:
        return self.change(id, takes=OutputChanged, plain=PLAIN, linked=self._linked, act=actions.change_output)

    def _linked(self, record: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        authors = queries.signers(record)
        lead = next((one.member_id for one in authors if one.role == AuthorRole.LEAD), None)
        if (own := key_of(own_member(self.user))) and given.get("lead", lead or own) != (lead or own):
            raise NotYourRecord
        others = [one.member_id for one in authors if one.member_id != lead]
        return {"lead": lead, "others": others, "sector": record.sector_id}


class TakenOutput(Taken):
    resource = RESOURCE

    @tells("withdrawOutput", "撤回成果", takes=Reason, gives=Output, match=False)
    def post(self, request: Request, id: UUID) -> Response:
        queries.output_by_id(self.user, id)
        return self.take_back(id, self.given(Reason)["reason"])
