"""The only writers of the letterbox. PostgreSQL checks each rule again (migration 0002)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from core import audit, tenancy
from core.errors import DomainError
from exchange import queries
from exchange.canonical import digest_of
from exchange.models import Delivery, DeliveryState, SigningKey
from exchange.signing import fingerprint, is_signed
from exchange.spans import span_of
from registry import interrupt
from registry.queries import ancestors_on


class NoParent(DomainError):
    code = "no_parent"

    def __init__(self) -> None:
        super().__init__("本会没有上级委员会，报表签署后即为定稿，不用再报送。")


class InCircle(DomainError):
    code = "in_circle"

    def __init__(self) -> None:
        super().__init__("上下级关系里有环，找不到该报给谁，没有报送。请联系平台运维核对各委员会的上级。")


class AlreadyDelivered(DomainError):
    code = "already_delivered"

    def __init__(self, period: str, revision: int) -> None:
        super().__init__(f"{period} 第 {revision} 稿已经报送过了，没有重复报送。请在报送页查看上级是否已接收。")


class StillWaiting(DomainError):
    code = "still_waiting"

    def __init__(self, period: str, revision: int) -> None:
        super().__init__(f"{period} 第 {revision} 稿上级还没有接收或退回，等有了结果再报更正稿。")


class OlderRevision(DomainError):
    code = "older_revision"

    def __init__(self, period: str, revision: int) -> None:
        super().__init__(f"{period} 已报到第 {revision} 稿，不能再报更早的稿。请刷新后报送最新一稿。")


class AlreadyDecided(DomainError):
    code = "already_decided"

    def __init__(self) -> None:
        super().__init__("这份报表已经接收或退回过，不能再改。要改数，请下级报更正稿。")


class ReasonMissing(DomainError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("请写明退回的理由，下级要照着改。", fields={"reason": "请写明退回的理由"})


class BadSignature(DomainError):
    code = "bad_signature"

    def __init__(self, remedy: str) -> None:
        super().__init__(f"报表内容与签名不符：签署以后被改动过，或不是对方的密钥签的。{remedy}")


class KeyNotInUse(DomainError):
    code = "key_not_in_use"

    def __init__(self) -> None:
        super().__init__("签署以后换过签名密钥。请领导撤回签署，重新签署后再报送。")


class BodyAltered(DomainError):
    code = "body_altered"

    def __init__(self) -> None:
        super().__init__("报表内容与它的校验值不符，不能接收。请联系平台运维，并请下级重新报送。")


@transaction.atomic
def deliver(
    *,
    period: str,
    revision: int,
    body: Mapping[str, Any],
    signature: str,
    public_key: str,
    at: dt.datetime,
    by: audit.Actor,
) -> Delivery:
    """Send the current committee's return to the parent the registry names for the period's last day.

    `body` is the canonical return; `body["committee"]["code"]` and `body["period"]` name sender and period; `signature` is that
    of the committee's key in use. Raises NoParent, InCircle, AlreadyDelivered, StillWaiting, OlderRevision, BadSignature, KeyNotInUse;
    then nothing was sent.
    """
    committee = tenancy.current()
    span = span_of(period)
    line = ancestors_on(committee.code, span.last_day) if span else []
    if not line:
        raise NoParent
    if line[-1].parent:  # the line ends where it comes back to itself
        raise InCircle
    _may_send(period, revision)
    if not is_signed(body, public_key=public_key, signature=signature):
        raise BadSignature("没有报送。请领导撤回签署，重新结账、签署。")
    if not queries.is_key_of(committee.code, public_key, at=None):
        raise KeyNotInUse
    delivery = Delivery(
        sender=committee.code,
        recipient=line[0].code,
        ancestors=[entry.code for entry in line[1:]],
        period=period,
        revision=revision,
        body=dict(body),
        digest=digest_of(body),
        signature=signature,
        public_key=public_key,
        submitted_at=at,
    )
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
    except IntegrityError as twice:  # two clicks at once: the first one has it
        raise AlreadyDelivered(period, revision) from twice
    new = {"recipient": delivery.recipient, "period": period, "revision": revision, "digest": delivery.digest}
    audit.record(by=by, action="exchange.deliver", subject=delivery, new=new)
    return delivery


def _may_send(period: str, revision: int) -> None:
    newest = next(iter(queries.sent(period)), None)
    if newest is None:
        return
    if newest.revision == revision:
        raise AlreadyDelivered(period, revision)
    if newest.revision > revision:
        raise OlderRevision(period, newest.revision)
    if newest.state == DeliveryState.SUBMITTED:
        raise StillWaiting(period, newest.revision)


@transaction.atomic
def accept(*, delivery_id: UUID, at: dt.datetime, by: audit.Actor) -> Delivery:
    """Accept a child's return: from now on it is locked, counts above, and those higher up may read it.

    Raises NotFound, AlreadyDecided, BodyAltered, BadSignature.
    """
    delivery = queries.received_one(delivery_id)
    if delivery.state != DeliveryState.SUBMITTED:
        raise AlreadyDecided
    if digest_of(delivery.body) != delivery.digest:
        raise BodyAltered
    if not queries.is_genuine(delivery):
        raise BadSignature("没有接收。请与对方核对公钥指纹，并请对方重新报送。")
    _decide(delivery, state=DeliveryState.ACCEPTED, reason="", at=at, by=by)
    return delivery


@transaction.atomic
def accept_many(
    *, delivery_ids: Sequence[UUID], at: dt.datetime, by: audit.Actor
) -> tuple[list[Delivery], list[tuple[UUID, DomainError]]]:
    """Accept each that can be; the others with why not. One that is refused leaves the rest accepted."""
    done: list[Delivery] = []
    refused: list[tuple[UUID, DomainError]] = []
    for delivery_id in dict.fromkeys(delivery_ids):
        try:
            done.append(accept(delivery_id=delivery_id, at=at, by=by))
        except DomainError as refusal:
            refused.append((delivery_id, refusal))
    return done, refused


@transaction.atomic
def send_back(*, delivery_id: UUID, reason: str, at: dt.datetime, by: audit.Actor) -> Delivery:
    """Return a child's return with a reason. Raises NotFound, ReasonMissing, AlreadyDecided."""
    if not reason.strip():
        raise ReasonMissing
    delivery = queries.received_one(delivery_id)
    _decide(delivery, state=DeliveryState.RETURNED, reason=reason.strip(), at=at, by=by)
    return delivery


def _decide(delivery: Delivery, *, state: DeliveryState, reason: str, at: dt.datetime, by: audit.Actor) -> None:
    waiting = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SUBMITTED)
    if not waiting.update(state=state, reason=reason, decided_at=at):
        raise AlreadyDecided
    interrupt.reached("return decided")
    old = {"state": str(delivery.state)}
    delivery.state, delivery.reason, delivery.decided_at = state, reason, at
    audit.record(by=by, action=f"exchange.{state}", subject=delivery, old=old, new={"state": str(state)}, why=reason)
    interrupt.reached("return decision noted")


@transaction.atomic
def publish_key(*, public_key: str, at: dt.datetime, by: audit.Actor) -> SigningKey:
    """Make the current committee's key known to everybody; the one before is retired and keeps what it signed."""
    code = tenancy.current().code
    SigningKey.objects.filter(committee=code, until=None).update(until=at)
    key = SigningKey.objects.create(committee=code, public_key=public_key, since=at)
    audit.record(by=by, action="exchange.publish_key", subject=key, new={"fingerprint": fingerprint(public_key)})
    return key
