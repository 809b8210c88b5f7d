"""Waivers and objections: asking, deciding, taking back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.errors import DomainError, NotFound
from core.web import page, refusals_on
from tenants.assessment import actions, queries
from tenants.assessment.forms import AnswerForm, ObjectionFilter, ObjectionForm, WaiverForm, WhyForm
from tenants.assessment.queries import decisions
from tenants.assessment.queries.standing import Line
from tenants.assessment.views import asking
from tenants.assessment.views.subjects import own, seen
from tenants.members.models import Member
from tenants.policy.queries import words

PER_PAGE = 50


@requires(Permission.STANDING_DECIDE)
@require_POST
def remind(request: HttpRequest, member_id: UUID, duty: str) -> HttpResponse:
    """Tell the member what this duty still lacks."""
    member = seen(request, member_id)
    try:
        actions.remind(member=member.pk, duty=duty, as_of=clock.today(), at=clock.now(), by=signed_in(request))
    except NotFound:
        raise
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, f"已提醒{member.name}，对方在收件和首页看到。")
    return redirect(f"/standing/{member.pk}/#{duty}")


@requires(Permission.STANDING_DECIDE)
@require_http_methods(["GET", "POST"])
def waive(request: HttpRequest, member_id: UUID, duty: str) -> HttpResponse:
    """Free a member from an in-principle duty for a period, by a decision."""
    today, as_of = clock.today(), asking.as_of(request)
    member = seen(request, member_id)
    line = _line(member, duty, request)
    periods = [(verdict.period.key, words.period(verdict.period.key)) for verdict in line.owed] or [
        (verdict.period.key, words.period(verdict.period.key)) for verdict in line.verdicts
    ]
    form = WaiverForm(request.POST or None, periods=periods, today=today)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.waive(
                member=member.pk, duty=duty, **form.cleaned_data, as_of=as_of, today=today, by=signed_in(request)
            )
            said = words.period(form.cleaned_data["period"])
            messages.success(
                request, f"已登记豁免：{member.name} {said}的“{line.duty.title}”不再算欠。撤销在这一项下面。"
            )
            return redirect(f"/standing/{member.pk}/{asking.day_query(request, as_of)}#{duty}")
    context = {
        "member": member,
        "line": line,
        "form": form,
        "back": f"/standing/{member.pk}/{asking.day_query(request, as_of)}",
    }
    return page(request, "assessment/waive.html", context, status=422 if form.errors else 200)


@requires(Permission.STANDING_DECIDE)
@require_http_methods(["GET", "POST"])
def end_waiver(request: HttpRequest, waiver_id: UUID) -> HttpResponse:
    """Take a waiver back, with a reason."""
    found = decisions.waiver_by_id(waiver_id)
    member = seen(request, found.member_id)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.end_waiver(id=waiver_id, why=form.cleaned_data["why"], by=signed_in(request))
            messages.success(request, f"已撤销豁免，{member.name}的这一项重新按办法判断。")
            return redirect(f"/standing/{member.pk}/#{found.duty}")
    context = {"member": member, "waiver": found, "period": words.period(found.period), "form": form}
    return page(request, "assessment/end_waiver.html", context, status=422 if form.errors else 200)


@requires(Permission.STANDING_OWN)
@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, duty: str) -> HttpResponse:
    """A member says a figure is wrong."""
    member, as_of = own(request), asking.as_of(request)
    line = _line(member, duty, request)
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.object_to(
                member=member.pk, duty=duty, text=form.cleaned_data["text"], as_of=as_of, by=signed_in(request)
            )
            messages.info(request, "异议已交办公室，等待答复；答复会显示在这一项下面，也会进您的收件。")
            return redirect(f"/standing/me/#{duty}")
    context = {"member": member, "line": line, "form": form, "audience": "member"}
    return page(request, "assessment/object.html", context, status=422 if form.errors else 200)


@requires(Permission.STANDING_OWN)
@require_POST
def withdraw(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """Take one's own objection back."""
    found = actions.withdraw_objection(id=objection_id, at=clock.now(), by=signed_in(request))
    messages.success(request, "异议已收回。还有疑问可以再提。")
    return redirect(f"/standing/me/#{found.duty}")


@requires(Permission.STANDING_READ)
@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    """All objections, waiting ones first."""
    form = ObjectionFilter(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    found = decisions.objections(request.user, q=asked.get("q") or "", outcome=asked.get("outcome") or "")
    waiting = decisions.objections(request.user, outcome="open").count()
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "filter": form,
        "is_filtered": any(asked.values()),
        "tabs": asking.tabs(request, asking.as_of(request)),
        "lead": f"{waiting} 件等答复" if waiting else "没有等答复的",
    }
    return page(request, "assessment/objections.html", context)


@requires(Permission.STANDING_READ)
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """One objection; the office answers."""
    found = decisions.objection_by_id(request.user, objection_id)
    may_answer = may(request.user, Permission.STANDING_DECIDE) and found.outcome == "open"
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and not may(request.user, Permission.STANDING_DECIDE):
        raise NotFound
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.answer_objection(id=found.pk, **form.cleaned_data, at=clock.now(), by=signed_in(request))
            messages.success(request, f"已答复{found.member.name}，对方在履职情况和收件里都能看到。")
            return redirect("standing:objections")
    context = {"objection": found, "form": form, "may_answer": may_answer}
    return page(request, "assessment/objection.html", context, status=422 if form.errors else 200)


def _line(member: Member, duty: str, request: HttpRequest) -> Line:
    """The member's line of a duty as of the day asked for. Raises NotFound, NoPolicy."""
    line = queries.standing_of(member, asking.as_of(request))[0].line(duty)
    if line is None:
        raise NotFound("施行中的办法里没有这一项要求。")
    return line
