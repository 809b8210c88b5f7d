"""What contacts, activities and outputs share: state, filters, taking back with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from accounts.permissions import Permission as P
from api import paging
from api.base import Endpoint, Rights
from api.fields import Day, Key
from core import clock
from tenants.liaison.models import State
from tenants.liaison.queries import enters_for_others
from tenants.members.models import Member
from tenants.members.queries import member_of

SEES = (P.RECORDS_READ, P.RECORDS_OWN, P.RECORDS_WRITE)
ENTERS = (P.RECORDS_OWN, P.RECORDS_WRITE)
STATES = [*State.values, "withdrawn"]


class Standing(serializers.Serializer):
    """Fields every record has besides its own."""

    state = serializers.ChoiceField(State.choices)
    rejected_reason = serializers.CharField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_reason = serializers.CharField()
    created_at = serializers.DateTimeField()


STANDING = ("id", "state", "rejected_reason", "withdrawn_at", "withdrawn_reason", "created_at")


class RecordsAsked(paging.Listing):
    """Filters every list of records has. Withdrawn ones are listed only when asked for."""

    q = serializers.CharField(required=False, max_length=60)
    member = Key(required=False)
    sector = Key(required=False)
    since = Day(required=False, help_text="inclusive")
    until = Day(required=False, help_text="inclusive")


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of record: how it is found, told, and taken back."""

    place: str
    find: Callable[[Any, UUID], Any]
    show: Callable[[Any, list[Any]], list[dict[str, Any]]]
    withdraw: Callable[..., Any]

    @property
    def address(self) -> str:
        return f"/api/v1/{self.place}/{{}}/"


class Records(Endpoint):
    """A list and a new one."""

    rights: ClassVar[Rights] = {"GET": SEES, "POST": ENTERS}
    resource: ClassVar[Resource]
    sorts: ClassVar[Mapping[str, str]]

    def page(self, found: Any, asked: Mapping[str, Any]) -> Response:
        page = paging.of_rows(found, self.sorts, asked=asked, request=self.request)
        return Response({"next": page.next, "results": self.resource.show(self.user, page.rows)})

    def create(self, act: Callable[[], Any]) -> Response:
        return self.write(lambda: act().pk, show=self.one, status=201, at=self.resource.address)

    def one(self, key: str) -> dict[str, Any]:
        return one(self.resource, self.user, UUID(key))


class OneRecord(Endpoint):
    """One record: read, set right with a reason, taken back with a reason."""

    rights: ClassVar[Rights] = {"GET": SEES, "PATCH": ENTERS}
    resource: ClassVar[Resource]

    def read(self, id: UUID) -> Response:
        return Response(one(self.resource, self.user, id))

    def change(
        self,
        id: UUID,
        *,
        takes: type[serializers.Serializer],
        plain: Sequence[str],
        linked: Callable[[Any, Mapping[str, Any]], dict[str, Any]],
        act: Callable[..., Any],
    ) -> Response:
        """Set right what was given; the rest stays as it is with the row locked: the fields named in `plain`, and what `linked` says."""
        self.resource.find(self.user, id)
        given = self.given(takes)

        def locked() -> UUID:
            record = self.resource.find(self.user, id)
            type(record)._default_manager.select_for_update().get(pk=id)
            record = self.resource.find(self.user, id)
            self.refuse_changed(self.resource.show(self.user, [record])[0], required=True)
            record = self.resource.find(self.user, id)
            now = {name: getattr(record, name) for name in plain} | linked(record, given)
            act(id=id, **(now | given), today=clock.today(), by=self.user, at=clock.now())
            return id

        return self.write(locked, show=lambda key: one(self.resource, self.user, UUID(key)))


class Taken(Endpoint):
    """Taking one back."""

    rights: ClassVar[Rights] = {"POST": ENTERS}
    resource: ClassVar[Resource]

    def take_back(self, id: UUID, reason: str) -> Response:
        def act() -> UUID:
            self.refuse_changed(one(self.resource, self.user, id))
            self.resource.withdraw(id=id, reason=reason, by=self.user, at=clock.now())
            return id

        return self.write(act, show=lambda key: one(self.resource, self.user, UUID(key)))


def one(resource: Resource, user: Any, id: UUID) -> dict[str, Any]:
    (shown,) = resource.show(user, [resource.find(user, id)])
    return shown


def own_member(user: Any) -> Member | None:
    """Whom somebody enters for who enters for nobody else; None for an office."""
    return None if enters_for_others(user) else member_of(user)


def key_of(member: Member | None) -> UUID | None:
    return None if member is None else member.pk


def standing_of(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in STANDING}
