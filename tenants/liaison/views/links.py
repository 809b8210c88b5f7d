"""The link chain: how far it reaches, who is charged with whom, proposals, the matrix."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.errors import DomainError, NotFound
from core.web import page, refusals_on, sheet_url
from tenants.liaison import actions, queries
from tenants.liaison.forms import DayForm, LinkForm, ProposalForm, SearchForm, as_named
from tenants.liaison.models import Level
from tenants.members.queries import clause_refs

GAPS_SHOWN = 12
ROWS = 100
CHAIN_COLUMNS = (
    sheets.Out("联系", 24), sheets.Out("应联系", 10), sheets.Out("已联系", 10), sheets.Out("覆盖", 10), sheets.Out("还没有的", 60),
)  # fmt: skip
LEVEL_COLUMNS = (
    sheets.Out("联系人", 14), sheets.Out("界别、编号", 24), sheets.Out("联系谁", 20), sheets.Out("起始", 12), sheets.Out("依据", 24),
)  # fmt: skip


def _level(name: str) -> Level:
    if name not in Level.values:
        raise NotFound
    return Level(name)


@require_safe
@requires(Permission.ORGANISATION_READ)
def chain(request: HttpRequest) -> HttpResponse:
    """Is everybody reached? Per rung the coverage and who is left out; as a file with `?format=xlsx`."""
    today = clock.today()
    rungs = queries.rungs(today)
    if request.GET.get("format") == "xlsx":
        rows = [
            (one.title, one.total, one.linked, one.percent, "、".join(gap.name for gap in one.gaps)) for one in rungs
        ]
        content = sheets.write(title="联系链条", columns=CHAIN_COLUMNS, rows=rows)
        return sheets.download(content, name=f"{request.committee.name}联系链条-{today:%Y%m%d}.xlsx")  # type: ignore[attr-defined]
    unused = [one for one in Level if one.value not in {rung.level for rung in rungs}]
    context = {
        "rungs": [
            {
                "rung": one,
                "gaps": one.gaps[:GAPS_SHOWN],
                "more": len(one.gaps) - GAPS_SHOWN,
                "clauses": clause_refs(one.clauses, today),
            }
            for one in rungs
        ],
        "lead": _lead(rungs),
        "unused": unused,
        "export_url": sheet_url(request),
        "may_write": may(request.user, Permission.MEMBERS_WRITE),
    }
    return page(request, "liaison/links.html", context)


def _lead(rungs: list[queries.Rung]) -> str:
    asked = [one for one in rungs if one.is_asked]
    short = [one for one in asked if not one.is_full]
    if not asked:
        return ""
    if not short:
        return f"{len(asked)} 级都已全覆盖"
    gaps = "，".join(f"{one.title}差 {len(one.gaps)}" for one in short)
    full = len(asked) - len(short)
    return f"{len(asked)} 级中 {full} 级全覆盖；{gaps}" if full else f"{len(asked)} 级都还没有全覆盖：{gaps}"


@require_http_methods(["GET", "POST"])
@requires(Permission.ORGANISATION_READ)
def level(request: HttpRequest, level: str) -> HttpResponse:
    """Who is charged with whom; POST gives out more. As a file with `?format=xlsx`."""
    rung, today = _level(level), clock.today()
    asked = SearchForm(request.GET)
    charges = queries.charges(rung, today, q=asked.text())
    if request.GET.get("format") == "xlsx":
        rows = [
            (one.source.name, one.source.detail, link.name, link.since, link.basis)
            for one in charges
            for link in one.links
        ]
        content = sheets.write(title=str(rung.label)[:31], columns=LEVEL_COLUMNS, rows=rows)
        return sheets.download(content, name=f"{request.committee.name}{rung.label}-{today:%Y%m%d}.xlsx")  # type: ignore[attr-defined]
    people = queries.tiers(today)
    known = queries.targets(rung, people)
    may_write = may(request.user, Permission.MEMBERS_WRITE)
    form = LinkForm(request.POST or None, known=known, initial={"since": today})
    if request.method == "POST" and may_write and form.is_valid():
        with refusals_on(form):
            source = form.cleaned_data["source"]
            made = actions.assign_links(
                level=rung, pairs=[(source.pk, one) for one in form.cleaned_data["targets"]], since=form.cleaned_data["since"],
                basis=form.cleaned_data["basis"], by=signed_in(request),
            )  # fmt: skip
            messages.success(
                request, f"{source.name}新联系 {len(made)} 个，从 {form.cleaned_data['since']:%Y-%m-%d} 起。"
            )
            return redirect("liaison:link_level", level=level)
    reached = {link.target for one in queries.charges(rung, today) for link in one.links}
    gaps = [one for one in known if one.id not in reached]
    context = {
        "level": rung,
        "charges": charges,
        "gaps": gaps[:GAPS_SHOWN],
        "gap_number": len(gaps),
        "lead": f"应联系 {len(known)}，已联系 {len(known) - len(gaps)}"
        + (f"，还差 {len(gaps)}" if gaps else "，全覆盖"),
        "filter": asked,
        "is_filtered": bool(asked.text()),
        "form": form,
        "sources": [(as_named(one), one.detail) for one in queries.sources(rung, people)],
        "export_url": sheet_url(request),
        "may_write": may_write,
        "has_links": any(one.links for one in charges),
    }
    return page(request, "liaison/link_level.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def propose(request: HttpRequest, level: str) -> HttpResponse:
    """A source for everybody left out, to be edited line by line; nothing is kept before the button is pressed."""
    rung, today = _level(level), clock.today()
    given = request.POST if request.method == "POST" else request.GET
    form = ProposalForm(given if given.get("by") else None, initial={"by": "balanced", "since": today})
    chosen = given.get("by") if given.get("by") in queries.BASES else "balanced"
    lines, load = queries.proposal(rung, str(chosen), today)
    people = queries.tiers(today)
    able = queries.sources(rung, people)
    by_id = {one.id: one for one in able}
    rows = [
        {"target": one.target, "why": one.why, "typed": request.POST.get(f"to-{one.target.id}", as_named(one.source) if one.source else "")}
        for one in lines
    ]  # fmt: skip
    if request.method == "POST" and form.is_valid():
        pairs, wrong = _typed(rows, able)
        for row in wrong:
            form.add_error(None, row)
        if not wrong:
            with refusals_on(form):
                made = actions.assign_links(
                    level=rung, pairs=pairs, since=form.cleaned_data["since"],
                    basis=form.cleaned_data["basis"] or queries.BASES[str(chosen)], by=signed_in(request),
                )  # fmt: skip
                messages.success(request, f"已分配 {len(made)} 个，从 {form.cleaned_data['since']:%Y-%m-%d} 起。")
                return redirect("liaison:link_level", level=level)
    context = {
        "level": rung,
        "lead": f"{rung.label}还差 {len(rows)} 个，下面是建议，逐行可改",
        "form": form,
        "rows": rows,
        "by": chosen,
        "loads": [(by_id[id].name, number) for id, number in load.items()],
        "sources": [(as_named(one), f"{one.detail} · 现有和建议共 {load[one.id]}") for one in able],
        "bases": queries.BASES.items(),
    }
    return page(request, "liaison/link_propose.html", context, status=422 if form.errors else 200)


def _typed(rows: list[dict[str, Any]], able: Any) -> tuple[list[tuple[UUID, UUID]], list[str]]:
    """Who stands in each line; an empty line is left out. A name of nobody who may be charged is said."""
    by_name: dict[str, list[Any]] = {}
    for one in able:
        for text in (one.name, as_named(one), one.detail.rpartition(" ")[2]):
            by_name.setdefault(text, []).append(one.id)
    pairs, wrong = [], []
    for row in rows:
        text = row["typed"].strip()
        found = by_name.get(text, [])
        if not text:
            continue
        if len(found) == 1:
            pairs.append((found[0], row["target"].id))
        else:
            number = f"有 {len(found)} 位，请填编号" if found else "不在可选的联系人里"
            wrong.append(f"{row['target'].name}的联系人“{text}”{number}。")
    return pairs, wrong[:5]


@require_safe
@requires(Permission.ORGANISATION_READ)
def matrix(request: HttpRequest, level: str) -> HttpResponse:
    """Who contacts whom, as a table with a tick where two meet; as a file with `?format=xlsx`."""
    rung, today = _level(level), clock.today()
    found, asked = queries.matrix(rung, today), SearchForm(request.GET)
    rows = [one for one in found.rows if queries.sounds(asked.text(), one.name)] if asked.text() else list(found.rows)
    if request.GET.get("format") == "xlsx":
        columns = (
            sheets.Out("联系谁", 16),
            sheets.Out("界别、编号", 24),
            *(sheets.Out(one.name, 8) for one in found.columns),
        )
        cells = [(one.name, one.detail, *("√" if mark else None for mark in found.cells(one))) for one in rows]
        content = sheets.write(title="联系矩阵", columns=columns, rows=cells)
        return sheets.download(content, name=f"{request.committee.name}联系矩阵-{today:%Y%m%d}.xlsx")  # type: ignore[attr-defined]
    shown = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    lines: Any = [{"target": one, "cells": found.cells(one)} for one in shown.object_list]
    shown.object_list = lines
    linked = len({target for target, _ in found.marks})
    context = {
        "level": rung,
        "columns": found.columns,
        "page": shown,
        "filter": asked,
        "lead": f"{len(found.columns)} 位联系人 · 已联系 {linked} / {len(found.rows)}",
        "export_url": sheet_url(request),
    }
    return page(request, "liaison/link_matrix.html", context)


@require_POST
@requires(Permission.MEMBERS_WRITE)
def end(request: HttpRequest, id: UUID) -> HttpResponse:
    """The link stands no more."""
    form = DayForm(request.POST)
    on = form.cleaned_data["on"] if form.is_valid() else clock.today()
    try:
        found = actions.end_link(id=id, on=on, by=signed_in(request))
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        messages.warning(request, refusal.message)
        return redirect("liaison:links")
    messages.success(request, f"这一联系从 {on:%Y-%m-%d} 起结束，不再计入覆盖。")
    return redirect("liaison:link_level", level=found.level)
