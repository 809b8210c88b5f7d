"""试算影响: what a draft of the policy would have meant for last year's records."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.ids import id_of
from core.web import page, sheet_url
from tenants.assessment import actions
from tenants.assessment.queries import whatif
from tenants.assessment.views import asking
from tenants.policy.models import Draft
from tenants.policy.queries.cases import open_case
from tenants.policy.queries.drafting import open_draft

PER_PAGE = 50


@requires(Permission.POLICY_ADAPT, Permission.POLICY_ADOPT)
@require_http_methods(["GET", "POST"])
def what_if(request: HttpRequest) -> HttpResponse:
    """How many would be done and short under the draft, with `?case=1` under the case; large committees have it worked out by a job."""
    today, of_case = clock.today(), bool(request.GET.get("case"))
    draft = open_case() if of_case else open_draft()
    if draft is None:
        nothing = {"draft": None, "may_adapt": may(request.user, Permission.POLICY_ADAPT)}
        return page(request, "assessment/what_if.html", nothing)
    as_of = _as_of(request, today)
    if request.method == "POST":
        job = actions.ask_what_if(draft_id=draft.pk, as_of=as_of, by=signed_in(request))
        messages.info(request, "正在试算，算好以后回到“试算影响”看结果。")
        return redirect("jobs:show", job_id=job.pk)
    found = whatif.kept(draft, as_of) if whatif.is_large(as_of) else _now(draft, as_of, today)
    kept_query = "case=1&" if of_case else ""
    context: dict[str, Any] = {
        "draft": draft,
        "of_case": of_case,
        "kept_query": kept_query,
        "found": found,
        "as_of": as_of,
        "years": [
            {"label": _label(year, end), "url": f"?{kept_query}year={year}", "current": end == as_of}
            for year, end in whatif.year_ends(today)
        ],
        "label": _label(as_of.year, as_of),
    }
    if found is None:
        return page(request, "assessment/what_if.html", context)
    duty, sector = request.GET.get("duty", ""), id_of(request.GET.get("sector", ""))
    lines = whatif.member_lines(found, duty=duty, sector=sector, within=asking.reach(request).q())
    if request.GET.get("format") == "xlsx":
        return _sheet(found, lines)
    context |= {
        "effects": [one for one in found.effects if one.is_touched],
        "others": [one for one in found.effects if not one.is_touched],
        "sectors": whatif.sector_lines(found),
        "page": Paginator(lines, PER_PAGE).get_page(request.GET.get("page")),
        "duty": next((one for one in found.effects if one.id == duty), None),
        "sheet_url": sheet_url(request),
        "all_url": f"?{kept_query}year={as_of.year}",
    }
    return page(request, "assessment/what_if.html", context)


def _now(draft: Draft, as_of: dt.date, today: dt.date) -> whatif.WhatIf:
    return whatif.weigh(draft, as_of=as_of, day=today, at=clock.now())


def _as_of(request: HttpRequest, today: dt.date) -> dt.date:
    ends = dict(whatif.year_ends(today))
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and int(asked) in ends else whatif.default_year(today)
    return ends[year]


def _label(year: int, end: dt.date) -> str:
    return f"{year} 年全年" if (end.month, end.day) == (12, 31) else f"{year} 年到 {end.month} 月 {end.day} 日"


def _sheet(found: whatif.WhatIf, lines: list[whatif.MemberLine]) -> HttpResponse:
    def counted(one: whatif.Count | None) -> tuple[int | None, int | None]:
        return (one.met, one.short) if one else (None, None)

    effects = [sheets.Out("要求", 30), sheets.Out("现在", 24), sheets.Out("按草稿", 24), *(sheets.Out(name, 14) for name in ("现在完成", "现在尚差", "草稿完成", "草稿尚差"))]  # fmt: skip
    people = [sheets.Out("姓名", 14), sheets.Out("界别", 16), sheets.Out("现在", 12), sheets.Out("按草稿尚差", 50)]
    parts = [
        ("各项要求", effects, ((one.title, one.rule_before, one.rule_after, *counted(one.before), *counted(one.after)) for one in found.effects)),
        ("新增尚差的委员", people, ((one.name, one.sector, one.was, "；".join(f"{title} {owed}" for _, title, owed in one.owed)) for one in lines)),
    ]  # fmt: skip
    return sheets.download(sheets.book(parts), name=f"办法试算-{found.as_of:%Y-%m-%d}.xlsx")
