"""Our own adaptation of the parent's policy: prepared, looked at, decided, registered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import MultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.errors import DomainError, NotFound
from core.web import page, refusals_on
from policy_engine import Policy
from tenants.policy import actions, queries
from tenants.policy.forms import AdaptForm, DecisionForm, DetailForm, OwnDutyForm, RemarkForm
from tenants.policy.models import Draft, DraftState, PolicyDocument
from tenants.policy.queries import cases, changes, details, drafting
from tenants.policy.queries.adaptable import sections_on
from tenants.policy.views.document import above, none
from tenants.proceedings.models import Body

UNSAID = "（草稿）"


@requires(Permission.POLICY_ADAPT)
@require_http_methods(["GET", "POST"])
def adapt(request: HttpRequest) -> HttpResponse:
    """调整上级办法: change, keep as a draft at any time, look at what changes before it goes to the meeting."""
    today = clock.today()
    if not queries.has_policy(today):
        return none(request, today)
    draft = drafting.open_draft()
    if draft is not None and draft.state == DraftState.PROPOSED:
        return redirect("policy:draft")
    if request.method == "POST":
        return _typed(request, draft, today)
    return _form_page(request, _kept_form(draft, today), draft, today)


def _typed(request: HttpRequest, draft: Draft | None, today: date) -> HttpResponse:
    """Keep everything that was typed, whatever is wrong with it; then say what is wrong, or show what changes."""
    form = AdaptForm(request.POST, sections=sections_on(today), above=above(today))
    step, gone = request.POST.get("step"), request.POST.get("drop_own")
    is_whole = form.is_valid()
    if draft is not None and _is_behind(request, draft):
        form.add_error(None, _BEHIND.format(who=draft.prepared_by.display_name if draft.prepared_by else "别人"))
        return _form_page(request, form, draft, today, status=409)
    operations = form.operations() if form.is_understood else None
    kept = actions.keep_draft(
        typed={name: request.POST.getlist(name) for name in form.fields if name in request.POST},
        operations=operations,
        additions=[one for one in draft.additions if one["id"] != gone] if draft and gone else None,
        at=clock.now(),
        by=signed_in(request),
    )
    if gone:
        messages.success(request, "已从草稿里去掉。")
        return redirect("policy:adapt")
    if step == "save":
        messages.success(request, "草稿已存，谁也还没按它判断。随时可以回来接着改。")
        return redirect("policy:adapt")
    if thing := request.POST.get("detail"):
        return redirect("policy:detail", thing=thing)
    if step == "own":
        return redirect("policy:own_duty")
    if operations is not None:
        with refusals_on(form):
            _after(kept, _statement(kept, today))
            if is_whole:
                return redirect("policy:draft")
    return _form_page(request, form, kept, today, status=422)


_BEHIND = "您打开以后，{who}又改过这份草稿。您填的都在下面，还没有存；核对后再按一次，就以您的为准。"


def _is_behind(request: HttpRequest, draft: Draft) -> bool:
    """Did somebody else change the draft since this page was opened?"""
    seen = request.POST.get("seen")
    return seen is not None and seen != draft.changed_at.isoformat() and draft.prepared_by_id != signed_in(request).pk


def _form_page(
    request: HttpRequest, form: AdaptForm, draft: Draft | None, today: date, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "draft": draft,
        "rows": list(form.rows()),
        "seen": draft.changed_at.isoformat() if draft else "",
    }
    return page(request, "policy/adapt.html", context, status=status)


def _kept_form(draft: Draft | None, today: date) -> AdaptForm:
    """What was typed last time, as it was typed; nothing is complained of before it is sent."""
    sections = sections_on(today)
    initial: dict[str, Any] = {"in_force_from": today, "body": Body.CHAIRPERSONS_COUNCIL}
    if draft is not None:
        several = {
            knob.path for one in sections for thing in one.things for knob in thing.knobs if knob.sort == "several"
        }
        initial |= {name: typed if name in several else typed[-1] for name, typed in draft.typed.items() if typed}
        initial |= {name: [] for name in several if draft.typed and name not in draft.typed}
    return AdaptForm(sections=sections, above=above(today), initial=initial)


@requires(Permission.POLICY_ADAPT, Permission.POLICY_ADOPT)
@require_safe
def draft(request: HttpRequest) -> HttpResponse:
    """What the draft changes, sentence by sentence, and what is to be done with it next."""
    found, today = drafting.open_draft(), clock.today()
    if found is None:
        return page(request, "policy/draft_none.html", {"may_adapt": may(request.user, Permission.POLICY_ADAPT)})
    return _draft_page(request, found, today)


def _draft_page(
    request: HttpRequest,
    found: Draft,
    today: date,
    *,
    decision: DecisionForm | None = None,
    remark: RemarkForm | None = None,
) -> HttpResponse:
    statement, refusal = _statement(found, today), ""
    try:
        after = _after(found, statement)
        told = changes.changes(
            _before(statement["in_force_from"]), after, found.all_operations, statement["in_force_from"]
        )
    except DomainError as error:
        told, refusal = [], error.message
    user = signed_in(request)
    is_mine = found.prepared_by_id == user.pk
    context = {
        "draft": found,
        "is_proposed": found.state == DraftState.PROPOSED,
        "is_mine": is_mine,
        "changes": told,
        "refusal": refusal,
        "statement": statement,
        "body": dict(Body.choices).get(statement["body"], ""),
        "may_adapt": may(user, Permission.POLICY_ADAPT),
        "may_adopt": may(user, Permission.POLICY_ADOPT) and not is_mine,
        "decision": decision or DecisionForm(initial=statement | {"decided_on": today}),
        "remark": remark or RemarkForm(),
    }
    refused = bool((decision and decision.errors) or (remark and remark.errors))
    return page(request, "policy/draft.html", context, status=422 if refused else 200)


@requires(Permission.POLICY_ADAPT)
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """送请会议决定."""
    found, today = _found(), clock.today()
    said = _statement(found, today)
    try:
        actions.propose(
            id=found.pk, reason=said["reason"], body=said["body"], in_force_from=said["in_force_from"], at=clock.now(),
            by=signed_in(request),
        )  # fmt: skip
    except DomainError as refusal:
        where = next((name for name in ("reason", "in_force_from", "body") if name in refusal.fields), "")
        address = reverse("policy:adapt") + (f"#id_{where}" if where else "")
        messages.warning(
            request, format_html('{} <a href="{}">去填</a>', refusal.message, address) if where else refusal.message
        )
        return redirect(address)
    messages.success(request, "已送请会议决定。会议通过后，由领导或另一位同事登记，从施行日起管用。")
    return redirect("policy:draft")


@requires(Permission.POLICY_ADAPT, Permission.POLICY_ADOPT)
@require_http_methods(["POST"])
def reopen(request: HttpRequest) -> HttpResponse:
    """Take it back (who prepares) or send it back with a remark (who registers)."""
    found, user = _found(), signed_in(request)
    is_sent_back = found.prepared_by_id != user.pk
    form = RemarkForm(request.POST)
    if is_sent_back and not form.is_valid():
        return _draft_page(request, found, clock.today(), remark=form)
    actions.reopen(id=found.pk, remark=form.cleaned_data["remark"] if is_sent_back else "", at=clock.now(), by=user)
    messages.success(request, "已退回，准备的人会看到理由。" if is_sent_back else "已取回，可以接着改。")
    return redirect("policy:adapt" if may(user, Permission.POLICY_ADAPT) else "policy:index")


@requires(Permission.POLICY_ADAPT)
@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    """放弃草稿."""
    actions.drop_draft(id=_found().pk, at=clock.now(), by=signed_in(request))
    messages.success(request, "草稿已放弃，办法没有变化。")
    return redirect("policy:index")


@requires(Permission.POLICY_ADOPT)
@require_POST
def adopt(request: HttpRequest) -> HttpResponse:
    """登记会议决定: the draft becomes a document."""
    found, today = _found(), clock.today()
    form = DecisionForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            document = actions.adopt_draft(
                id=found.pk, today=today, at=clock.now(), by=signed_in(request), **form.cleaned_data
            )
            first = document.in_force_from
            later = "到那天以前仍按原办法，要撤回可在“文件与施行”里办。" if first and first > today else ""
            messages.success(request, f"已登记会议决定，{first:%Y-%m-%d} 起施行，上级可见理由与文号。{later}")
            if ending := cases.left_behind(document):
                messages.warning(request, _left_behind(document, ending))
            return redirect("policy:documents")
    return _draft_page(request, found, today, decision=form)


@requires(Permission.POLICY_ADAPT)
@require_http_methods(["GET", "POST"])
def own_duty(request: HttpRequest) -> HttpResponse:
    """本会另加的要求: a duty of our own, from a small set of kinds."""
    today = clock.today()
    if not queries.has_policy(today):
        return none(request, today)
    found = drafting.open_draft()
    policy = queries.policy_on(today)
    form = OwnDutyForm(
        request.POST or None, policy=policy, taken={one["id"] for one in found.additions} if found else set()
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            added = [*(found.additions if found else ()), form.addition()]
            actions.preview(
                operations=[{"op": "add", "path": f"duty.{added[-1]['id']}", "value": added[-1]["value"]}], reason=UNSAID,
                body="chairpersons_council", meeting="", document_number="", in_force_from=today,
            )  # fmt: skip
            actions.keep_draft(
                typed=found.typed if found else {}, operations=found.operations if found else [], additions=added,
                at=clock.now(), by=signed_in(request),
            )  # fmt: skip
            messages.success(request, f"已加进草稿：{form.cleaned_data['title']}。还没有施行。")
            return redirect("policy:adapt")
    status = 422 if request.method == "POST" else 200
    return page(request, "policy/own_duty.html", {"form": form}, status=status)


@requires(Permission.POLICY_ADAPT)
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, thing: str) -> HttpResponse:
    """一项的细处: what counts, for whom, by when, steps and fields; kept in the draft, decided with the rest of it."""
    today = clock.today()
    if not queries.has_policy(today):
        return none(request, today)
    draft, found = drafting.open_draft(), details.detail_on(thing, today)
    if draft is not None and draft.state == DraftState.PROPOSED:
        return redirect("policy:draft")
    kept = draft.details.get(thing) if draft else None
    if request.method == "POST" and request.POST.get("step") == "undo":
        actions.keep_detail(thing=thing, typed={}, operations=[], at=clock.now(), by=signed_in(request))
        messages.success(request, f"“{found.title}”已恢复原样。")
        return redirect("policy:adapt")
    form = DetailForm(request.POST, detail=found) if request.method == "POST" else _kept_detail(found, kept)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.keep_detail(
                thing=thing, typed={name: request.POST.getlist(name) for name in form.fields if name in request.POST},
                operations=form.operations(), at=clock.now(), by=signed_in(request),
            )  # fmt: skip
            said = "已存进草稿，还没有施行" if form.operations() else "和现在一样，没有要改的"
            messages.success(request, f"“{found.title}”{said}。")
            return redirect("policy:detail", thing=thing)
    context = {"detail": found, "form": form, "kept": kept, "changes": _detail_changes(kept, today)}
    return page(request, "policy/detail.html", context, status=422 if form.errors else 200)


def _kept_detail(found: details.Detail, kept: dict[str, Any] | None) -> DetailForm:
    """What was typed last time, as it was typed."""
    form = DetailForm(detail=found)
    if kept:
        typed = kept["typed"]
        several = {name for name, field in form.fields.items() if isinstance(field, MultipleChoiceField)}
        form.initial = {
            name: (typed.get(name, []) if name in several else typed[name][-1] if typed.get(name) else "")
            for name in form.fields
        }
    return form


def _detail_changes(kept: dict[str, Any] | None, today: date) -> list[changes.Change]:
    """The sentence as it is and as it would be, of one thing."""
    if not kept:
        return []
    try:
        after = actions.preview(
            operations=kept["operations"], reason=UNSAID, body="chairpersons_council", meeting="", document_number="", in_force_from=today
        )  # fmt: skip
    except DomainError:
        return []
    return changes.changes(_before(today), after, kept["operations"], today)


def _found() -> Draft:
    found = drafting.open_draft()
    if found is None:
        raise NotFound("没有正在准备的调整。请看“文件与施行”。")
    return found


def _statement(found: Draft, today: date) -> dict[str, Any]:
    """What the draft says about its decision so far; the first day is today's where none was typed."""
    typed = MultiValueDict(found.typed)
    try:
        first = date.fromisoformat(typed.get("in_force_from") or "")
    except ValueError:
        first = today
    said = {name: str(typed.get(name) or "") for name in ("reason", "body", "meeting", "document_number")}
    return said | {
        "reason": found.reason or said["reason"],
        "body": said["body"] or Body.CHAIRPERSONS_COUNCIL.value,
        "in_force_from": first,
    }


def _left_behind(document: PolicyDocument, ending: PolicyDocument) -> SafeString:
    """An adaptation decided after another document was: until when it holds, and how it is kept beyond."""
    return format_html(
        "这次调整只管到 {} 的前一天：那天起施行的《{}》登记在前，没有把它算进去。要接着用，请"
        '<a href="{}">撤回那份</a>，换新版的案会带着已有的选择重新打开，把这次的也逐项定下来再送会议。',
        f"{ending.in_force_from:%Y-%m-%d}", ending.title, reverse("policy:withdraw", args=[ending.pk]),
    )  # fmt: skip


def _before(day: date) -> Policy:
    return queries.policy_on(day)


def _after(found: Draft, statement: dict[str, Any]) -> Policy:
    """The policy as it would read. Raises what `actions.preview` refuses."""
    return actions.preview(
        operations=found.all_operations, reason=statement["reason"] or UNSAID, body=statement["body"],
        meeting=statement["meeting"], document_number=statement["document_number"],
        in_force_from=statement["in_force_from"],
    )  # fmt: skip
