"""Pages of topics of consultation, and of the committee's calendar."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.web import page, refusals_on, sheet_url
from tenants.activities import actions, queries
from tenants.activities.forms import OccasionForm, TopicFilterForm, TopicForm, TopicMoveForm
from tenants.liaison.queries import audience_of
from tenants.liaison.queries.offshoots import offshoots_of

PER_PAGE = 50
COLUMNS = (
    sheets.Out("年度", 8), sheets.Out("议题", 50), sheets.Out("协商形式", 14), sheets.Out("从哪里来", 14), sheets.Out("进展", 10),
    sheets.Out("活动", 40), sheets.Out("结果", 50),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def topic_list(request: HttpRequest) -> HttpResponse:
    """What the committee consults on, and what came of it; an office adds one on the spot."""
    today, asked = clock.today(), TopicFilterForm(request.GET)
    given = {name: value for name, value in asked.cleaned_data.items() if value} if asked.is_valid() else {}
    found = queries.topics(**given)
    writes = may(request.user, Permission.RECORDS_WRITE)
    form = TopicForm(request.POST or None, today=today)
    if request.method == "POST" and writes and form.is_valid():
        with refusals_on(form):
            topic = actions.propose_topic(**form.cleaned_data, by=signed_in(request))
            messages.success(request, f"已列出《{topic}》，选定以后在它的页面上改进展。")
            return redirect("activities:topics")
    if request.GET.get("format") == "xlsx":
        rows = (
            (one.year, one.title, one.get_form_display(), one.get_source_display(), one.get_state_display(), str(one.activity or ""), one.result)
            for one in found
        )  # fmt: skip
        name = f"{request.committee.name}协商议题-{today:%Y%m%d}.xlsx"  # type: ignore[attr-defined]
        return sheets.download(sheets.write(title="协商议题", columns=COLUMNS, rows=rows), name=name)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    done = found.filter(state="held").count()
    context = {
        "page": shown, "filter": asked, "form": form, "may_write": writes, "export_url": sheet_url(request),
        "lead": f"{shown.paginator.count} 个议题，已协商 {done}", "is_filtered": bool(given), "audience": audience_of(request.user),
    }  # fmt: skip
    return page(request, "activities/topics.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def topic(request: HttpRequest, id: UUID) -> HttpResponse:
    """One topic: from where it came, how far it is, what came of it."""
    one = queries.topic_by_id(id)
    held = queries.activities(request.user).filter(held_on__year__gte=one.year, is_planned=False)
    initial = {"state": one.state, "result": one.result, "activity": one.activity_id}
    form = TopicMoveForm(request.POST or None, held=held, initial=initial)
    writes = may(request.user, Permission.RECORDS_WRITE)
    if request.method == "POST" and writes and form.is_valid():
        with refusals_on(form):
            given = form.cleaned_data | {
                "activity": form.cleaned_data["activity"].pk if form.cleaned_data["activity"] else None
            }
            actions.move_topic(id=one.pk, **given, by=signed_in(request))
            messages.success(request, "议题的进展已更新。")
            return redirect("activities:topic", id=one.pk)
    context = {
        "topic": one,
        "form": form,
        "may_write": writes,
        "offshoots": offshoots_of(one, request.user),
        "audience": audience_of(request.user),
    }
    return page(request, "activities/topic.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def calendar(request: HttpRequest) -> HttpResponse:
    """The meetings of the committee, by year: what the policy counts periods and due days from."""
    today = clock.today()
    writes = may(request.user, Permission.RECORDS_WRITE)
    form = OccasionForm(request.POST or None, today=today)
    if request.method == "POST" and writes and form.is_valid():
        with refusals_on(form):
            one = actions.set_occasion(**form.cleaned_data, by=signed_in(request))
            messages.success(request, f"{one.held_on:%Y-%m-%d} 的会议已列入日程，与它有关的期限随之推算。")
            return redirect("activities:calendar")
    found = list(queries.occasions().order_by("-held_on", "id"))
    kinds = queries.occasion_kinds(today)
    years = [
        (year, [{"one": one, "kind": kinds.get(one.kind, one.kind)} for one in ones])
        for year, ones in groupby(found, key=lambda one: one.held_on.year)
    ]
    context = {"years": years, "form": form, "may_write": writes, "audience": audience_of(request.user)}
    return page(request, "activities/calendar.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.RECORDS_WRITE)
def occasion_remove(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take a meeting out of the calendar."""
    actions.remove_occasion(id=id, by=signed_in(request))
    messages.success(request, "会议已从日程去掉。")
    return redirect("activities:calendar")
