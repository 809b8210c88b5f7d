"""办法换新版: what becomes of each of our deviations when another document comes; and publishing our own to our children."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.errors import DomainError, NotFound
from core.web import page, refusals_on, sheet_url
from exchange import downward
from policy_engine import TemplateErrors
from tenants.policy import actions, queries
from tenants.policy.forms import CaseForm, DecisionForm, PublishForm, RemarkForm
from tenants.policy.models import Draft, DraftState
from tenants.policy.queries import cases, changes, children, versions
from tenants.policy.views.document import none, tabs
from tenants.proceedings.models import Body


@requires(Permission.POLICY_ADAPT, Permission.POLICY_ADOPT)
@require_http_methods(["GET", "POST"])
def rebase(request: HttpRequest) -> HttpResponse:
    """The case being settled, side by side; without one, what the parent published and whether it concerns us."""
    today, draft = clock.today(), cases.open_case()
    if not queries.has_policy(today):
        return none(request, today)
    if draft is None:
        news = versions.news_from_above(today)
        context = {
            "tabs": tabs(request), "news": news, "published": list(downward.from_above()[:20]),
            "may_adapt": may(request.user, Permission.POLICY_ADAPT),
        }  # fmt: skip
        return page(request, "policy/rebase_none.html", context)
    if request.method == "POST":
        return _typed(request, draft)
    return _case_page(request, draft, _kept(draft))


@requires(Permission.POLICY_ADAPT)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """逐项决定 of a document: opens the case, or goes on with the one begun."""
    try:
        actions.begin_case(origin=request.POST.get("origin", ""), at=clock.now(), by=signed_in(request))
    except DomainError as refusal:
        messages.warning(request, refusal.message)
        if isinstance(refusal, NotFound):
            raise
    return redirect("policy:rebase")


def _typed(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Keep everything that was chosen; then say what is missing, or lay it before the meeting."""
    if not may(request.user, Permission.POLICY_ADAPT) or draft.state == DraftState.PROPOSED:
        return _case_page(request, draft, _kept(draft))
    case = cases.case_of(cases.target(draft.origin), _typed_day(request.POST.get("in_force_from", ""), draft))
    form = CaseForm(request.POST, case=case)
    form.is_valid()
    body = form.cleaned_data.get("body") or Body.CHAIRPERSONS_COUNCIL.value
    found = cases.settled(case, form.choices(), body=body) if form.is_understood else None
    kept = actions.keep_case(
        id=draft.pk, typed={name: request.POST.getlist(name) for name in form.fields if name in request.POST},
        operations=found.operations if found else None, at=clock.now(), by=signed_in(request),
    )  # fmt: skip
    if request.POST.get("step") != "propose":
        left = f"还有 {found.undecided} 项没有定。" if found and found.undecided else ""
        messages.success(request, f"已存，还没有施行。{left}")
        return redirect("policy:rebase")
    if found is not None and found.undecided:
        form.add_error(None, f"还有 {found.undecided} 项没有定，定完再送请会议决定。填的都已存。")
    elif found is not None:
        form.place(found.faults)
    if form.errors:
        return _case_page(request, kept, form, status=422)
    with refusals_on(form):
        actions.propose_case(id=kept.pk, reason=form.cleaned_data["reason"], at=clock.now(), by=signed_in(request))
        messages.success(
            request, "已送请会议决定。会议通过后，由领导或另一位同事登记，从施行日起管用；以前仍按现在的办法。"
        )
        return redirect("policy:rebase")
    return _case_page(request, kept, form, status=422)


def _case_page(
    request: HttpRequest,
    draft: Draft,
    form: CaseForm,
    *,
    decision: DecisionForm | None = None,
    remark: RemarkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    case, user, said = form.case, signed_in(request), _said(draft)
    is_mine, is_proposed = draft.prepared_by_id == user.pk, draft.state == DraftState.PROPOSED
    rows = form.rows()
    context = {
        "tabs": tabs(request), "draft": draft, "case": case, "form": form, "said": said, "body": dict(Body.choices).get(said["body"], ""),
        "open_rows": [one for one in rows if one.matter.is_open], "other_rows": [one for one in rows if not one.matter.is_open],
        "undecided": _undecided(case, draft), "is_proposed": is_proposed, "is_mine": is_mine, "result": _result(case, draft, said),
        "may_adapt": may(user, Permission.POLICY_ADAPT), "may_adopt": may(user, Permission.POLICY_ADOPT) and not is_mine,
        "decision": decision or DecisionForm(initial={"body": said["body"], "decided_on": clock.today(), "in_force_from": case.day}),
        "remark": remark or RemarkForm(),
    }  # fmt: skip
    refused = bool((decision and decision.errors) or (remark and remark.errors))
    return page(request, "policy/rebase.html", context, status=422 if refused else status)


@requires(Permission.POLICY_ADAPT, Permission.POLICY_ADOPT)
@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    """Take it back (who prepares) or send it back with a remark (who registers)."""
    draft, user = _found(), signed_in(request)
    is_sent_back = draft.prepared_by_id != user.pk
    form = RemarkForm(request.POST)
    if is_sent_back and not form.is_valid():
        return _case_page(request, draft, _kept(draft), remark=form)
    actions.reopen(id=draft.pk, remark=form.cleaned_data["remark"] if is_sent_back else "", at=clock.now(), by=user)
    messages.success(request, "已退回，准备的人会看到理由。" if is_sent_back else "已取回，可以接着定。")
    return redirect("policy:rebase")


@requires(Permission.POLICY_ADAPT)
@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    """放弃这个案: nothing changes; it can be begun again."""
    actions.drop_draft(id=_found().pk, at=clock.now(), by=signed_in(request))
    messages.success(request, "这个案已放弃，本会办法没有变化。以后还可以再办。")
    return redirect("policy:rebase")


@requires(Permission.POLICY_ADOPT)
@require_POST
def adopt(request: HttpRequest) -> HttpResponse:
    """登记会议决定: the new version, and what stays of our deviations, from a day on."""
    draft, today = _found(), clock.today()
    form = DecisionForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            made = actions.adopt_case(
                id=draft.pk, today=today, at=clock.now(), by=signed_in(request), **form.cleaned_data
            )
            first = form.cleaned_data["in_force_from"]
            kept = "本会保留的调整同日施行。" if len(made) > 1 else "本会没有保留调整。"
            messages.success(request, f"已登记，{first:%Y-%m-%d} 起按新版。{kept}到那天以前可在“文件与施行”里撤回。")
            return redirect("policy:documents")
    return _case_page(request, draft, _kept(draft), decision=form)


@requires(Permission.POLICY_ADOPT)
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """发布给下级: what would be published, what differs from the version before, which children hold which."""
    today, form = clock.today(), PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = actions.publish_policy(
                note=form.cleaned_data["note"], today=today, at=clock.now(), by=signed_in(request)
            )
            messages.success(
                request,
                f"第 {made.version} 版已发布。下级会在“今天等您的”里看到，逐项决定后报告；它们的办法不会自己改变。",
            )
            return redirect("policy:publish")
    if request.GET.get("format") == "xlsx":
        return _children_sheet(children.lines(today))
    edition = versions.edition(today) if queries.has_policy(today) else None
    context = {
        "tabs": tabs(request), "form": form, "edition": edition, "versions": list(downward.published()),
        "changes": children.since_published(edition) if edition else None, "lines": children.lines(today), "sheet_url": sheet_url(request),
    }  # fmt: skip
    return page(request, "policy/publish.html", context, status=422 if form.errors else 200)


def _children_sheet(lines: list[children.ChildLine]) -> HttpResponse:
    columns = [
        sheets.Out("下级政协", 30), sheets.Out("情况", 14), sheets.Out("按第几版", 10), sheets.Out("从哪天起", 12),
        sheets.Out("改动几项", 10), sheets.Out("上级共几项", 12), sheets.Out("另加几项", 10), sheets.Out("将采用最新版", 14),
    ]  # fmt: skip
    rows = (
        (
            one.name, one.word, one.version or "", one.since or "", "" if one.deviations is None else one.deviations,
            one.parameters or "", "" if one.additions is None else one.additions, one.to_come or "",
        )
        for one in lines
    )  # fmt: skip
    return sheets.download(sheets.write(title="下级采用情况", columns=columns, rows=rows), name="下级采用办法情况.xlsx")


def _found() -> Draft:
    draft = cases.open_case()
    if draft is None:
        raise NotFound("没有正在办的案。请看“文件与施行”。")
    return draft


def _typed_day(text: str, draft: Draft) -> dt.date:
    """The first day in the form just sent, else the one the case was last worked out for."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return cases.first_day(draft, today=clock.today())


def _kept(draft: Draft) -> CaseForm:
    """What was chosen last time, as it was chosen."""
    day = cases.first_day(draft, today=clock.today())
    case = cases.case_of(cases.target(draft.origin), day)
    form = CaseForm(case=case)
    several = {f"value:{one.path}" for matter in case.matters for one in matter.knobs if one.sort == "several"}
    form.initial = {"in_force_from": day, "body": Body.CHAIRPERSONS_COUNCIL} | {
        name: some if name in several else some[-1] for name, some in draft.typed.items() if some
    }
    return form


def _said(draft: Draft) -> dict[str, Any]:
    typed = MultiValueDict(draft.typed)
    return {
        "reason": draft.reason or str(typed.get("reason") or ""),
        "body": str(typed.get("body") or Body.CHAIRPERSONS_COUNCIL.value),
    }


def _undecided(case: cases.Case, draft: Draft) -> int:
    typed = MultiValueDict(draft.typed)
    return sum(not typed.get(f"take:{one.id}") for one in case.open)


def _result(case: cases.Case, draft: Draft, said: dict[str, Any]) -> list[changes.Change]:
    """How the things we deviate in would read in the end, beside how they read now; empty while something is open."""
    if draft.operations is None:
        return []
    try:
        after = cases.after(case, draft.operations, body=said["body"], reason=said["reason"] or "（草稿）")
    except TemplateErrors:
        return []
    ours = {one.id for one in case.matters}
    now = versions.frozen(queries.policy_on(case.day), case.day)
    return [one for one in changes.thing_changes(now, after, case.day) if one.id in ours]
