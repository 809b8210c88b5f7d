"""One subject: each duty with clause, periods and records; a member's years."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import may, requires
from accounts.permissions import Permission
from core import clock
from core.errors import NotFound
from core.web import page
from policy_engine import Duty, Policy
from policy_engine.vocabulary import group_of, words_with
from tenants.assessment import queries
from tenants.assessment.queries import decisions, years
from tenants.assessment.views import asking
from tenants.members import queries as members
from tenants.members.models import Member, Sector, SpecialCommittee
from tenants.policy.queries import has_policy, parent_policy_on


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_safe
def member(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """One member: each duty, its clause, its records. Members see only themselves; the rest looks as if it did not exist."""
    return _member_page(request, seen(request, member_id))


@requires(Permission.STANDING_OWN)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """我还差什么."""
    return _member_page(request, own(request))


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_safe
def file(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """履职档案: year by year."""
    found = seen(request, member_id)
    is_own = found.user_id == request.user.pk
    back = (
        ("/standing/me/", "我的履职")
        if is_own and not asking.reads_all(request)
        else (f"/standing/{found.pk}/", found.name)
    )
    context = {
        "member": found,
        "file": years.file_of(found, clock.today()),
        "history": members.history_of(found),
        "back": back,
        "may_print": is_own or members.reach_of(request.user, Permission.RECORDS_READ).has(found),
    }
    return page(request, "assessment/file.html", context)


@requires(Permission.STANDING_READ)
@require_safe
def sector(request: HttpRequest, sector_id: UUID) -> HttpResponse:
    """One sector with the records behind its figures."""
    found = Sector.objects.filter(pk=sector_id).first()
    seen = asking.reach(request).sector_ids()
    if found is None or (seen is not None and found.pk not in seen):
        raise NotFound
    return _subject_page(request, "sector", str(found.pk), title=found.name, back=("/standing/sectors/", "按界别"))


@requires(Permission.STANDING_READ)
@require_safe
def special_committee(request: HttpRequest, special_committee_id: UUID) -> HttpResponse:
    """One special committee, likewise."""
    found = SpecialCommittee.objects.filter(pk=special_committee_id).first()
    reach = asking.reach(request)
    if found is None or not (reach.is_everybody or found.pk in reach.special_committees):
        raise NotFound
    back = ("/standing/special-committees/", "按专委会")
    return _subject_page(request, "special_committee", str(found.pk), title=found.name, back=back)


@requires(Permission.STANDING_READ)
@require_safe
def committee(request: HttpRequest) -> HttpResponse:
    """The committee's own duties: coverages, reports."""
    return _subject_page(request, "committee", "self", title="本会", back=("/standing/", "履职情况"))


def seen(request: HttpRequest, member_id: UUID) -> Member:
    """The member, if the reader is that member or reaches them. Raises NotFound."""
    found = members.member_by_id(member_id)
    is_own = found.user_id is not None and found.user_id == request.user.pk
    if not is_own and not asking.reach(request).has(found):
        raise NotFound
    return found


def own(request: HttpRequest) -> Member:
    found = members.member_of(request.user)
    if found is None:
        raise NotFound("您的账号没有对应的委员，所以没有个人履职情况。如有误，请联系本会办公室。")
    return found


def _member_page(request: HttpRequest, member: Member) -> HttpResponse:
    is_own = member.user_id is not None and member.user_id == request.user.pk
    context = {
        "member": member,
        "detail": member.sector.name,
        "decided": decisions.decided_of(member),
        "may_decide": may(request.user, Permission.STANDING_DECIDE),
        "may_enter": may(request.user, Permission.RECORDS_WRITE),
        "may_object": is_own,
        "may_print": is_own or members.reach_of(request.user, Permission.RECORDS_READ).has(member),
    }
    back = ("/standing/", "履职情况") if asking.reads_all(request) else ("/", "首页")
    return _subject_page(request, "member", str(member.pk), title=member.name, back=back, **context)


def _subject_page(
    request: HttpRequest, subject_type: str, key: str, *, title: str, back: tuple[str, str], **more: Any
) -> HttpResponse:
    as_of = asking.as_of(request)
    if not has_policy(as_of):
        return page(request, "assessment/none.html", {"as_of": as_of})
    standing, policy = queries.standing_of_subject(subject_type, key, as_of)
    within = asking.reach(request).q()
    lines = queries.explained(standing, policy, parent_policy_on(as_of), within=within)
    decided = more.get("decided", {})
    context = {
        "title": title,
        "lead": _lead(standing, more.get("detail", ""), as_of),
        "back": back,
        "as_of": as_of,
        "day": asking.day_query(request, as_of),
        "days": asking.days(request, as_of),
        "standing": standing,
        "document": policy.document,
        "lines": [(one, decided.get(one.line.duty.id), entry(policy, one.line.duty)) for one in lines],
        "is_today": as_of == clock.today(),
        "audience": "office" if asking.reads_all(request) else "member",
        **more,
    }
    return page(request, "assessment/subject.html", context)


ENTRIES = {"contact": "/contacts/new/", "activity": "/activities/new/", "output": "/outputs/new/"}


def entry(policy: Policy, duty: Duty) -> str:
    """Where a record that would count for the duty is entered; empty where none is."""
    if duty.where is None or duty.where.family != "record":
        return ""
    known = words_with(policy.header.get("local"))
    groups = {group_of(known, kind) for kind in duty.where.kinds}
    return next((url for group, url in ENTRIES.items() if group in groups), "")


def _lead(standing: queries.Standing, detail: str, as_of: date) -> str:
    """The answer in a sentence: 教育界 · 2022 年还差 2 项（截至 11 月 30 日）."""
    answer = f"还差 {len(standing.owed)} 项" if standing.owed else "该做的都做到了" if standing.lines else "没有定要求"
    parts = [detail, f"{as_of.year} 年{answer}（截至 {as_of.month} 月 {as_of.day} 日）"]
    return " · ".join(part for part in parts if part)
