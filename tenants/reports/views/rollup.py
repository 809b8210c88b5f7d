"""上下级汇总: which committee below reported, and the sum; every number leads to its definition and composition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import clock, tenancy
from core.sheets import Out, download, write
from core.templatetags.ui import STATES
from core.web import page
from policy_engine import Indicator
from tenants.policy.queries import NoPolicy, policy_on, reading
from tenants.reports import queries
from tenants.reports.views.periods import chosen_period, periods_of, tabs
from tenants.reports.views.sheets import numbers, three


@requires(Permission.ROLLUP_READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The tree of committees below × indicators for one month."""
    period = chosen_period(request)
    found = queries.rollup(period)
    lines, above = queries.opened_at(found, request.GET.get("under", ""))
    if request.GET.get("format") == "xlsx":
        return _sheet(found)
    return page(
        request,
        "reports/rollup.html",
        {
            "rollup": found,
            "lines": lines,
            "above": above,
            "tabs": tabs("tree", period),
            "lead": queries.spoken(period),
            "reported": f"{found.reported} / {found.asked}",
            "accepted": f"{found.accepted} / {found.asked}",
            "in_time": f"{found.in_time} / {found.asked}",
            "due_said": f"第一稿在 {found.due_on} 以前（含）报到的直接下级。" if found.due_on else "",
            "period": period,
            "periods": periods_of(period),
        },
    )


def _sheet(found: queries.Rollup) -> HttpResponse:
    heads = []
    for column in found.columns:
        title = f"{column.indicator.title}{'·' + column.basis_above if column.basis_above else ''}"
        heads += three(title, width=16)
    name = f"{tenancy.current().name} {queries.spoken(found.period)}上下级汇总.xlsx"
    return _written(found, range(len(found.columns)), heads, title=queries.spoken(found.period), name=name)


def _written(found: queries.Rollup, places: Sequence[int], heads: list[Out], *, title: str, name: str) -> HttpResponse:
    """A line per committee with the figures of these columns, and the sum."""
    chosen = [found.columns[place] for place in places]
    rows: list[list[Any]] = [
        [
            f"{line.indent}{line.name}",
            line.word or STATES[line.state].word,
            *numbers(*queries.cells(chosen, line.figures)),
        ]
        for line in found.lines
    ]
    rows.append(["合计", "", *numbers(*(found.total[place] for place in places))])
    columns = [Out("委员会", 30), Out("状态", 14), *heads]
    return download(write(title=title, columns=columns, rows=rows), name=name)


@requires(Permission.ROLLUP_READ)
@require_safe
def indicator(request: HttpRequest, indicator: str) -> HttpResponse:
    """One indicator: definition, numerator and denominator, and which committee gave how much."""
    period = chosen_period(request)
    found = queries.rollup(period, including=indicator)
    places = queries.column_pair(found, indicator)
    columns = [found.columns[place] for place in places]
    shared = columns[0].indicator
    if request.GET.get("format") == "xlsx":
        return _indicator_sheet(found, places)
    context = {
        "indicator": shared,
        "clauses": _clauses_here(shared),
        "columns": columns,
        "total": [found.total[place] for place in places],
        "lines": [{"line": line, "cells": queries.cells(columns, line.figures)} for line in found.lines],
        "label": queries.spoken(period),
        "days": queries.days_counted(shared.id, queries.span(period)),
        "period": period,
        "periods": periods_of(period),
        "duties": _duties_here(shared),
    }
    return page(request, "reports/indicator.html", context)


def _indicator_sheet(found: queries.Rollup, places: tuple[int, ...]) -> HttpResponse:
    """What the page's table says, and the sum."""
    heads = [head for place in places for head in three(found.columns[place].basis_above or "数值")]
    title = found.columns[places[0]].indicator.title
    name = f"{tenancy.current().name} {queries.spoken(found.period)} {title}.xlsx"
    return _written(found, places, heads, title=title[:30], name=name)


def _clauses_here(indicator: Indicator) -> tuple[reading.ClauseLine, ...]:
    """Where this committee's own document asks for it; another's clauses would mean nothing here."""
    try:
        return reading.clause_lines(policy_on(clock.today()), indicator.clauses)
    except NoPolicy:
        return ()


def _duties_here(indicator: Indicator) -> list[dict[str, str]]:
    """The rules of this committee's own policy that the indicator is bound to; none where it has no policy or no such rule."""
    today = clock.today()
    try:
        policy = policy_on(today)
    except NoPolicy:
        return []
    bound = next((one for one in policy.indicators if one.id == indicator.id), indicator)
    return [
        {"title": policy.duty(duty, today).title, "url": reading.duty_url(duty)}
        for duty in bound.duties
        if f"duty.{duty}" in policy.elements
    ]
