"""Voices: the list with what is late on top, one voice with its way, and every step on it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.errors import NotFound
from core.web import page, refusals_on, sheet_url
from tenants.liaison.queries import audience_of, enterable, people, seen_by
from tenants.liaison.views.records import refused
from tenants.members.queries import member_of
from tenants.voices import actions, queries
from tenants.voices.forms import (
    AnonymiseForm,
    AnswerForm,
    CloseForm,
    FeedbackForm,
    HandOverForm,
    OfficeVoiceForm,
    TopicForm,
    VoiceFilterForm,
    VoiceForm,
)
from tenants.voices.models import Voice, VoiceKind, VoiceState

PER_PAGE = 50
COLUMNS = (
    sheets.Out("编号", 8), sheets.Out("收到", 12), sheets.Out("渠道", 12), sheets.Out("委员", 14), sheets.Out("内容", 60),
    sheets.Out("类别", 12), sheets.Out("办到哪一步", 12), sheets.Out("期限", 12), sheets.Out("天数", 8), sheets.Out("反馈日期", 12),
    sheets.Out("反馈内容", 50), sheets.Out("解决了吗", 12),
)  # fmt: skip
READERS = (Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)


@require_safe
@requires(*READERS)
def voice_list(request: HttpRequest) -> HttpResponse:
    """Everything heard, what has waited longest first; a member finds what they brought and what became of it."""
    today = clock.today()
    form = VoiceFilterForm(request.GET)
    filters = form.filters(request.GET.get("sort", ""))
    found = queries.voices(request.user, filters, today=today)
    if request.GET.get("format") == "xlsx":
        name = f"{request.committee.name}民意-{today:%Y%m%d}.xlsx"  # type: ignore[attr-defined]
        rows = queries.sheet_rows_of_voices(found, today=today)
        return sheets.download(sheets.write(title="民意", columns=COLUMNS, rows=rows), name=name)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    audience = audience_of(request.user)
    context = {
        "page": shown,
        "rows": [_row(one, today) for one in shown.object_list],
        "filter": form,
        "numbers": queries.numbers(request.user, today=today),
        "is_filtered": any(value for name, value in request.GET.items() if name not in ("page", "sort")),
        "export_url": sheet_url(request),
        "may_record": may(request.user, Permission.RECORDS_OWN) or may(request.user, Permission.RECORDS_WRITE),
        "may_settle": may(request.user, Permission.MEMBERS_WRITE),
        "title": "民意" if audience == "office" else "我的反映",
        "audience": audience,
    }
    return page(request, "voices/voices.html", context)


def _row(voice: Voice, today: dt.date) -> dict[str, Any]:
    due = getattr(voice, "due_on", None)
    is_open = voice.state != VoiceState.CLOSED
    return {
        "voice": voice,
        "days": queries.days_on(voice, today),
        "due": due if is_open else None,
        "late": (today - due).days if is_open and due and due < today else 0,
        "tone": _tone(voice),
    }


def _tone(voice: Voice) -> str:
    return {"closed": "done", "received": "open", "answered": "open"}.get(voice.state, "waiting")


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def voice_new(request: HttpRequest) -> HttpResponse:
    """Write down what was heard; a member's is their own."""
    today, for_others = clock.today(), may(request.user, Permission.RECORDS_WRITE)
    member = None if for_others else member_of(request.user)
    form = (OfficeVoiceForm if for_others else VoiceForm)(
        request.POST or None, today=today, within=enterable(signed_in(request))
    )
    if request.method == "POST" and form.is_valid() and (for_others or member):
        with refusals_on(form):
            values = form.values() if for_others else {**form.values(), "member": member.pk}  # type: ignore[union-attr]
            voice = actions.receive_voice(**values, today=today, by=signed_in(request))
            after = "接下来分办。" if for_others else "办公室分办以后，办到哪一步都会在这里看到。"
            messages.success(request, f"已记下{voice}。{after}")
            return redirect("heard:voice", id=voice.pk)
    context = {
        "form": form,
        "member": member,
        "for_others": for_others,
        "people": people(today, request.user) if for_others else [],
        "audience": audience_of(request.user),
    }
    return page(request, "voices/voice_new.html", context, status=422 if form.errors else 200)


@require_safe
@requires(*READERS)
def voice(request: HttpRequest, id: UUID) -> HttpResponse:
    """One voice: what was said, how far it is, what comes next."""
    return _page(request, queries.voice_by_id(request.user, id))


def _page(request: HttpRequest, one: Voice, form: forms.Form | None = None, step: str = "") -> HttpResponse:
    """The voice's page; `form` came back refused from the `step` it belongs to."""
    today = clock.today()
    routes = queries.routes_on(today)
    deals = queries.deals(request.user, one)
    is_open = one.state != VoiceState.CLOSED
    handlings = queries.handlings_of(one)
    due = today + dt.timedelta(days=routes.days) if routes.days else None
    given = {
        "hand": HandOverForm(initial={"handed_on": today, "due_on": due}),
        "answer": AnswerForm(initial={"done_on": today}),
        "feedback": FeedbackForm(
            initial={"told_on": today, "told": next((h.result for h in reversed(handlings) if h.result), "")}
        ),
        "topic": TopicForm(initial={"year": today.year, "form": "sector"}),
        "close": CloseForm(),
        "anonymise": AnonymiseForm(),
    }
    if form is not None:
        given[step] = form
    mine = member_of(request.user) if may(request.user, Permission.RECORDS_OWN) else None
    context = {
        "voice": one,
        "shows_member": one.member_id is not None and one.member_id in seen_by(request.user, {one.member_id}),
        "tone": _tone(one),
        "days": queries.days_on(one, today),
        "handlings": [{"one": each, "late": (today - each.due_on).days if each.due_on and not each.done_on and each.due_on < today else 0} for each in handlings],
        "conversions": queries.conversions_of(one),
        "speaker": one.speaker if one.speaker and queries.may_know_speaker(request.user, one) else None,
        "has_speaker": one.speaker is not None,
        "deals": deals and is_open,
        "may_anonymise": deals and not is_open and one.speaker is not None,
        "kinds": [{"word": kind.value, "title": kind.label, "usual": routes.usual(kind)} for kind in VoiceKind],
        "outputs": list(routes.outputs(one.kind).values()),
        "to_topic": routes.to_topic(one.kind),
        "to_department": routes.to_department(one.kind),
        "usual": routes.usual(one.kind),
        "may_write_it": is_open and (deals or (mine is not None and (one.member_id == mine.pk or one.entered_by == request.user.pk))),
        "forms": given,
        "step": step,
        "audience": audience_of(request.user),
    }  # fmt: skip
    return page(request, "voices/voice.html", context, status=422 if form is not None else 200)


def _dealt(request: HttpRequest, id: UUID) -> Voice:
    """Raises NotFound, also where the user may see it but not deal with it."""
    one = queries.voice_by_id(request.user, id)
    if not queries.deals(request.user, one):
        raise NotFound
    return one


def _step(request: HttpRequest, one: Voice, step: str, form: forms.Form, done: Any) -> HttpResponse:
    """One step: done and told, or the page again with the refusal and what was typed."""
    if form.is_valid():
        with refusals_on(form):
            messages.success(request, done(form.cleaned_data))
            return redirect("heard:voice", id=one.pk)
    return _page(request, one, form, step)


@require_POST
@requires(Permission.RECORDS_WRITE)
def triage(request: HttpRequest, id: UUID) -> HttpResponse:
    """Say what kind of matter it is."""
    one = _dealt(request, id)
    with refused(request):
        done = actions.triage(id=one.pk, kind=request.POST.get("kind", ""), by=signed_in(request))
        usual = queries.routes_on(clock.today()).usual(done.kind)
        messages.success(request, f"已定为{done.get_kind_display()}。按本会办法，接下来：{usual}。")
    return redirect("heard:voice", id=one.pk)


@require_POST
@requires(Permission.RECORDS_WRITE)
def hand_over(request: HttpRequest, id: UUID) -> HttpResponse:
    """Give it to a department until a day."""
    one = _dealt(request, id)

    def done(given: dict[str, Any]) -> str:
        made = actions.hand_over(id=one.pk, **given, today=clock.today(), by=signed_in(request))
        until = f"，{made.due_on:%-m月%-d日}前办结" if made.due_on else ""
        return f"已转{made.handler}办理{until}。"

    return _step(request, one, "hand", HandOverForm(request.POST), done)


@require_POST
@requires(Permission.RECORDS_WRITE)
def answer(request: HttpRequest, id: UUID, handling: UUID) -> HttpResponse:
    """What the department answered."""
    one = _dealt(request, id)

    def done(given: dict[str, Any]) -> str:
        actions.answer(handling=handling, **given, today=clock.today(), by=signed_in(request))
        return "办理结果已记下。接下来答复反映人，问一问解决了没有。"

    return _step(request, one, "answer", AnswerForm(request.POST), done)


@require_POST
@requires(Permission.RECORDS_WRITE)
def feedback(request: HttpRequest, id: UUID) -> HttpResponse:
    """What the person was told: the matter is closed."""
    one = _dealt(request, id)

    def done(given: dict[str, Any]) -> str:
        actions.give_feedback(id=one.pk, **given, today=clock.today(), by=signed_in(request), at=clock.now())
        return f"{one}已办结，反映的委员会收到结果。"

    return _step(request, one, "feedback", FeedbackForm(request.POST), done)


@require_POST
@requires(Permission.RECORDS_WRITE)
def topic(request: HttpRequest, id: UUID) -> HttpResponse:
    """Make a topic of consultation of it."""
    one = _dealt(request, id)

    def done(given: dict[str, Any]) -> str:
        made = actions.convert_to_topic(id=one.pk, **given, by=signed_in(request), at=clock.now())
        return f"已转成协商议题《{made}》，在协商议题里继续。"

    return _step(request, one, "topic", TopicForm(request.POST), done)


@require_POST
@requires(Permission.RECORDS_WRITE)
def close(request: HttpRequest, id: UUID) -> HttpResponse:
    """Close what is not dealt with, with the reason."""
    one = _dealt(request, id)

    def done(given: dict[str, Any]) -> str:
        actions.close(id=one.pk, reason=given["reason"], by=signed_in(request), at=clock.now())
        return f"{one}不予办理，理由已留下。"

    return _step(request, one, "close", CloseForm(request.POST), done)


@require_POST
@requires(Permission.RECORDS_WRITE)
def anonymise(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take the citizen's name and number out of everything, for good."""
    one = _dealt(request, id)
    if one.speaker is None:
        raise NotFound

    def done(given: dict[str, Any]) -> str:
        actions.anonymise_speaker(id=one.pk, why=given["why"], by=signed_in(request))
        return "反映人的姓名和电话已抹去，不能恢复；反映的内容和办理经过都还在。"

    return _step(request, one, "anonymise", AnonymiseForm(request.POST), done)
