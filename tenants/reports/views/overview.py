"""上下级汇总 at a glance: heat table, trend over periods, completeness wall. Answers come from received returns alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import clock, tenancy
from core.sheets import Out, download, write
from core.templatetags.ui import STATES
from core.web import page
from tenants.reports import queries
from tenants.reports.queries import overview
from tenants.reports.views.periods import chosen_kind, chosen_period, kinds, periods_of, tabs
from tenants.reports.views.sheets import shown

LENGTH = 12  # periods on one page


@requires(Permission.ROLLUP_READ)
@require_safe
def heat(request: HttpRequest) -> HttpResponse:
    """Committee × indicator for one period, tinted within each indicator."""
    period = chosen_period(request)
    found = queries.rollup(period)
    lines = [line for line in found.lines if line.depth]
    rows = [line.cells for line in lines]
    cells = [mark_safe("".join(map(_tinted, *pair))) for pair in zip(rows, overview.tints(rows), strict=True)]
    return page(
        request,
        "reports/heat.html",
        {
            "lead": queries.spoken(period),
            "tabs": tabs("heat", period),
            "period": period,
            "periods": periods_of(period),
            "columns": found.columns,
            "lines": list(zip(lines, cells, strict=True)),
        },
    )


def _tinted(cell: queries.Cell, tint: int) -> str:
    """One cell of the table: numbers and signs we made, nothing anybody typed. A province has six thousand."""
    return f'<td class="num{f" lx-heat-{tint}" if tint else ""}" title="{cell.parts}">{cell.shown}</td>'


@requires(Permission.ROLLUP_READ)
@require_safe
def trend(request: HttpRequest) -> HttpResponse:
    """One indicator over the last twelve periods: the sum, and each direct child."""
    kind = chosen_kind(request)
    periods = overview.last_spans(clock.today(), kind, number=LENGTH)
    columns = overview.offered(periods)
    asked = request.GET.get("indicator", "")
    column = overview.picked(asked) if asked else columns[0]
    found = overview.trend(column, periods)
    if request.GET.get("format") == "xlsx":
        return _trend_sheet(found)
    context = {
        "lead": f"{column.indicator.title}，最近 {len(found.periods)} 期",
        "tabs": tabs("trend", ""),
        "trend": found,
        "labels": [queries.spoken(one.key) for one in found.periods],
        "columns": [{"column": one, "chosen": one.key == column.key} for one in columns],
        "kinds": kinds(kind),
        "has_any": any(cell.is_known for series in (found.total, *found.children) for cell in series.cells),
        "sheet_url": f"?indicator={column.name}&kind={kind}&format=xlsx",
    }
    return page(request, "reports/trend.html", context)


def _trend_sheet(found: overview.Trend) -> HttpResponse:
    columns = [Out("委员会", 30), *(Out(queries.spoken(one.key), 16) for one in found.periods)]
    rows: list[list[Any]] = [
        [series.name, *(shown(cell) for cell in series.cells)] for series in (found.total, *found.children)
    ]
    title = found.column.indicator.title
    return download(write(title=title, columns=columns, rows=rows), name=f"{tenancy.current().name} {title}走势.xlsx")


@requires(Permission.ROLLUP_READ)
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """Committee × period: who reported, in time or late, and what was sent back."""
    kind = chosen_kind(request)
    found = overview.wall(overview.last_spans(clock.today(), kind, number=LENGTH))
    if request.GET.get("format") == "xlsx":
        return _wall_sheet(found)
    shown = lru_cache(_shown)  # few bricks differ, and a province has sixteen hundred
    context = {
        "lead": f"最近 {len(found.periods)} 期",
        "tabs": tabs("wall", ""),
        "wall": found,
        "lines": [
            (line, [(one.url, shown(one.state, one.is_late, one.revision, line.depth > 1)) for one in line.bricks])
            for line in found.lines
        ],
        "labels": [queries.spoken(one.key) for one in found.periods],
        "reported": f"{found.reported} / {found.asked}",
        "timely": f"{found.timely} / {found.reported}" if found.timely is not None else None,
        "kinds": kinds(kind),
        "sheet_url": f"?kind={kind}&format=xlsx",
    }
    return page(request, "reports/wall.html", context)


def _shown(state: str, is_late: bool, revision: int, is_further: bool) -> SafeString:
    about = {"state": state, "is_late": is_late, "revision": revision}
    return render_to_string("reports/_brick.html", about | {"is_unknown": is_further and state == overview.MISSING})


def _wall_sheet(found: overview.Wall) -> HttpResponse:
    columns = [Out("委员会", 30), *(Out(queries.spoken(one.key), 16) for one in found.periods)]
    rows = [
        [f"{'　' * (line.depth - 1)}{line.name}", *(_said(one, line.depth) for one in line.bricks)]
        for line in found.lines
    ]
    return download(write(title="完整性", columns=columns, rows=rows), name=f"{tenancy.current().name} 报送完整性.xlsx")


def _said(brick: overview.Brick, depth: int) -> str:
    if depth > 1 and brick.state == overview.MISSING:
        return queries.NOT_HERE
    return f"{STATES[brick.state].word}{'（迟报）' if brick.is_late else ''}"
