"""比较: our policy beside the parent's and beside any shipped template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import sheets
from core.web import page
from tenants.policy import queries
from tenants.policy.forms import CompareFilter
from tenants.policy.queries import comparing
from tenants.policy.views.document import day_of, none, shared


@requires(Permission.POLICY_READ)
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The named parameters first, differences in words; every other value below, folded."""
    day = day_of(request)
    if not queries.has_policy(day):
        return none(request, day)
    form = CompareFilter(request.GET, choices=comparing.choices(day))
    asked = form.asked()
    whole = comparing.comparison(day, asked["beside"])
    found = comparing.filtered(whole, q=asked["q"], everything=asked["everything"])
    if request.GET.get("format") == "xlsx":
        return _sheet(found)
    context = {"filter": form, "found": found, "whole": whole, "everything": asked["everything"]}
    return page(request, "policy/compare.html", shared(request, day) | context)


def _sheet(found: comparing.Comparison) -> HttpResponse:
    columns = [
        sheets.Out("项目", 34),
        *(sheets.Out(f"{one.label} {one.detail}".strip(), 40) for one in found.columns),
        sheets.Out("比较", 12),
    ]

    def rows(some: tuple[comparing.Row, ...]) -> Iterator[tuple[Any, ...]]:
        yield from ((row.title, *(cell.text for cell in row.cells), row.word) for row in some)

    parts = [("主要参数", columns, rows(found.named)), ("其余各项", columns, rows(found.rest))]
    return sheets.download(sheets.book(parts), name="办法比较.xlsx")
