"""履职情况: everybody, one subject, the sectors, oneself."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import may, requires
from accounts.permissions import Permission
from core import clock, sheets
from core.errors import NotFound
from core.web import page, sheet_url
from tenants.assessment import queries
from tenants.assessment.forms import StandingFilter, day_asked
from tenants.assessment.queries import table
from tenants.members import queries as members
from tenants.members.models import Member, Sector
from tenants.policy.queries import has_policy, parent_policy_on

PER_PAGE = 50


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Who is done and who is not, with what; `?format=xlsx` is the same list as a file. A member is led to the own page."""
    if not may(request.user, Permission.STANDING_READ):
        return redirect("standing:me")
    as_of = _as_of(request)
    if not has_policy(as_of):
        return page(request, "assessment/none.html", {"as_of": as_of})
    form = StandingFilter(
        {**request.GET.dict(), "as_of": as_of},
        sectors=members.sectors(),
        special_committees=members.special_committees(),
        duties=table.member_duties(as_of),
    )
    found = table.standing_table(form.asked(), as_of=as_of, within=_reach(request).q())
    if request.GET.get("format") == "xlsx":
        return sheets.download(found.sheet(), name=f"履职情况-{as_of:%Y-%m-%d}.xlsx")
    rows = Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "table": found,
        "form": form,
        "page": rows,
        "tabs": _tabs(request, as_of),
        "export_url": sheet_url(request),
    }
    return page(request, "assessment/index.html", context)


@requires(Permission.STANDING_READ)
@require_safe
def sectors(request: HttpRequest) -> HttpResponse:
    """The sectors: their own duties, and how many of their members are done."""
    as_of = _as_of(request)
    if not has_policy(as_of):
        return page(request, "assessment/none.html", {"as_of": as_of})
    found = table.sector_table(as_of=as_of, within=_reach(request).sector_ids())
    return page(request, "assessment/sectors.html", {"table": found, "tabs": _tabs(request, as_of)})


@requires(Permission.STANDING_READ, Permission.STANDING_OWN)
@require_safe
def member(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """One member: each duty, its clause, its records. Members see only themselves; the rest looks as if it did not exist."""
    found = members.member_by_id(member_id)
    own = found.user_id is not None and found.user_id == request.user.pk
    if not own and not _reach(request).has(found):
        raise NotFound
    return _member_page(request, found)


@requires(Permission.STANDING_OWN)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """我还差什么."""
    found = members.member_of(request.user)
    if found is None:
        raise NotFound("您的账号没有对应的委员，所以没有个人履职情况。如有误，请联系本会办公室。")
    return _member_page(request, found)


@requires(Permission.STANDING_READ)
@require_safe
def sector(request: HttpRequest, sector_id: UUID) -> HttpResponse:
    """One sector with the records behind its figures."""
    found = Sector.objects.filter(pk=sector_id).first()
    seen = _reach(request).sector_ids()
    if found is None or (seen is not None and found.pk not in seen):
        raise NotFound
    return _subject_page(request, "sector", str(found.pk), title=found.name, back=("/standing/sectors/", "按界别"))


@requires(Permission.STANDING_READ)
@require_safe
def committee(request: HttpRequest) -> HttpResponse:
    """The committee's own duties: coverages, reports."""
    return _subject_page(request, "committee", "self", title="本会", back=("/standing/", "履职情况"))


def _reach(request: HttpRequest) -> members.Reach:
    return members.reach_of(request.user, Permission.STANDING_READ)


def _member_page(request: HttpRequest, member: Member) -> HttpResponse:
    back = ("/standing/", "履职情况") if may(request.user, Permission.STANDING_READ) else ("/", "首页")
    return _subject_page(
        request,
        "member",
        str(member.pk),
        title=member.name,
        back=back,
        detail=member.sector.name,
        invented=member.is_invented,
    )


def _subject_page(
    request: HttpRequest,
    subject_type: str,
    key: str,
    *,
    title: str,
    back: tuple[str, str],
    detail: str = "",
    invented: bool = False,
) -> HttpResponse:
    as_of = _as_of(request)
    if not has_policy(as_of):
        return page(request, "assessment/none.html", {"as_of": as_of})
    standing, policy = queries.standing_of_subject(subject_type, key, as_of)
    context = {
        "title": title,
        "lead": _lead(standing, detail, as_of),
        "invented": invented,
        "back": back,
        "as_of": as_of,
        "standing": standing,
        "document": policy.document,
        "lines": queries.explained(standing, policy, parent_policy_on(as_of)),
        "audience": "member"
        if subject_type == "member" and not may(request.user, Permission.STANDING_READ)
        else "office",
    }
    return page(request, "assessment/subject.html", context)


def _lead(standing: queries.Standing, detail: str, as_of: date) -> str:
    """The answer in a sentence: 教育界 · 2022 年还差 2 项（截至 11 月 30 日）."""
    answer = f"还差 {len(standing.owed)} 项" if standing.owed else "该做的都做到了" if standing.lines else "没有定要求"
    parts = [detail, f"{as_of.year} 年{answer}（截至 {as_of.month} 月 {as_of.day} 日）"]
    return " · ".join(part for part in parts if part)


def _as_of(request: HttpRequest) -> date:
    return day_asked(request.GET.get("as_of", ""), today=clock.today())


def _tabs(request: HttpRequest, as_of: date) -> list[dict[str, object]]:
    day = request.GET.get("as_of")
    query = f"?as_of={as_of.isoformat()}" if day else ""
    places = [("委员", "/standing/"), ("界别", "/standing/sectors/"), ("本会", "/standing/committee/")]
    return [{"label": label, "url": f"{url}{query}", "current": request.path == url} for label, url in places]
