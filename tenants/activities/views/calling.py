"""Calling members to an activity, their answers, taking attendance, guests."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import clock
from core.web import page
from tenants.activities import actions, queries
from tenants.activities.forms import AnswerForm, GuestForm, InviteForm
from tenants.activities.models import Activity, Answer, Role
from tenants.liaison.queries import audience_of, enterable
from tenants.liaison.views.records import refused
from tenants.members.models import Member

MARKS = (
    (Role.PARTICIPANT, "到会"), (Role.LATE, "迟到"), (Role.ON_LEAVE, "请假"), (Role.ABSENT, "缺席"), (Role.HOST, "主持"), (Role.LEAD, "牵头"),
)  # fmt: skip


def _back(held: Activity) -> HttpResponse:
    return redirect("activities:activity", id=held.pk)


@require_POST
@requires(Permission.RECORDS_WRITE)
def invite(request: HttpRequest, id: UUID) -> HttpResponse:
    """Call a sector, a special committee, everybody, or members by name."""
    held = queries.activity_by_id(request.user, id)
    form = InviteForm(request.POST, within=enterable(signed_in(request)))
    if not form.is_valid():
        messages.warning(request, "；".join(str(one) for errors in form.errors.values() for one in errors))
        return _back(held)
    with refused(request):
        number = actions.invite(
            activity=held.pk, members=form.chosen(held.held_on), by=signed_in(request), at=clock.now()
        )
        told = f"已邀请 {number} 位委员，他们会在首页和收件里看到。" if number else "选的委员都已经邀请过。"
        messages.success(request, told)
    return _back(held)


@require_POST
@requires(Permission.RECORDS_OWN)
def answer(request: HttpRequest, id: UUID) -> HttpResponse:
    """A member comes or asks for leave."""
    held = queries.activity_by_id(request.user, id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        with refused(request):
            one = actions.answer_invitation(
                activity=held.pk, **form.cleaned_data, today=clock.today(), by=signed_in(request), at=clock.now()
            )
            coming = one.answer == Answer.COMING
            told = (
                f"已报名，{held.held_on:%-m月%-d日}见。办过以后由组织方登记到会，计入履职。"
                if coming
                else "已请假，组织方会看到。"
            )
            messages.success(request, told)
    return _back(held)


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_WRITE)
def attendance(request: HttpRequest, id: UUID) -> HttpResponse:
    """Who was there: one line per member called, proposed as they answered. `?all=1`: everybody as present."""
    held = queries.activity_by_id(request.user, id)
    within = Member.objects.filter(enterable(signed_in(request)))
    called = queries.called(held)
    mine = set(within.filter(pk__in=[one.member.pk for one in called]).values_list("pk", flat=True))
    lines = [one for one in called if one.member.pk in mine]
    if request.method == "POST":
        with refused(request):
            numbers = actions.take_attendance(
                activity=held.pk,
                attendance=_marked(request, mine),
                today=clock.today(),
                by=signed_in(request),
                at=clock.now(),
            )
            told = "，".join(f"{title} {numbers[role]}" for role, title in MARKS if role in numbers)
            messages.success(request, f"已登记：{told or '没有人'}。到会的计入履职，迟到、请假、缺席只留记录。")
            return _back(held)
    if held.held_on > clock.today():
        messages.warning(request, "还没有到举办的那天，办过以后再登记到会情况。")
        return _back(held)
    everybody = request.GET.get("all") == "1"
    context = {
        "activity": held,
        "rows": [{"one": one, "mark": one.expected or (Role.PARTICIPANT if everybody else "")} for one in lines],
        "others": len(called) - len(lines),
        "marks": MARKS[:4],
        "rare": dict(MARKS[4:]),
        "audience": audience_of(request.user),
    }
    return page(request, "activities/attendance.html", context)


def _marked(request: HttpRequest, mine: set[UUID]) -> dict[UUID, str]:
    """Member id → role, for those of the page that were marked."""
    return {id: mark for id in mine if (mark := request.POST.get(f"at-{id}", ""))}


@require_POST
@requires(Permission.RECORDS_WRITE)
def guest_add(request: HttpRequest, id: UUID) -> HttpResponse:
    """List a guest of another level."""
    held = queries.activity_by_id(request.user, id)
    form = GuestForm(request.POST, day=held.held_on)
    if not form.is_valid():
        messages.warning(request, "没有登记来宾：请填写姓名，并从列表里选哪一级。")
        return _back(held)
    with refused(request):
        actions.add_guest(activity=held.pk, **form.cleaned_data, by=signed_in(request))
        messages.success(request, "来宾已登记，只列名，不计入本会任何人的履职。")
    return _back(held)


@require_POST
@requires(Permission.RECORDS_WRITE)
def guest_remove(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take a guest off the list."""
    held = actions.remove_guest(id=id, by=signed_in(request))
    messages.success(request, "来宾已去掉。")
    return _back(held)


@require_POST
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def part_withdraw(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take one member's part back, with a reason."""
    with refused(request):
        part = actions.withdraw_participation(
            id=id, reason=request.POST.get("reason", ""), by=signed_in(request), at=clock.now()
        )
        messages.success(request, f"已撤回{part.member.name}的参加记录，不再计入履职。")
    return redirect("activities:activity", id=queries.activity_of_part(id))
