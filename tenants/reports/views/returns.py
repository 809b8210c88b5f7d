"""报送: the months of this committee, one month's return, and its steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, tenancy
from core.sheets import Out, book, download
from core.web import page, refusals_on
from dispatch.models import Job
from dispatch.queries import latest as latest_job
from exchange.signing import fingerprint
from policy_engine.periods import Period
from registry.queries import ancestors_of, children_of, committee_by_code
from tenants.reports import actions, queries
from tenants.reports.forms import WithdrawForm
from tenants.reports.views.sheets import breakdown_sheets, changes_sheet, numbers, three

NEXT = {
    "draft": "等领导签署",
    "signed": "等办公室报送",
    "submitted": "等上级接收",
    "accepted": "已定稿，改数请报更正稿",
    "returned": "核对后重新结账",
}

Dues = Mapping[str, dt.date | None]  # by period, until when the parent asks for it

NAGGED_DAYS = 90  # a half-year or year that ended longer ago is closed from the list, not from the top of the page


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One period in the list: `state` is empty before the first closing."""

    key: str
    label: str
    kind: str
    state: str
    revision: int | None
    note: str
    due_on: dt.date | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class DueLine:
    """A period that is over, and what can be done about it now."""

    key: str
    name: str
    filed: queries.Filed | None
    note: str
    due_on: dt.date | None
    job: Job | None
    may_close: bool

    @property
    def label(self) -> str:
        return queries.spoken(self.key)

    @property
    def is_waiting(self) -> bool:
        return _is_under_way(self.job)


@requires(Permission.RETURNS_READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every period of the year with its state and what is next; what is due now can be closed from the top."""
    today = clock.today()
    filed = queries.all_latest()
    kind = request.GET.get("kind", "")
    spans = {one.key: one for one in [*queries.spans_until(today, closed=filed), *(queries.span(key) for key in filed)]}
    parent = _parent_name()
    on_top = _on_top(request.GET.get("period", ""), today, filed)
    asked = queries.asked_until([*spans.values(), *on_top])
    lines = [_line(span, filed.get(span.key), today, asked) for span in queries.in_order(list(spans.values()))]
    due = [_due(request, span, filed.get(span.key), asked) for span in on_top]
    context = {
        "lines": [line for line in lines if kind in ("", line.kind) and (line.is_over or line.state)],
        "ahead": [line.label for line in lines if not (line.is_over or line.state)],
        "kinds": [
            {"label": label, "url": f"?kind={key}" if key else "?", "current": key == kind}
            for key, label in KINDS.items()
        ],
        "due": due,
        "with_dates": any(line.due_on for line in lines),
        "waiting": any(one.is_waiting for one in due),
        "may_see_job": may(request.user, Permission.JOBS_READ),
        "to_decide": len(queries.to_decide()),
        "parent": parent,
        "lead": f"报送{parent}" if parent else "本会没有上级委员会，签署后即为定稿",
        "has_children": bool(children_of(tenancy.current().code)),
    }
    return page(request, "reports/index.html", context)


def _on_top(asked: str, today: dt.date, filed: Mapping[str, queries.Filed]) -> list[Period]:
    """What is due and not settled, and before it the period somebody comes from closing, however long it is over."""
    due = queries.due_spans(today, within=NAGGED_DAYS, closed=filed)
    owed = [one for one in due if one.key == asked or one.key not in filed or not queries.is_final(filed[one.key])]
    found = queries.span(asked) if asked else None
    return [found, *owed] if found and found.last_day <= today and found not in owed else owed


KINDS = {"": "全部", "month": "月报", "half_year": "半年报", "year": "年报"}


def _line(span: Period, filed: queries.Filed | None, today: dt.date, asked: Dues) -> PeriodLine:
    is_over = span.last_day <= today
    note = ("待结账" if is_over else "还没有结束") if filed is None else _note(filed)
    return PeriodLine(
        key=span.key,
        label=queries.spoken(span.key),
        kind=queries.kind_of(span.key),
        state=filed.state if filed else "",
        revision=filed.revision if filed else None,
        note=note,
        due_on=asked[span.key],
        is_over=is_over,
    )


def _note(filed: queries.Filed) -> str:
    return f"退回理由：{filed.reason}" if filed.reason else _next(filed)


def _due(request: HttpRequest, span: Period, filed: queries.Filed | None, asked: Dues) -> DueLine:
    return DueLine(
        key=span.key,
        name=queries.named(span.key),
        filed=filed,
        note=_note(filed) if filed else "",
        due_on=asked[span.key],
        job=latest_job(actions.CLOSE_PERIOD, period=span.key),
        may_close=may(request.user, Permission.RETURNS_CLOSE) and _can_close(filed),
    )


def _next(filed: queries.Filed) -> str:
    """A committee without a parent is done when it has signed."""
    return "已定稿" if filed.state == "signed" and queries.is_final(filed) else NEXT[filed.state]


def _can_close(filed: queries.Filed | None) -> bool:
    return filed is None or filed.state in ("draft", "returned") or queries.is_final(filed)


def _is_under_way(job: Job | None) -> bool:
    return job is not None and job.is_under_way


def _parent_name() -> str:
    """The committee returns go to, as the registry names it; empty at the top."""
    above = ancestors_of(tenancy.current().code)
    return above[0].name if above else ""


@requires(Permission.RETURNS_CLOSE)
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Queue the closing; the list shows how far it is."""
    period = request.POST.get("period", "")
    actions.request_close(period=period, today=clock.today(), by=signed_in(request))  # type: ignore[arg-type]
    messages.info(request, f"{queries.named(period)}正在结账，算好以后等领导签署。")
    return redirect(f"{reverse('reports:index')}?period={period}")


@requires(Permission.RETURNS_READ)
@require_safe
def show(request: HttpRequest, period: str) -> HttpResponse:
    """One month: figures with definition, numerator and denominator, own and with those below; the next step's button."""
    queries.span(period)
    revisions = queries.revisions(period)
    if not revisions:
        may_close = may(request.user, Permission.RETURNS_CLOSE) and queries.span(period).last_day <= clock.today()
        last_day = queries.span(period).last_day
        context = {
            "name": queries.named(period),
            "period": period,
            "may_close": may_close,
            "last_day": last_day,
            "is_over": last_day <= clock.today(),
        }
        return page(request, "reports/not_closed.html", context)
    filed = revisions[0]
    table = _table(filed)
    if request.GET.get("format") == "xlsx":
        return _sheet(filed, table, revisions[1:])
    return page(request, "reports/show.html", _context(request, filed, table, revisions[1:]))


def _context(
    request: HttpRequest, filed: queries.Filed, table: list[FigureLine], earlier: list[queries.Filed]
) -> dict[str, object]:
    parent = _parent_name()
    before = _before(earlier)
    due_on = queries.asked_until([queries.span(filed.period)])[filed.period]
    return {
        "filed": filed,
        "newer": queries.newer_below(filed),
        "before": before,
        "changes": _changes(filed, before) if before else None,
        "chain": queries.chain(filed.row.body, before.row.body) if before else (),
        "due_on": due_on,
        "is_late": _is_late(earlier[-1] if earlier else filed, due_on),
        "label": queries.spoken(filed.period),
        "name": queries.named(filed.period),
        "fingerprint": _fingerprint(filed),
        "next": _next(filed),
        "table": table,
        "breakdowns": queries.tables(filed.row.body),
        "children": filed.row.body["children"],
        "lacking": filed.lacking,
        "earlier": earlier,
        "parent": parent,
        "may_sign": filed.state == "draft" and may(request.user, Permission.RETURNS_SIGN),
        "may_withdraw": filed.state == "signed" and may(request.user, Permission.RETURNS_SIGN),
        "may_submit": filed.state == "signed" and bool(parent) and may(request.user, Permission.RETURNS_SUBMIT),
        "may_close": _can_close(filed) and may(request.user, Permission.RETURNS_CLOSE),
        "withdraw_form": WithdrawForm(),
    }


def _before(earlier: list[queries.Filed]) -> queries.Filed | None:
    """What a revision is compared with: the accepted one before it, or the newest where none was accepted."""
    return next((one for one in earlier if one.state == "accepted"), next(iter(earlier), None))


def _changes(filed: queries.Filed, before: queries.Filed) -> queries.Changes:
    return queries.changes(filed.row.body, before.row.body, keys=(_fingerprint(before), _fingerprint(filed)))


def _fingerprint(filed: queries.Filed) -> str:
    return fingerprint(filed.row.public_key) if filed.row.public_key else ""


def _is_late(first: queries.Filed, due_on: dt.date | None) -> bool:
    sent = first.row.submitted_at
    return sent is not None and queries.is_late(sent, due_on)


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One indicator by one basis: this committee's own part, and with those below."""

    own: queries.Cell
    total: queries.Cell
    url: str  # where the own figure opens down to its records

    @property
    def column(self) -> queries.Column:
        return self.own.column


def _table(filed: queries.Filed) -> list[FigureLine]:
    columns = queries.columns_for([*filed.own, *filed.total], adapted=queries.is_adapted(filed.row.body))
    pairs = zip(queries.cells(columns, filed.own), queries.cells(columns, filed.total), strict=True)
    page = f"/returns/{filed.period}/figures/"
    return [FigureLine(own, total, f"{page}{own.column.indicator.id}/") for own, total in pairs]


def _sheet(filed: queries.Filed, table: list[FigureLine], earlier: list[queries.Filed]) -> HttpResponse:
    columns = [Out("指标", 26), Out("口径", 12), *three("本级"), *three("含下级")]
    columns += [Out("来自几个委员会", 14), Out("口径说明", 50)]
    rows = [
        [
            line.column.indicator.title,
            line.column.basis_label,
            *numbers(line.own, line.total),
            line.total.answered,
            line.column.indicator.definition,
        ]
        for line in table
    ]
    name = f"{tenancy.current().name} {queries.spoken(filed.period)}报表 第{filed.revision}稿"
    parts = [(queries.spoken(filed.period), columns, rows), *breakdown_sheets(filed.row.body)]
    if before := _before(earlier):
        parts.append(changes_sheet(_changes(filed, before), queries.chain(filed.row.body, before.row.body)))
    return download(book(parts), name=f"{name}.xlsx")


@requires(Permission.RETURNS_SIGN)
@require_POST
def sign(request: HttpRequest, period: str) -> HttpResponse:
    seen = request.POST.get("seen", "")
    actions.sign(period=period, at=clock.now(), by=signed_in(request), seen=seen)  # type: ignore[arg-type]
    parent = _parent_name()
    messages.success(request, f"已签署，等办公室报送{parent}。" if parent else "已签署，这一期就此定稿。")
    return redirect("reports:show", period)


@requires(Permission.RETURNS_SIGN)
@require_POST
def withdraw(request: HttpRequest, period: str) -> HttpResponse:
    """Take the signature back; the reason goes to the trail."""
    form = WithdrawForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            actions.withdraw_signature(period=period, why=form.cleaned_data["why"], by=signed_in(request))  # type: ignore[arg-type]
            messages.info(request, "已撤回签署，办公室可以重新结账。")
            return redirect("reports:show", period)
    revisions = queries.revisions(period)
    if not revisions:
        raise actions.NothingClosed(period)
    context = _context(request, revisions[0], _table(revisions[0]), revisions[1:]) | {"withdraw_form": form}
    return page(request, "reports/show.html", context, status=422)


@requires(Permission.RETURNS_SUBMIT)
@require_POST
def submit(request: HttpRequest, period: str) -> HttpResponse:
    seen = request.POST.get("seen", "")
    delivery = actions.submit(period=period, at=clock.now(), by=signed_in(request), seen=seen)  # type: ignore[arg-type]
    recipient = committee_by_code(delivery.recipient)
    messages.success(request, f"已报送{recipient.name if recipient else '上级'}，等待接收。")
    return redirect("reports:show", period)
