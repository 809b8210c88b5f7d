"""The only writers of returns: close, sign, submit. A month closes the same way in county, city and province."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.access import may
from accounts.models import User
from accounts.permissions import Permission
from core import audit, notices, tenancy
from core.errors import DomainError, NotAllowed
from dispatch.actions import enqueue
from dispatch.models import Job
from exchange import queries as exchange
from exchange.actions import deliver
from exchange.canonical import digest_of
from exchange.models import Delivery
from policy_engine.periods import Period
from registry.queries import children_of, subtree_of
from tenants.reports import queries
from tenants.reports.models import Return, ReturnFigure, ReturnState, Scope

CLOSE_MONTH = "reports.close_month"
FORMAT = "lianxin.return/1"


class NotOverYet(DomainError):
    code = "not_over_yet"

    def __init__(self, period: Period) -> None:
        super().__init__(f"{queries.spoken(period.key)}到 {period.last_day:%Y-%m-%d} 才结束，到那天再结账。")


class NothingClosed(DomainError):
    code = "nothing_closed"

    def __init__(self, period: str) -> None:
        super().__init__(f"{queries.spoken(period)}还没有结账，请先结账。")


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
    """Queue the closing of a month. Raises what close_month would refuse at once, so that nobody waits for a refusal."""
    _closable(period, today)
    return enqueue(CLOSE_MONTH, by=by, period=period)


@transaction.atomic
def close_month(*, period: str, today: dt.date, at: dt.datetime, by: audit.Actor) -> Return:
    """Freeze the month: own figures as of its last day plus the accepted ones from below.

    A draft is computed anew (running twice is harmless); after acceptance or return it opens the next revision. Late
    and missing children never block: the return names them. Raises BadPeriod, NotOverYet, WrongState.
    """
    span = queries.month(period)
    previous = _closable(period, today)
    draft = previous.row if previous and previous.state == ReturnState.DRAFT else None
    revision = previous.revision + (draft is None) if previous else 1
    body = _body(span, revision)
    row = draft or Return(period=period, revision=revision, as_of=span.last_day)
    row.policies, row.body, row.digest, row.closed_at = body["policies"], body, digest_of(body), at
    row.closed_by = by if isinstance(by, User) else None
    row.save(force_insert=draft is None)
    _write_figures(row)
    audit.record(by=by, action="reports.close_month", subject=row, new={"period": period, "digest": row.digest})
    _ask(
        row,
        Permission.RETURNS_SIGN,
        f"{queries.spoken(period)}月报等您签署",
        "看过数字再签；签署后数字不再变动。",
        at=at,
    )
    return row


@transaction.atomic
def sign(*, period: str, at: dt.datetime, by: User) -> Return:
    """A leader's signature under the newest draft; from now on its figures stand. Raises NotAllowed, NothingClosed, WrongState."""
    if not may(by, Permission.RETURNS_SIGN):
        raise NotAllowed("只有领导能签署报表。请把这一期交领导签署。")
    filed = _newest(period, needs=ReturnState.DRAFT, remedy="不能再签署。")
    filed.row.state, filed.row.signed_by, filed.row.signed_at = ReturnState.SIGNED, by, at
    signed = _moved(filed, "reports.sign", by, ["state", "signed_by", "signed_at"])
    _ask(signed, Permission.RETURNS_SUBMIT, f"{queries.spoken(period)}月报已签署，可以报送", f"{by} 已签署。", at=at)
    return signed


@transaction.atomic
def withdraw_signature(*, period: str, why: str, by: User) -> Return:
    """Take the signature back before submitting, so that the month can be closed anew. Raises NotAllowed, NothingClosed, WrongState."""
    if not may(by, Permission.RETURNS_SIGN):
        raise NotAllowed("只有领导能撤回签署。")
    filed = _newest(period, needs=ReturnState.SIGNED, remedy="没有可以撤回的签署。")
    filed.row.state, filed.row.signed_by, filed.row.signed_at = ReturnState.DRAFT, None, None
    return _moved(filed, "reports.withdraw_signature", by, ["state", "signed_by", "signed_at"], why=why)


@transaction.atomic
def submit(*, period: str, at: dt.datetime, by: audit.Actor) -> Delivery:
    """Send the signed return to the parent the registry names.

    Raises NothingClosed, WrongState (also for one already submitted), exchange's NoParent and AlreadyDelivered.
    """
    filed = _newest(period, needs=ReturnState.SIGNED, remedy=REMEDIES)
    delivery = deliver(period=period, revision=filed.revision, body=filed.row.body, at=at, by=by)
    filed.row.state, filed.row.submitted_at = ReturnState.SUBMITTED, at
    sent = _moved(filed, "reports.submit", by, ["state", "submitted_at"])
    notices.settle(about=[sent.pk], at=at)
    return delivery


REMEDIES: Mapping[str, str] = {
    "draft": "请领导签署后再报送。",
    "submitted": "没有重复报送。",
    "accepted": "没有重复报送；要改数，请重新结账后报更正稿。",
    "returned": "请按退回的理由核对后重新结账，再报更正稿。",
}


def _closable(period: str, today: dt.date) -> queries.Filed | None:
    """The revision before, if any. Raises unless the month is over and nothing is signed or under way."""
    span = queries.month(period)
    if today < span.last_day:
        raise NotOverYet(span)
    previous = _locked(period)
    if previous and previous.state == ReturnState.SIGNED:
        raise WrongState(previous, "不能重新结账。确需重算，请领导先撤回签署。")
    if previous and previous.state == ReturnState.SUBMITTED:
        raise WrongState(previous, "有了结果才能重新结账。")
    return previous


def _newest(period: str, *, needs: ReturnState, remedy: str | Mapping[str, str]) -> queries.Filed:
    queries.month(period)
    filed = _locked(period)
    if filed is None:
        raise NothingClosed(period)
    if filed.state != needs:
        raise WrongState(filed, remedy if isinstance(remedy, str) else remedy[filed.state])
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


def _body(span: Period, revision: int) -> dict[str, Any]:
    """The canonical return: figures of committees and their digests; no name, no id of any person or record."""
    me = tenancy.current()
    own = queries.own_figures(span.last_day)
    children, accepted = _children(span.key)
    silent = sum(1 + len(subtree_of(child["code"])) for child in children if child["state"] != ReturnState.ACCEPTED)
    parts = [list(own.figures), *(queries.figures_in(delivery.body, Scope.TOTAL) for delivery in accepted)]
    return {
        "format": FORMAT,
        "committee": {"code": me.code, "name": me.name, "level": me.level},
        "period": span.key,
        "revision": revision,
        "as_of": span.last_day.isoformat(),
        "policies": dict(own.policies),
        "own": [figure.to_json() for figure in own.figures],
        "total": [figure.to_json() for figure in queries.summed(parts, silent=silent)],
        "children": children,
    }


def _children(period: str) -> tuple[list[dict[str, Any]], list[Delivery]]:
    """Every direct child with what is in this return of it, and the accepted deliveries themselves."""
    accepted = {delivery.sender: delivery for delivery in exchange.received_accepted(period)}
    standing = {delivery.sender: str(delivery.state) for delivery in exchange.received(period)}
    names = {entry.code: entry.name for entry in children_of(tenancy.current().code)}
    names = {code: delivery.body["committee"]["name"] for code, delivery in accepted.items()} | names
    lines = [
        {
            "code": code,
            "name": name,
            "state": str(ReturnState.ACCEPTED) if code in accepted else standing.get(code, "missing"),
            "revision": accepted[code].revision if code in accepted else None,
            "digest": accepted[code].digest if code in accepted else None,
        }
        for code, name in sorted(names.items())
    ]
    return lines, [accepted[code] for code in sorted(accepted)]


def _write_figures(row: Return) -> None:
    """The long rows repeat the body, for queries; the body is the truth."""
    ReturnFigure.objects.filter(of=row).delete()
    ReturnFigure.objects.bulk_create(
        [ReturnFigure(of=row, scope=scope, cell="", **entry) for scope in Scope.values for entry in row.body[scope]]
    )
