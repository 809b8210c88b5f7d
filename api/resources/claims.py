"""What waits for the office's word: contacts, participations and outputs members entered themselves."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import Permission as P
from api import paging
from api.base import Endpoint, Rights
from api.fields import Nothing, Reason
from api.told import tells
from core import clock
from core.errors import NotFound
from tenants.liaison.models import State
from tenants.liaison.queries import claims

RIGHTS = (P.RECORDS_CONFIRM,)


class Claim(serializers.Serializer):
    """One that waits, as the list 待确认 shows it."""

    source = serializers.CharField(help_text="contacts, participations or outputs")
    id = serializers.UUIDField()
    who = serializers.CharField()
    sector = serializers.CharField()
    what = serializers.CharField()
    detail = serializers.CharField()
    held_on = serializers.DateField()


Claims = paging.listing(Claim, "Claims")


class ClaimsAsked(paging.Listing):
    source = serializers.ChoiceField(["contacts", "participations", "outputs"], required=False)
    sort = paging.sorts("held_on")


class Decided(serializers.Serializer):
    """What became of it."""

    source = serializers.CharField()
    id = serializers.UUIDField()
    state = serializers.ChoiceField([State.CONFIRMED.value, State.REJECTED.value])


class ClaimList(Endpoint):
    rights: ClassVar[Rights] = {"GET": RIGHTS}

    @tells("listClaims", "待确认的记录", asks=ClaimsAsked, gives=Claims)
    def get(self, request: Request) -> Response:
        asked = self.asked(ClaimsAsked)
        waiting = [one for one in claims.waiting(self.user) if asked.get("source") in (None, one.source)]
        page = paging.of_list(
            waiting, lambda one: (one.held_on.isoformat(), one.source, str(one.id)), asked=asked, request=request
        )
        return Response({"next": page.next, "results": Claim(page.rows, many=True).data})


class Confirmed(Endpoint):
    rights: ClassVar[Rights] = {"POST": RIGHTS}

    @tells("confirmClaim", "确认", takes=Nothing, gives=Decided)
    def post(self, request: Request, source: str, id: UUID) -> Response:
        kind = _kind(source, id, self.user)
        self.given(Nothing)

        def act() -> str:
            kind.confirm(ids=[id], by=self.user, at=clock.now())
            return f"{source}:{id}:{State.CONFIRMED}"

        return self.write(act, show=_decided)


class Rejected(Endpoint):
    rights: ClassVar[Rights] = {"POST": RIGHTS}

    @tells("rejectClaim", "退回", takes=Reason, gives=Decided)
    def post(self, request: Request, source: str, id: UUID) -> Response:
        kind = _kind(source, id, self.user)
        reason = self.given(Reason)["reason"]

        def act() -> str:
            kind.reject(id=id, reason=reason, by=self.user, at=clock.now())
            return f"{source}:{id}:{State.REJECTED}"

        return self.write(act, show=_decided)


def _kind(source: str, id: UUID, user: Any) -> claims.Source:
    """Raises NotFound, also for one beyond the user's reach."""
    kind = claims.source(source)
    if not kind.exists(id, user):
        raise NotFound
    return kind


def _decided(key: str) -> dict[str, Any]:
    source, id, state = key.split(":")
    return dict(Decided({"source": source, "id": UUID(id), "state": state}).data)
