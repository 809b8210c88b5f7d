"""报送: this committee's returns and their steps; what the committees below sent, accepted or sent back."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import Permission as P
from api import paging
from api.base import Endpoint, Rights
from api.fields import Nothing, Reason, Strict, Why
from api.told import tells
from core import clock
from core.errors import NotFound
from dispatch.models import Job as JobRow
from exchange import actions as exchange
from exchange import queries as letters
from exchange.models import Delivery, DeliveryState
from exchange.spans import WRITTEN
from tenants.reports import actions, queries
from tenants.reports.models import ReturnState

READ = (P.RETURNS_READ,)


class Return(serializers.Serializer):
    """One revision of one period's return. `accepted` and `returned` are the recipient's word."""

    period = serializers.CharField()
    revision = serializers.IntegerField()
    state = serializers.ChoiceField(ReturnState.choices)
    reason = serializers.CharField(help_text="why it was sent back")
    as_of = serializers.DateField()
    digest = serializers.CharField()
    closed_at = serializers.DateTimeField()
    signed_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class WholeReturn(Return):
    """The same with the canonical return, and which revisions there are."""

    revisions = serializers.ListField(child=serializers.IntegerField())
    body = serializers.DictField(help_text="the return itself, whose digest it is")


Returns = paging.listing(Return, "Returns")


class ReturnsAsked(paging.Listing):
    state = serializers.ChoiceField(ReturnState.choices, required=False)
    sort = paging.sorts("-period")


class OneAsked(Strict):
    revision = serializers.IntegerField(
        required=False, min_value=1, max_value=32767, help_text="the newest unless given"
    )


class Sender(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class Received(serializers.Serializer):
    """A return a committee below sent to this one."""

    id = serializers.UUIDField()
    sender = Sender()
    period = serializers.CharField()
    revision = serializers.IntegerField()
    state = serializers.ChoiceField(DeliveryState.choices)
    reason = serializers.CharField()
    digest = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class WholeReceived(Received):
    body = serializers.DictField(help_text="the return itself, whose digest it is")


ReceivedReturns = paging.listing(Received, "ReceivedReturns")


class ReceivedAsked(paging.Listing):
    period = serializers.RegexField(
        f"^{WRITTEN}$", required=False, error_messages={"invalid": "期写作 2022-11、2022-H1 或 2022。"}
    )
    state = serializers.ChoiceField(DeliveryState.choices, required=False)
    sort = paging.sorts("-period")


class Job(serializers.Serializer):
    """Work under way: its page is /jobs/<id>/."""

    id = serializers.UUIDField()
    state = serializers.CharField()


class ReturnList(Endpoint):
    rights: ClassVar[Rights] = {"GET": READ}

    @tells("listReturns", "本会的报表", asks=ReturnsAsked, gives=Returns)
    def get(self, request: Request) -> Response:
        asked = self.asked(ReturnsAsked)
        found = [one for one in queries.all_latest().values() if asked.get("state") in (None, one.state)]
        page = paging.of_list(found, lambda one: (_ends(one.period), one.period), asked=asked, request=request)
        return Response({"next": page.next, "results": [_shown(one) for one in page.rows]})


class OneReturn(Endpoint):
    rights: ClassVar[Rights] = {"GET": READ}

    @tells("readReturn", "一期报表", asks=OneAsked, gives=WholeReturn)
    def get(self, request: Request, period: str) -> Response:
        return Response(whole(period, self.asked(OneAsked).get("revision")))


class Closed(Endpoint):
    """Closing is a job: the answer says which."""

    rights: ClassVar[Rights] = {"POST": (P.RETURNS_CLOSE,)}

    @tells("closeReturn", "结账", takes=Nothing, gives=Job, status=202)
    def post(self, request: Request, period: str) -> Response:
        queries.span(period)
        self.given(Nothing)
        return self.write(
            lambda: actions.request_close(period=period, today=clock.today(), by=self.user).pk, show=_job, status=202
        )


class Stepped(Endpoint):
    """A step of the newest revision; the answer is the return after it."""

    def step(self, period: str, act: Any) -> Response:
        def heeded() -> str:
            if "If-Match" in self.request.headers:
                self.refuse_changed(whole(period))
            act()
            return period

        return self.write(heeded, show=whole)


class Signed(Stepped):
    rights: ClassVar[Rights] = {"POST": (P.RETURNS_SIGN,)}

    @tells("signReturn", "签署", takes=Nothing, gives=WholeReturn, match=False)
    def post(self, request: Request, period: str) -> Response:
        queries.span(period)
        self.given(Nothing)
        return self.step(period, lambda: actions.sign(period=period, at=clock.now(), by=self.user))


class Unsigned(Stepped):
    rights: ClassVar[Rights] = {"POST": (P.RETURNS_SIGN,)}

    @tells("withdrawSignature", "撤回签署", takes=Why, gives=WholeReturn, match=False)
    def post(self, request: Request, period: str) -> Response:
        queries.span(period)
        why = self.given(Why)["why"]
        return self.step(period, lambda: actions.withdraw_signature(period=period, why=why, by=self.user))


class Submitted(Stepped):
    rights: ClassVar[Rights] = {"POST": (P.RETURNS_SUBMIT,)}

    @tells("submitReturn", "报送", takes=Nothing, gives=WholeReturn, match=False)
    def post(self, request: Request, period: str) -> Response:
        queries.span(period)
        self.given(Nothing)
        return self.step(period, lambda: actions.submit(period=period, at=clock.now(), by=self.user))


class ReceivedList(Endpoint):
    rights: ClassVar[Rights] = {"GET": READ}

    @tells("listReceivedReturns", "下级报来的报表", asks=ReceivedAsked, gives=ReceivedReturns)
    def get(self, request: Request) -> Response:
        asked = self.asked(ReceivedAsked)
        found = [one for one in letters.received(asked.get("period")) if asked.get("state") in (None, one.state)]
        page = paging.of_list(
            found, lambda one: (_ends(one.period), one.period, one.sender), asked=asked, request=request
        )
        return Response({"next": page.next, "results": [_received(one) for one in page.rows]})


class OneReceived(Endpoint):
    rights: ClassVar[Rights] = {"GET": READ}

    @tells("readReceivedReturn", "一份报来的报表", gives=WholeReceived)
    def get(self, request: Request, id: UUID) -> Response:
        return Response(_whole_received(id))


class Accepted(Endpoint):
    rights: ClassVar[Rights] = {"POST": (P.RETURNS_DECIDE,)}

    @tells("acceptReceivedReturn", "接收", takes=Nothing, gives=WholeReceived, match=False)
    def post(self, request: Request, id: UUID) -> Response:
        letters.received_one(id)
        self.given(Nothing)

        def act() -> UUID:
            self.refuse_changed(_whole_received(id))
            return exchange.accept(delivery_id=id, at=clock.now(), by=self.user).pk

        return self.write(act, show=lambda key: _whole_received(UUID(key)))


class SentBack(Endpoint):
    rights: ClassVar[Rights] = {"POST": (P.RETURNS_DECIDE,)}

    @tells("sendBackReceivedReturn", "退回", takes=Reason, gives=WholeReceived, match=False)
    def post(self, request: Request, id: UUID) -> Response:
        letters.received_one(id)
        reason = self.given(Reason)["reason"]

        def act() -> UUID:
            self.refuse_changed(_whole_received(id))
            return exchange.send_back(delivery_id=id, reason=reason, at=clock.now(), by=self.user).pk

        return self.write(act, show=lambda key: _whole_received(UUID(key)))


def _ends(period: str) -> str:
    """Periods stand by the day they end, not by how they are written: 2022-H1 before 2022-10."""
    return queries.span(period).last_day.isoformat()


def whole(period: str, revision: int | None = None) -> dict[str, Any]:
    """A revision with its body. Raises NotFound, BadPeriod."""
    queries.span(period)
    found = queries.revisions(period)
    filed = next((one for one in found if revision in (None, one.revision)), None)
    if filed is None:
        raise NotFound("这一期还没有结账，或没有这一稿。")
    return _shown(filed) | {"revisions": [one.revision for one in found], "body": filed.row.body}


def _shown(filed: queries.Filed) -> dict[str, Any]:
    row = {name: getattr(filed.row, name) for name in ("as_of", "digest", "closed_at", "signed_at", "submitted_at")}
    own = {name: getattr(filed, name) for name in ("period", "revision", "state", "reason", "decided_at")}
    return dict(Return(row | own).data)


def _received(one: Delivery) -> dict[str, Any]:
    names = [name for name in Received().fields if name != "sender"]
    sender = {"code": one.sender, "name": one.sender_name}
    return dict(Received({name: getattr(one, name) for name in names} | {"sender": sender}).data)


def _whole_received(id: UUID) -> dict[str, Any]:
    one = letters.received_one(id)
    return _received(one) | {"body": one.body}


def _job(key: str) -> dict[str, Any]:
    return dict(Job(JobRow.objects.get(pk=key)).data)
