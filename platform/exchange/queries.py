"""Reading the letterbox as the committee entered; the database shows nobody else's.

Bodies come with single rows, and with a list where `whole` asks for them; the name of the sender always does. Every list holds the newest revision of each sender and period only, in the sender's code order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from core import tenancy
from core.errors import NotFound
from exchange.models import Delivery, DeliveryState, SigningKey
from exchange.signing import is_signed
from registry.models import Committee


def received(period: str | None = None, *, whole: bool = False) -> list[Delivery]:
    """What the committees below sent to this one, whatever its state; all periods, or one."""
    return _newest(_rows(whole).filter(recipient=_me()), period)


def received_accepted(period: str | None = None, *, whole: bool = False) -> list[Delivery]:
    """The accepted returns of the direct children: what this committee's own return is summed from; all periods, or one.

    A later revision that still waits, or was sent back, leaves the accepted one standing.
    """
    return _newest(_rows(whole).filter(recipient=_me(), state=DeliveryState.ACCEPTED), period)


def judged_by(period: str) -> dict[str, str | None]:
    """By child, the digest of the policy its accepted return was judged by; None where it has none. No bodies."""
    rows = Delivery.objects.filter(recipient=_me(), state=DeliveryState.ACCEPTED, period=period)
    return dict(rows.order_by("sender", "-revision").distinct("sender").values_list("sender", "body__policies__own"))


def first_received(periods: Collection[str]) -> dict[tuple[str, str], dt.datetime]:
    """By sender and period, when a child first sent a return of it: what being in time is measured by."""
    rows = Delivery.objects.filter(recipient=_me(), period__in=list(periods)).values_list("sender", "period")
    firsts = rows.annotate(first=Min("submitted_at")).order_by()
    return {(sender, period): first for sender, period, first in firsts}


def bodies_of(digests: Collection[str]) -> dict[str, dict[str, Any]]:
    """Bodies by digest, of returns this committee may read."""
    return dict(Delivery.objects.filter(digest__in=list(digests)).values_list("digest", "body"))


def names_of(codes: Collection[str]) -> dict[str, str]:
    """What committees called themselves when they last reported, as far as this one may read it: also those that are no more."""
    rows = Delivery.objects.filter(sender__in=list(codes)).order_by("sender", "-submitted_at").distinct("sender")
    return dict(rows.values_list("sender", "body__committee__name"))


def received_one(delivery_id: UUID) -> Delivery:
    """One return addressed to this committee. Raises NotFound, also for another committee's."""
    found = _rows(whole=True).filter(pk=delivery_id, recipient=_me()).first()
    if found is None:
        raise NotFound("没有找到这份报表。它可能不是报给本会的。")
    return found


def earlier_than(delivery: Delivery) -> Delivery | None:
    """What a revision is to be compared with: the accepted one before it, or, where none was, the newest that was sent back."""
    rows = _rows(whole=True).filter(recipient=_me(), sender=delivery.sender, period=delivery.period)
    rows = rows.filter(revision__lt=delivery.revision)
    return rows.order_by(Case(When(state=DeliveryState.ACCEPTED, then=0), default=1), "-revision").first()


def sent(period: str | None = None) -> list[Delivery]:
    """Everything this committee sent, every revision, newest first; all periods, or one."""
    rows = Delivery.objects.filter(sender=_me()).defer("body")
    return list((rows.filter(period=period) if period else rows).order_by("-period", "-revision"))


def periods_received() -> list[str]:
    """Period keys with anything received, newest first."""
    rows = Delivery.objects.filter(recipient=_me()).order_by("-period")
    return list(rows.values_list("period", flat=True).distinct())


def is_key_of(code: str, public_key: str, *, at: dt.datetime | None) -> bool:
    """Was this a committee's key at a moment (None: is it in use)?"""
    key = SigningKey.objects.filter(committee=code, public_key=public_key).first()
    return key is not None and (key.until is None or (at is not None and at <= key.until))


def is_genuine(delivery: Delivery) -> bool:
    """Is the body what the sender's own key signed?"""
    fits = is_signed(delivery.body, public_key=delivery.public_key, signature=delivery.signature)
    return fits and is_key_of(delivery.sender, delivery.public_key, at=delivery.submitted_at)


def keys() -> list[SigningKey]:
    """Every committee's public keys, also those that sign no more: what a verifier trusts."""
    return list(SigningKey.objects.order_by("committee", "since"))


def keys_by_name(said: str = "") -> QuerySet[SigningKey]:
    """Public keys with `name`, that of their committee (its code, where it is no more): one's own, those directly below, then
    everybody's in code order, a committee's newest first. `said`: what the name holds, or the code begins with."""
    home = Committee.objects.filter(code=OuterRef("committee"))
    rows = SigningKey.objects.annotate(
        name=Coalesce(Subquery(home.values("name")), "committee"),
        place=Case(
            When(committee=_me(), then=0),
            When(Exists(home.filter(parent__code=_me())), then=1),
            default=2,
            output_field=IntegerField(),
        ),
    )
    if said:
        rows = rows.filter(Q(name__icontains=said) | Q(committee__startswith=said))
    return rows.order_by("place", "committee", "-since")


def _me() -> str:
    return tenancy.current().code


def _rows(whole: bool) -> QuerySet[Delivery]:
    if whole:
        return Delivery.objects.all()
    return Delivery.objects.defer("body").annotate(signed_name=KT("body__committee__name"))


def _newest(rows: QuerySet[Delivery], period: str | None) -> list[Delivery]:
    rows = rows.filter(period=period) if period else rows
    return list(rows.order_by("sender", "period", "-revision").distinct("sender", "period"))
