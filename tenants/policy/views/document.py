"""The policy in force: clause by clause, its duties, what comes with it, the year's calendar, how it is read."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import may, requires
from accounts.permissions import Permission
from core import clock, sheets
from core.web import page, sheet_url
from policy_engine import agenda
from tenants.policy import queries
from tenants.policy.forms import DocumentFilter, day_asked
from tenants.policy.queries import passages, reading
from tenants.policy.queries.telling import teller

PLACES = (
    ("逐条对照", "/policy/"),
    ("各项要求", "/policy/duties/"),
    ("表单流程设置", "/policy/more/"),
    ("全年日程", "/policy/calendar/"),
    ("怎么理解", "/policy/readings/"),
    ("比较", "/policy/compare/"),
    ("文件与施行", "/policy/documents/"),
)


def above(day: date) -> str:
    """What the values before our own overlays are called: the parent's, or those of our own document."""
    return "原文件" if queries.is_own_document(day) else "上级"


def tabs(request: HttpRequest) -> list[dict[str, object]]:
    """The policy's pages beside each other, all of the same day."""
    on = request.GET.get("on", "")
    query = f"?on={on}" if on else ""
    return [{"label": label, "url": f"{url}{query}", "current": request.path == url} for label, url in PLACES]


def shared(request: HttpRequest, day: date) -> dict[str, Any]:
    """What every page of the policy shows."""
    return {
        "tabs": tabs(request),
        "day": day,
        "is_today": day == clock.today(),
        "may_adapt": may(request.user, Permission.POLICY_ADAPT),
        "above": above(day),
        "sheet_url": sheet_url(request),
    }


def day_of(request: HttpRequest) -> date:
    return day_asked(request.GET.get("on", ""), today=clock.today())


def none(request: HttpRequest, day: date) -> HttpResponse:
    """Nothing is in force on that day."""
    context = {"tabs": tabs(request), "day": day, "has_any": queries.has_any()}
    return page(request, "policy/none.html", context)


@requires(Permission.POLICY_READ)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """逐条对照: each clause beside what it means here."""
    day = day_of(request)
    if not queries.has_policy(day):
        return none(request, day)
    document = passages.document_on(day)
    form = DocumentFilter(request.GET)
    shown = passages.filtered(document, **form.asked())
    if request.GET.get("format") == "xlsx":
        return _clause_sheet(shown)
    context = shared(request, day) | {
        "document": document,
        "shown": shown,
        "filter": form,
        "is_filtered": form.is_filtered,
        "lead": _lead(document, day),
    }
    return page(request, "policy/index.html", context)


@requires(Permission.POLICY_READ)
@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    """各项要求: every duty with its rule, whom it binds and where it comes from."""
    day = day_of(request)
    if not queries.has_policy(day):
        return none(request, day)
    overview = reading.overview(day)
    if request.GET.get("format") == "xlsx":
        return _duty_sheet(overview)
    return page(request, "policy/duties.html", shared(request, day) | {"overview": overview})


@requires(Permission.POLICY_READ)
@require_safe
def duty(request: HttpRequest, duty_id: str) -> HttpResponse:
    """One requirement: its sentence, values, where they come from, clauses."""
    day = day_of(request)
    context = {"duty": reading.duty_on(duty_id, day), "told": reading.explained(duty_id, day)}
    return page(request, "policy/duty.html", shared(request, day) | context)


@requires(Permission.POLICY_READ)
@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """表单流程设置: what comes with the document besides duties."""
    day = day_of(request)
    if not queries.has_policy(day):
        return none(request, day)
    document = passages.document_on(day)
    return page(request, "policy/more.html", shared(request, day) | {"groups": passages.more(document)})


@requires(Permission.POLICY_READ)
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """全年日程: what comes round how often, and by when."""
    day = day_of(request)
    if not queries.has_policy(day):
        return none(request, day)
    policy = queries.policy_on(day)
    lines = reading.obligations(policy, agenda.calendar(policy, day.year))
    if request.GET.get("format") == "xlsx":
        return _calendar_sheet(day.year, lines)
    return page(request, "policy/calendar.html", shared(request, day) | {"year": day.year, "lines": lines})


@requires(Permission.POLICY_READ)
@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """怎么理解: where the document leaves room, how it is read, and which value carries the reading."""
    day = day_of(request)
    if not queries.has_policy(day):
        return none(request, day)
    found = passages.readings(teller(queries.policy_on(day), day))
    return page(request, "policy/readings.html", shared(request, day) | {"readings": found})


def _lead(document: passages.Document, day: date) -> str:
    head = document.policy.header
    since = head.get("in_force_from")
    own = document.number_own
    return " · ".join(
        filter(
            None,
            [
                str(head.get("title") or document.policy.id),
                str(head.get("number") or ""),
                f"{since} 起施行" if since else "文件未写施行日",
                f"本会调整 {own} 处" if own else "",
            ],
        )
    )


def _clause_sheet(shown: passages.Document) -> HttpResponse:
    columns = [
        sheets.Out("条款", 18), sheets.Out("要求概要", 48), sheets.Out("对谁", 16), sheets.Out("效力", 8), sheets.Out("落实", 12),
        sheets.Out("本会怎么做", 70), sheets.Out("本会调整", 10),
    ]  # fmt: skip
    rows = (
        (
            one.ref, one.summary, one.who, one.force_word, one.state_word,
            "\n".join(f"{meaning.word} {meaning.title}：{meaning.text}" for meaning in one.meanings) or one.reason,
            "是" if one.is_own else "",
        )
        for one in shown.passages
    )  # fmt: skip
    return sheets.download(sheets.write(title="逐条对照", columns=columns, rows=rows), name="办法逐条对照.xlsx")


def _duty_sheet(overview: reading.Overview) -> HttpResponse:
    columns = [
        sheets.Out("要求", 30), sheets.Out("标准", 30), sheets.Out("对谁", 20), sheets.Out("效力", 10), sheets.Out("依据", 30),
        sheets.Out("本会调整", 40),
    ]  # fmt: skip
    rows = (
        (
            duty.title, duty.rule, duty.who, duty.force, "、".join(ref for ref, _ in duty.references),
            "；".join(
                f"{one.label} {one.parent_shown}→{one.shown}（{one.source.document}）"
                for one in duty.parameters if one.source.is_own
            ),
        )
        for duty in overview.duties
    )  # fmt: skip
    return sheets.download(sheets.write(title="各项要求", columns=columns, rows=rows), name="办法各项要求.xlsx")


def _calendar_sheet(year: int, lines: list[reading.Obligation]) -> HttpResponse:
    columns = [
        sheets.Out("多久一次", 12),
        sheets.Out("事项", 30),
        sheets.Out("怎么要求", 60),
        sheets.Out("期限", 30),
        sheets.Out("依据", 24),
    ]
    rows = ((one.often, one.title, one.sentence, one.due, one.refs) for one in lines)
    return sheets.download(
        sheets.write(title=f"{year}年日程", columns=columns, rows=rows), name=f"{year}年办法日程.xlsx"
    )
