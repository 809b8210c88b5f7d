"""The only writers of returns: close, sign, submit. A month closes the same way in county, city and province."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.access import may
from accounts.models import User
from accounts.permissions import Permission
from core import audit, clock, notices, tenancy
from core.errors import DomainError, NotAllowed
from dispatch.actions import enqueue
from dispatch.models import Job
from exchange import queries as exchange
from exchange.actions import deliver
from exchange.canonical import digest_of
from exchange.figures import recomputed
from exchange.files import BODY_FORMAT, BROKEN_DOWN_FORMAT
from exchange.models import Delivery
from exchange.spans import kind_of
from policy_engine.periods import Period
from registry import interrupt
from registry.queries import below, children_on, parent_on, tree_under
from tenants.reports import queries
from tenants.reports.actions.keys import signed
from tenants.reports.models import Return, ReturnState
from tenants.reports.queries import breakdowns

CLOSE_PERIOD = "reports.close_period"


class NotOverYet(DomainError):
    code = "not_over_yet"

    def __init__(self, period: Period) -> None:
        super().__init__(f"{queries.spoken(period.key)}到 {period.last_day:%Y-%m-%d} 才结束，到那天再结账。")


class NothingClosed(DomainError):
    code = "nothing_closed"

    def __init__(self, period: str) -> None:
        super().__init__(f"{queries.spoken(period)}还没有结账，请先结账。")


class SamePerson(DomainError):
    code = "same_person"

    def __init__(self) -> None:
        super().__init__("这一稿是您自己结账的，要由另一个人签署。请把它交给另一位有签署权的领导。")


class NotWhatWasSeen(DomainError):
    """Closed or signed anew since the page was opened: a name is set under figures one has read, no others."""

    code = "not_what_was_seen"

    def __init__(self, period: str, act: str) -> None:
        super().__init__(
            f"您打开{queries.spoken(period)}报表以后，它又重新结过账或签署过，没有{act}。请回到报表看过现在的数字，再{act}。"
        )


class WrongState(DomainError):
    """The return is not in the state the step needs; says where it stands and what to do."""

    code = "wrong_state"

    def __init__(self, filed: queries.Filed, remedy: str) -> None:
        super().__init__(f"{queries.spoken(filed.period)}第 {filed.revision} 稿{STANDS[filed.state]}，{remedy}")


STANDS: Mapping[str, str] = {
    "draft": "还是草稿",
    "signed": "已经签署",
    "submitted": "已经报送，正等上级接收",
    "accepted": "上级已经接收",
    "returned": "已被上级退回",
}


@transaction.atomic
def request_close(*, period: str, today: dt.date, by: audit.Actor) -> Job:
    """Queue the closing of a month. Raises what close_period would refuse at once, so that nobody waits for a refusal."""
    _closable(period, today)
    return enqueue(CLOSE_PERIOD, by=by, period=period)


@transaction.atomic
def close_period(*, period: str, today: dt.date, at: dt.datetime, by: audit.Actor) -> Return:
    """Freeze the month: own figures as of its last day plus the accepted ones from below.

    A draft is computed anew (running twice is harmless); after acceptance or return, and at the top after the signature, it
    opens the next revision. Late and missing children never block: the return names them. Raises BadPeriod, NotOverYet, WrongState.
    """
    span = queries.span(period)
    previous = _closable(period, today)
    draft = previous.row if previous and previous.state == ReturnState.DRAFT else None
    revision = previous.revision + (draft is None) if previous else 1
    interrupt.reached("return locked")
    body = _body(span, revision, draft)
    row = draft or Return(period=period, revision=revision, as_of=span.last_day)
    row.policies, row.body, row.digest, row.closed_at = body["policies"], body, digest_of(body), at
    row.closed_by = by if isinstance(by, User) else None
    row.save(force_insert=draft is None)
    interrupt.reached("return closed")
    audit.record(by=by, action="reports.close_period", subject=row, new={"period": period, "digest": row.digest})
    _ask(
        row,
        Permission.RETURNS_SIGN,
        f"{queries.named(period)}等您签署",
        "看过数字再签；签署后数字不再变动。",
        at=at,
    )
    return row


@transaction.atomic
def sign(*, period: str, at: dt.datetime, by: User, seen: str = "") -> Return:
    """A leader's signature under the newest draft, and the committee's; from now on its figures stand.

    `seen`: the digest of what the leader looked at, where that is known. Raises NotAllowed, NothingClosed, WrongState, NotWhatWasSeen,
    SamePerson (whoever closed it does not sign it), sealing.CannotUnseal.
    """
    if not may(by, Permission.RETURNS_SIGN):
        raise NotAllowed("只有领导能签署报表。请把这一期交领导签署。")
    filed = _newest(period, needs=ReturnState.DRAFT, remedy="不能再签署。", seen=seen, act="签署")
    if filed.row.closed_by_id == by.pk:
        raise SamePerson
    filed.row.state, filed.row.signed_by, filed.row.signed_at = ReturnState.SIGNED, by, at
    filed.row.signature, filed.row.public_key = signed(filed.row.body, at=at, by=by)
    interrupt.reached("return signed")
    row = _moved(filed, "reports.sign", by, [*SIGNATURE, "state"])
    _ask(row, Permission.RETURNS_SUBMIT, f"{queries.named(period)}已签署，可以报送", f"{by} 已签署。", at=at)
    return row


@transaction.atomic
def withdraw_signature(*, period: str, why: str, by: User) -> Return:
    """Take the signature back before submitting, so that the month can be closed anew. Raises NotAllowed, NothingClosed, WrongState."""
    if not may(by, Permission.RETURNS_SIGN):
        raise NotAllowed("只有领导能撤回签署。")
    filed = _newest(period, needs=ReturnState.SIGNED, remedy="没有可以撤回的签署。")
    filed.row.state, filed.row.signed_by, filed.row.signed_at = ReturnState.DRAFT, None, None
    filed.row.signature = filed.row.public_key = ""
    return _moved(filed, "reports.withdraw_signature", by, [*SIGNATURE, "state"], why=why)


@transaction.atomic
def submit(*, period: str, at: dt.datetime, by: audit.Actor, seen: str = "") -> Delivery:
    """Send the signed return to the parent the registry names. `seen` as with `sign`.

    Raises NothingClosed, WrongState (also for one already submitted), NotWhatWasSeen, exchange's NoParent, AlreadyDelivered, BadSignature
    (altered after signing), KeyNotInUse.
    """
    filed = _newest(period, needs=ReturnState.SIGNED, remedy=REMEDIES, seen=seen, act="报送")
    row = filed.row
    delivery = deliver(
        period=period,
        revision=row.revision,
        body=row.body,
        signature=row.signature,
        public_key=row.public_key,
        at=at,
        by=by,
    )
    interrupt.reached("return delivered")
    filed.row.state, filed.row.submitted_at = ReturnState.SUBMITTED, at
    sent = _moved(filed, "reports.submit", by, ["state", "submitted_at"])
    notices.settle(about=[sent.pk], at=at)
    return delivery


SIGNATURE = ("signed_by", "signed_at", "signature", "public_key")
REMEDIES: Mapping[str, str] = {
    "draft": "请领导签署后再报送。",
    "submitted": "没有重复报送。",
    "accepted": "没有重复报送；要改数，请重新结账后报更正稿。",
    "returned": "请按退回的理由核对后重新结账，再报更正稿。",
}


def _closable(period: str, today: dt.date) -> queries.Filed | None:
    """The revision before, if any. Raises unless the month is over and nothing is signed or under way."""
    span = queries.span(period)
    if today < span.last_day:
        raise NotOverYet(span)
    previous = _locked(period)
    if previous and previous.state == ReturnState.SIGNED and parent_on(tenancy.current().code, span.last_day):
        raise WrongState(previous, "不能重新结账。确需重算，请领导先撤回签署。")
    if previous and previous.state == ReturnState.SUBMITTED:
        raise WrongState(previous, "有了结果才能重新结账。")
    return previous


def _newest(
    period: str, *, needs: ReturnState, remedy: str | Mapping[str, str], seen: str = "", act: str = ""
) -> queries.Filed:
    queries.span(period)
    filed = _locked(period)
    if filed is None:
        raise NothingClosed(period)
    if filed.state != needs:
        raise WrongState(filed, remedy if isinstance(remedy, str) else remedy[filed.state])
    if seen and seen != filed.row.digest:
        raise NotWhatWasSeen(period, act)
    return filed


def _locked(period: str) -> queries.Filed | None:
    """The newest revision, its rows locked, so that two steps at once become one after the other."""
    list(Return.objects.select_for_update().filter(period=period).values_list("pk"))
    return queries.latest(period)


def _moved(filed: queries.Filed, action: str, by: audit.Actor, fields: list[str], *, why: str = "") -> Return:
    filed.row.save(update_fields=fields)
    new = {"state": str(filed.row.state), "digest": filed.row.digest}
    audit.record(by=by, action=action, subject=filed.row, old={"state": filed.state}, new=new, why=why)
    return filed.row


def _ask(row: Return, whom: Permission, title: str, text: str, *, at: dt.datetime) -> None:
    """The step before is done; whose turn it is now is told."""
    notices.settle(about=[row.pk], at=at)
    notices.tell(may=whom, title=title, text=text, url=f"/returns/{row.period}/", about=row.pk, at=at)


def _body(span: Period, revision: int, draft: Return | None) -> dict[str, Any]:
    """The canonical return: figures of committees and their digests; no name, no id of any person or record.

    A half-year's and a year's also tell their own people by attribute, as far as no subtraction from another return opens them.
    """
    me = tenancy.current()
    is_split = kind_of(span.key) != "month"
    if is_split:
        breakdowns.one_at_a_time()
    own = queries.own_figures(span)
    children, accepted = _children(span)
    due = queries.due_on(span)
    body: dict[str, Any] = {
        "format": BROKEN_DOWN_FORMAT if is_split else BODY_FORMAT,
        "committee": {"code": me.code, "name": me.name, "level": me.level},
        "period": span.key,
        "revision": revision,
        "previous": _digest_before(span.key, revision),
        "as_of": span.last_day.isoformat(),
        "due_on": due.isoformat() if due and children else None,
        "policies": dict(own.policies),
        "own": [figure.to_json() for figure in own.figures],
        "children": children,
    }
    if is_split:
        found = breakdowns.splits(own.on, own.met)
        body["breakdowns"] = breakdowns.told(found, span, instead_of=draft, month=own.on.month)
    body["total"] = [one.to_json() for one in recomputed(body, [delivery.body for delivery in accepted])]
    return body


def _digest_before(period: str, revision: int) -> str | None:
    return Return.objects.filter(period=period, revision=revision - 1).values_list("digest", flat=True).first()


def _children(span: Period) -> tuple[list[dict[str, Any]], list[Delivery]]:
    """Every committee directly below on the period's last day with what is in this return of it, and the accepted deliveries themselves.

    `size`: how many committees it speaks for, itself and those below.
    """
    standing = {delivery.sender: delivery for delivery in exchange.received(span.key)}
    names = {entry.code: entry.name for entry in children_on(tenancy.current().code, span.last_day)}
    if not standing and not names:
        return [], []
    accepted = {delivery.sender: delivery for delivery in exchange.received_accepted(span.key, whole=True)}
    first = {sender: at for (sender, _), at in exchange.first_received([span.key]).items()}
    names = {code: delivery.sender_name for code, delivery in accepted.items()} | names
    tree = tree_under(tenancy.current().code, span.last_day) if names else []
    lines = [
        {
            "code": code,
            "name": name,
            "state": _state_of(code, accepted, standing),
            "revision": accepted[code].revision if code in accepted else None,
            "digest": accepted[code].digest if code in accepted else None,
            "size": 1 + len(below(tree, code)),
            "submitted_on": first[code].astimezone(clock.ZONE).date().isoformat() if code in first else None,
        }
        for code, name in sorted(names.items())
    ]
    return lines, [accepted[code] for code in sorted(accepted)]


def _state_of(code: str, accepted: Mapping[str, Delivery], standing: Mapping[str, Delivery]) -> str:
    if code in accepted:
        return str(ReturnState.ACCEPTED)
    return str(standing[code].state) if code in standing else "missing"
