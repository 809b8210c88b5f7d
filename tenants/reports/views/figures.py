"""One figure of one's own return, down to who and which records. Inside the committee only: nothing of this ever leaves it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import may, requires
from accounts.permissions import Permission
from core import clock, tenancy
from core.errors import NotFound
from core.sheets import Out, download, write
from core.web import page
from tenants.members.queries import reach_of
from tenants.policy.queries import NoPolicy, policy_on, reading
from tenants.reports import queries
from tenants.reports.models import Basis

PER_PAGE = 100
SIDES = {"": "全部", "out": "未计入", "in": "计入"}


@requires(Permission.RETURNS_READ)
@require_safe
def figure(request: HttpRequest, period: str, indicator: str) -> HttpResponse:
    """What the figure is made of now, beside what was closed; names only for those who may see everybody's standing and records."""
    span = queries.span(period)
    basis = Basis.PARENT if request.GET.get("basis") == Basis.PARENT else Basis.OWN
    if span.start > clock.today():
        raise NotFound("这一期还没有开始。")
    found = queries.opened(span, indicator, basis)
    named = _may_see_names(request)
    side = request.GET.get("side", "")
    who = [one for one in found.who if side not in ("in", "out") or one.is_in == (side == "in")]
    records = [one for one in found.records if side not in ("in", "out") or one.is_in == (side == "in")]
    if request.GET.get("format") == "xlsx" and named:
        return _sheet(found, queries.named(period))
    filed = queries.latest(period)
    frozen = next((one for one in filed.own if one.key == (indicator, basis)), None) if filed else None
    columns = [queries.Column(found.indicator, basis)]
    sides = None if found.numerator is None else (found.numerator, found.denominator)
    live = queries.cells(columns, [queries.figure(indicator, basis, sides)])[0]
    context = {
        "found": found,
        "name": queries.named(period),
        "period": period,
        "filed": filed,
        "live": live,
        "frozen": queries.cells(columns, [frozen])[0] if frozen else None,
        "has_moved": frozen is not None
        and (frozen.numerator, frozen.denominator) != (found.numerator, found.denominator),
        "named": named,
        "who": Paginator(who, PER_PAGE).get_page(request.GET.get("page")) if named else None,
        "records": Paginator(records, PER_PAGE).get_page(request.GET.get("page")) if named else None,
        "with_periods": any(one.period for one in found.who),
        "sides": SIDES,
        "side": side,
        "can_be_out": any(not one.is_in for one in found.who) or any(not one.is_in for one in found.records),
        "basis": basis,
        "clauses": _clauses(found),
        "numbers": {"in": sum(one.is_in for one in found.who), "out": sum(not one.is_in for one in found.who)},
    }
    return page(request, "reports/figure.html", context)


def _may_see_names(request: HttpRequest) -> bool:
    if not (may(request.user, Permission.RECORDS_READ) and may(request.user, Permission.STANDING_READ)):
        return False
    return reach_of(request.user, Permission.STANDING_READ).is_everybody  # type: ignore[arg-type]


def _clauses(found: queries.Opened) -> tuple[reading.ClauseLine, ...]:
    try:
        return reading.clause_lines(policy_on(found.as_of), found.indicator.clauses)
    except NoPolicy:
        return ()


def _sheet(found: queries.Opened, name: str) -> HttpResponse:
    title = found.indicator.title
    if found.who:
        columns = [Out("对象", 24), Out("期", 14), Out("计入", 10), Out("为什么", 60)]
        rows = [[one.name, one.period, "计入" if one.is_in else "未计入", one.why] for one in found.who]
    else:
        columns = [Out("日期", 12), Out("类别", 18), Out("内容", 50), Out("计入", 10)]
        rows = [
            [f"{one.on:%Y-%m-%d}", one.kind, one.title, "计入" if one.is_in else "只在分母"] for one in found.records
        ]
    return download(
        write(title=title[:30], columns=columns, rows=rows), name=f"{tenancy.current().name} {name} {title}.xlsx"
    )
