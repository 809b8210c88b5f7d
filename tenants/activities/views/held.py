"""Pages of activities: the list, a new one, one with who took part."""

from __future__ import annotations

from collections import Counter
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
from core.errors import DomainError
from core.ids import ids_in
from core.web import page, sheet_url
from tenants.activities import actions, queries
from tenants.activities.forms import (
    ActivityFilterForm,
    ActivityForm,
    AnswerForm,
    GuestForm,
    InviteForm,
    OfficeActivityForm,
)
from tenants.activities.models import AWAY, Activity, Role
from tenants.liaison.forms import ReasonForm
from tenants.liaison.queries import audience_of, enterable, seen_by
from tenants.liaison.queries.offshoots import offshoots_of
from tenants.liaison.views import files, records
from tenants.members.forms import RosterFilter
from tenants.members.queries import member_of, reach_of, roster

PER_PAGE = 50
OFFERED = 120  # members to tick on one page
COLUMNS = (
    sheets.Out("日期", 12), sheets.Out("活动", 40), sheets.Out("种类", 14), sheets.Out("组织", 18), sheets.Out("地点", 20),
    sheets.Out("参加", 8), sheets.Out("为谁办的", 20), sheets.Out("办成了什么", 40), sheets.Out("状态", 10),
)  # fmt: skip


@require_safe
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def activity_list(request: HttpRequest) -> HttpResponse:
    """What was organised, the newest first."""
    today = clock.today()
    form = ActivityFilterForm(request.GET, today=today)
    found, titles = (
        queries.activities(request.user, form.filters(request.GET.get("sort", ""))),
        queries.kind_titles(today),
    )
    if request.GET.get("format") == "xlsx":
        name = f"{request.committee.name}活动-{today:%Y%m%d}.xlsx"  # type: ignore[attr-defined]
        lines = queries.sheet_rows(found, request.user, titles)
        return sheets.download(sheets.write(title="活动", columns=COLUMNS, rows=lines), name=name)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    seen = seen_by(request.user, {one.organiser_member_id for one in shown.object_list if one.organiser_member_id})
    rows = [
        {"activity": one, "kind": titles.get(one.kind, one.kind), "organiser": queries.organiser_of(one, seen)}
        for one in shown.object_list
    ]
    context = {
        "page": shown,
        "rows": rows,
        "filter": form,
        "lead": f"共 {shown.paginator.count} 次",
        "export_url": sheet_url(request),
        "is_filtered": any(value for name, value in request.GET.items() if name not in ("page", "sort")),
        "may_record": may(request.user, Permission.RECORDS_OWN) or may(request.user, Permission.RECORDS_WRITE),
        "audience": audience_of(request.user),
    }
    return page(request, "activities/activities.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def activity_new(request: HttpRequest) -> HttpResponse:
    """Record an activity: an office with everybody who took part, a member the one they went to."""
    today, for_others = clock.today(), may(request.user, Permission.RECORDS_WRITE)
    member = None if for_others else member_of(request.user)
    form = _form(request)

    def save(form: ActivityForm) -> Activity:
        values = form.values(member)
        if for_others and values["held_on"] > today:
            return _announce(request, values)
        made = actions.register_activity(**values, today=today, by=signed_in(request))
        _tell(request, made, len(values.get("participants", ())) if for_others else 1)
        return made

    return records.enter(
        request,
        PAGES,
        form,
        save=save,
        tell=lambda made: None,
        can_save=for_others or member is not None,
        member=member,
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def activity_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Set right what the activity says, with a reason; who took part is put right on its own page."""
    held = queries.activity_by_id(request.user, id)
    today = clock.today()
    member = None if may(request.user, Permission.RECORDS_WRITE) else member_of(request.user)
    form = records.with_reason(_form(request, held), returned=held.state == "rejected")
    form.fields.pop("participants", None)

    def save(form: ActivityForm) -> bool:
        values = form.values(member or held.organiser_member)
        for name in ("id", "participants"):
            values.pop(name, None)
        return actions.change_activity(id=held.pk, **values, today=today, by=signed_in(request), at=clock.now())

    return records.correct(request, PAGES, held, form, save=save, member=member)


def _announce(request: HttpRequest, values: dict[str, Any]) -> Activity:
    """What is still to be held: announced, and those named are called to it."""
    members = values.pop("participants")
    made = actions.call_activity(**values, by=signed_in(request))
    if members:
        actions.invite(activity=made.pk, members=members, by=signed_in(request), at=clock.now())
    told = f"已邀请 {len(members)} 位委员，他们在首页和收件里看到。" if members else "接下来在下面邀请委员。"
    messages.success(request, f"活动已发布，{made.held_on:%-m月%-d日}举办。{told}")
    return made


def _form(request: HttpRequest, held: Activity | None = None) -> ActivityForm:
    by_member = not may(request.user, Permission.RECORDS_WRITE) or (held and held.organiser_type == "member")
    return (ActivityForm if by_member else OfficeActivityForm)(
        request.POST or None, today=clock.today(), within=enterable(signed_in(request)),
        initial=queries.as_entered(held) if held else {"kind": request.GET.get("kind", "")},
    )  # fmt: skip


def _tell(request: HttpRequest, activity: Activity, number: int) -> None:
    if activity.state == "claimed":
        messages.info(request, "已记录，等待办公室确认后计入。")
    elif number:
        messages.success(request, f"已记录，{number} 位委员计入履职。还有人参加，可在下面添加。")
    else:
        messages.success(request, "已记录。接下来在下面勾选参加的委员。")


@require_safe
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def activity(request: HttpRequest, id: UUID) -> HttpResponse:
    """One activity and who took part; an office ticks more people, found by name or sector."""
    return _activity_page(request, queries.activity_by_id(request.user, id), ReasonForm())


def _activity_page(request: HttpRequest, held: Activity, form: ReasonForm) -> HttpResponse:
    writes = may(request.user, Permission.RECORDS_WRITE) and not held.is_withdrawn
    if held.is_planned:
        return _planned_page(request, held, form, writes=writes)
    present = list(queries.present_at(held))
    member = member_of(request.user) if may(request.user, Permission.RECORDS_OWN) else None
    there = {one.member_id for one in present if one.state != "rejected"}
    finder = RosterFilter(request.GET)
    asked = finder.filters()
    searched = writes and bool(asked.q or asked.sector or asked.special_committee)
    within = reach_of(request.user, Permission.RECORDS_WRITE).q()
    offered = (
        [one for one in roster(held.held_on, asked, within=within)[: OFFERED + len(there)] if one.pk not in there]
        if searched
        else []
    )
    named = {one.member_id for one in present} | ({held.organiser_member_id} if held.organiser_member_id else set())
    seen = seen_by(request.user, named)
    shows_all = may(request.user, Permission.RECORDS_READ) or may(request.user, Permission.RECORDS_WRITE)
    context = {
        "activity": held,
        "record": held,
        "kind": queries.kind_titles(held.held_on).get(held.kind, held.kind),
        "organiser": queries.organiser_of(held, seen),
        "number": len([one for one in present if one.state != "rejected" and one.role not in AWAY]),
        "away": len([one for one in present if one.state != "rejected" and one.role in AWAY]),
        "away_roles": AWAY,
        "guests": queries.guests_of(held),
        "guest_form": GuestForm(day=held.held_on),
        "topics": list(held.topics.all()),
        "present": [one for one in present if one.member_id in seen]
        if shows_all
        else [one for one in present if member and one.member_id == member.pk],
        "may_add": writes,
        "may_join": member is not None and member.pk not in there and not held.is_withdrawn and not writes,
        "others": len({one.member_id for one in present} - seen) if shows_all else 0,
        "finder": finder,
        "searched": searched,
        "offered": offered[:OFFERED],
        "roles": [one for one in Role.choices if one[0] not in AWAY],
        "form": form,
        "offshoots": offshoots_of(held, request.user),
        **files.rights(request, PAGES, held),
        "may_decide": may(request.user, Permission.RECORDS_CONFIRM),
    }
    return page(request, "activities/activity.html", context, status=422 if form.errors else 200)


def _planned_page(request: HttpRequest, held: Activity, form: ReasonForm, *, writes: bool) -> HttpResponse:
    """An activity still to be held: who comes; a member says whether they do, an office calls more."""
    member = member_of(request.user) if may(request.user, Permission.RECORDS_OWN) else None
    called = queries.called(held)
    seen = seen_by(request.user, {one.member.pk for one in called}) if writes or _reads(request) else set()
    organiser = seen_by(request.user, {held.organiser_member_id} if held.organiser_member_id else set())
    counts = Counter(one.answer for one in called)
    context = {
        "activity": held,
        "record": held,
        "kind": queries.kind_titles(held.held_on).get(held.kind, held.kind),
        "organiser": queries.organiser_of(held, organiser),
        "called": [one for one in called if one.member.pk in seen],
        "others": len({one.member.pk for one in called} - seen) if seen else 0,
        "counts": {
            "called": len(called),
            "coming": counts["coming"],
            "declined": counts["declined"],
            "silent": counts[""],
        },
        "mine": queries.invitation_of(held, member),
        "may_answer": member is not None and not held.is_withdrawn and held.held_on >= clock.today(),
        "answer_form": AnswerForm(),
        "may_call": writes,
        "is_due": held.held_on <= clock.today(),
        "invite_form": InviteForm(within=enterable(signed_in(request))),
        "form": form,
        **records.rights(request, PAGES, held),
        "may_decide": False,
    }
    return page(request, "activities/planned.html", context, status=422 if form.errors else 200)


def _reads(request: HttpRequest) -> bool:
    return may(request.user, Permission.RECORDS_READ)


@require_POST
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def participate(request: HttpRequest, id: UUID) -> HttpResponse:
    """Add the ticked members, or oneself."""
    held = queries.activity_by_id(request.user, id)
    if may(request.user, Permission.RECORDS_WRITE):
        chosen, role = ids_in(request.POST.getlist("members")), request.POST.get("role") or Role.PARTICIPANT
    else:
        member = member_of(request.user)
        chosen, role = ([member.pk] if member else []), Role.PARTICIPANT
    if not chosen:
        messages.warning(request, "没有勾选委员。请先在姓名前打勾。")
        return redirect("activities:activity", id=held.pk)
    try:
        made = actions.record_participation(activity=held.pk, members=chosen, role=role, by=signed_in(request))
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.warning(request, refusal.message)
    else:
        waits = made[0].state == "claimed"
        told = "已记下您参加了，等待办公室确认后计入。" if waits else f"已添加 {len(made)} 位委员，计入履职。"
        (messages.info if waits else messages.success)(request, told)
    return redirect("activities:activity", id=held.pk)


PAGES = records.Pages(
    noun="这次活动", address="activities:activity", edit="activities:activity_edit", template="activities/activity_form.html",
    find=queries.activity_by_id, show=_activity_page, take_back=actions.withdraw_activity, may_change=actions.may_change,
    taken_back="这次活动已撤回，参加的委员也不再计入；内容仍可查看。",
)  # fmt: skip


@require_POST
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def activity_withdraw(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take an activity back, with a reason."""
    return records.withdraw(request, PAGES, id)
