"""Sectors and special committees: who convenes, who links whom, who sits where."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.errors import DomainError
from core.web import page, refusals_on, sheet_url
from tenants.members import actions, queries
from tenants.members.forms import CommitteeForm, DayForm, LinkForm, NominateForm, SearchForm, SeatRoleForm, SectorForm
from tenants.members.models import SeatRole

SECTOR_COLUMNS = (
    sheets.Out("界别", 20), sheets.Out("委员", 8), sheets.Out("第一召集人", 14), sheets.Out("召集人", 24), sheets.Out("联系的专委会", 30),
    sheets.Out("总协调人", 14), sheets.Out("组织依托", 24), sheets.Out("活动场所", 24), sheets.Out("经费渠道", 20),
)  # fmt: skip
COMMITTEE_COLUMNS = (
    sheets.Out("专委会", 24), sheets.Out("主任", 14), sheets.Out("委员", 8), sheets.Out("联系的界别", 40),
)  # fmt: skip
TABS = (
    ("sectors", "界别"), ("committees", "专委会"), ("groups", "街道小组"), ("leading", "领导小组"), ("offices", "工作机构"),
)  # fmt: skip


def tabs_at(current: str) -> list[dict[str, Any]]:
    """The five lists of this part, each a page of its own."""
    return [{"label": label, "url": f"/organisation/{key}/", "current": key == current} for key, label in TABS]


@require_safe
@requires(Permission.ORGANISATION_READ)
def start(request: HttpRequest) -> HttpResponse:
    """The first of the lists."""
    return redirect("organisation:sectors")


@require_safe
@requires(Permission.ORGANISATION_READ)
def sectors(request: HttpRequest) -> HttpResponse:
    """Every sector with its conveners; what is missing is said at the top. As a file with `?format=xlsx`."""
    today, form = clock.today(), SearchForm(request.GET)
    lines = _sorted(queries.sector_lines(today, q=form.text()), request.GET.get("sort", ""))
    if request.GET.get("format") == "xlsx":
        rows = [
            (one.sector.name, one.members, one.conveners[0].name if one.conveners else "", _names(one.conveners),
             "、".join(one.committees), _names(one.coordinators), one.sector.base, one.sector.venue, one.sector.funds)
            for one in lines
        ]  # fmt: skip
        content = sheets.write(title="界别", columns=SECTOR_COLUMNS, rows=rows)
        return sheets.download(content, name=f"{request.committee.name}界别-{today:%Y%m%d}.xlsx")  # type: ignore[attr-defined]
    without = [one.sector.name for one in lines if not one.conveners and not one.pending]
    context = {
        "lines": lines,
        "filter": form,
        "is_filtered": bool(form.text()),
        "lead": _sector_lead(lines, without),
        "tabs": tabs_at("sectors"),
        "export_url": sheet_url(request),
        "may_write": may(request.user, Permission.MEMBERS_WRITE),
    }
    return page(request, "members/sectors.html", context)


def _sorted(lines: list[Any], sort: str) -> list[Any]:
    """By the number of members where asked; else in the office's own order."""
    if sort.removeprefix("-") != "members":
        return lines
    return sorted(lines, key=lambda one: one.members, reverse=sort.startswith("-"))


def _names(people: Any) -> str:
    return "、".join(one.name for one in people)


def _sector_lead(lines: list[queries.SectorLine], without: list[str]) -> str:
    if not without:
        return f"{len(lines)} 个界别，都有召集人" if lines else ""
    some = "、".join(without[:3]) + ("等" if len(without) > 3 else "")
    return f"{len(lines)} 个界别，{len(without)} 个还没有召集人：{some}"


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def sector_new(request: HttpRequest) -> HttpResponse:
    """Add a sector."""
    form = SectorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            name = form.cleaned_data.pop("name")
            made = actions.add_sector(name=name, order=len(queries.sectors()), by=signed_in(request))
            actions.update_sector(id=made.pk, name=name, **form.cleaned_data, by=signed_in(request))
            messages.success(request, f"已新建界别“{made.name}”。接着可以推选召集人、确定联系的专委会。")
            return redirect("organisation:sector", id=made.pk)
    context = {"form": form, "title": "新建界别", "back": "/organisation/sectors/", "back_label": "界别"}
    return page(request, "members/group_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def sector_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Its name and what it rests on."""
    found = queries.sector_by_id(id)
    given = {name: getattr(found, name) for name in ("name", "base", "venue", "funds")}
    form = SectorForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.update_sector(id=id, **form.cleaned_data, by=signed_in(request))
            messages.success(request, f"{form.cleaned_data['name']}的资料已更新。")
            return redirect("organisation:sector", id=id)
    back = f"/organisation/sectors/{id}/"
    context = {"form": form, "title": "修改界别", "lead": found.name, "back": back, "back_label": found.name}
    return page(request, "members/group_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.ORGANISATION_READ)
def sector(request: HttpRequest, id: UUID) -> HttpResponse:
    """Who convenes it, who proposes whom, which special committee links it; POST adds a link."""
    found, today = queries.sector_by_id(id), clock.today()
    may_write = may(request.user, Permission.MEMBERS_WRITE)
    form = LinkForm(request.POST or None, given="sector", today=today)
    if request.method == "POST" and may_write and form.is_valid():
        link = actions.link_sector(sector=found, **form.cleaned_data, by=signed_in(request))
        messages.success(request, f"{link.special_committee.name}从 {link.since:%Y-%m-%d} 起联系{found.name}。")
        return redirect("organisation:sector", id=id)
    heads, links = queries.directors(today), queries.links_of_sector(found, today)
    convening = queries.convening_of(found)
    standing = [one for one in convening if one.since <= today and (one.until is None or one.until > today)]
    bounds = queries.convener_bounds(today)
    nominations = queries.nominations_of(found)
    running = {one.subject_id: one for one in queries.running_reviews()}
    context = {
        "sector": found,
        "members": queries.serving(today).filter(sector=found).count(),
        "standing": standing,
        "ended": [one for one in convening if one not in standing],
        "links": [(link, heads.get(link.special_committee_id)) for link in links],
        "coordinators": [heads[link.special_committee_id] for link in links if link.special_committee_id in heads],
        "nominations": [(one, running.get(one.pk)) for one in nominations],
        "is_pending": any(one.state == "under_review" for one in nominations),
        "bounds": bounds,
        "lead": _lead_of(standing, bounds),
        "form": form,
        "day_form": DayForm(initial={"on": today}),
        "may_write": may_write,
        "today": today,
    }
    return page(request, "members/sector.html", context, status=422 if form.errors else 200)


def _lead_of(standing: list[Any], bounds: queries.Bounds) -> str:
    asked = ""
    if bounds.most is not None:
        asked = (
            f"，按办法 {bounds.least}–{bounds.most} 人" if bounds.least != bounds.most else f"，按办法 {bounds.most} 人"
        )
    return f"召集人 {len(standing)} 人{asked}" if standing else f"还没有召集人{asked}"


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def nominate(request: HttpRequest, id: UUID) -> HttpResponse:
    """The sector's proposal of its conveners; where the policy has a review, the first step of it."""
    found, today = queries.sector_by_id(id), clock.today()
    people = queries.serving(today).filter(sector=found)
    standing = [one.pk for one in queries.conveners_on(today).get(found.pk, [])]
    initial = {"members": standing, "first": standing[0] if standing else None}
    form = NominateForm(request.POST or None, people=people, initial=initial)
    review = queries.workflow(actions.REVIEW, today)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = actions.nominate_conveners(sector_id=id, **form.values(), today=today, by=signed_in(request))
            messages.success(request, _nominated(made, found.name, review))
            return redirect("organisation:sector", id=id)
    context = {
        "form": form,
        "sector": found,
        "bounds": queries.convener_bounds(today),
        "steps": [step["title"] for step in review.steps] if review else [],
        "clauses": queries.clause_refs(review.clauses, today) if review else [],
        "has_people": people.exists(),
    }
    return page(request, "members/nominate.html", context, status=422 if form.errors else 200)


def _nominated(made: Any, sector: str, review: queries.Workflow | None) -> str:
    if made.state == "confirmed" or review is None:
        return f"{sector}的召集人已确定，今天起生效。"
    return f"{sector}的推选已提交，等待“{review.steps[-1]['title']}”；审定后自动生效。"


@require_safe
@requires(Permission.ORGANISATION_READ)
def committees(request: HttpRequest) -> HttpResponse:
    """Every special committee with its director and the sectors it links; as a file with `?format=xlsx`."""
    today, form = clock.today(), SearchForm(request.GET)
    lines = _sorted(queries.committee_lines(today, q=form.text()), request.GET.get("sort", ""))
    if request.GET.get("format") == "xlsx":
        rows = [
            (one.committee.name, one.director.name if one.director else "", one.members, "、".join(one.sectors))
            for one in lines
        ]
        content = sheets.write(title="专委会", columns=COMMITTEE_COLUMNS, rows=rows)
        return sheets.download(content, name=f"{request.committee.name}专委会-{today:%Y%m%d}.xlsx")  # type: ignore[attr-defined]
    headless = sum(one.director is None for one in lines)
    context = {
        "lines": lines,
        "filter": form,
        "is_filtered": bool(form.text()),
        "lead": (f"{len(lines)} 个，{headless} 个还没有登记主任" if headless else f"{len(lines)} 个") if lines else "",
        "tabs": tabs_at("committees"),
        "export_url": sheet_url(request),
        "may_write": may(request.user, Permission.MEMBERS_WRITE),
    }
    return page(request, "members/committees.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def committee_new(request: HttpRequest) -> HttpResponse:
    """Add a special committee."""
    form = CommitteeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            order = len(queries.special_committees())
            made = actions.add_special_committee(name=form.cleaned_data["name"], order=order, by=signed_in(request))
            messages.success(request, f"已新建“{made.name}”。委员在名册里编入，主任在本页确定。")
            return redirect("organisation:committee", id=made.pk)
    context = {"form": form, "title": "新建专委会", "back": "/organisation/committees/", "back_label": "专委会"}
    return page(request, "members/group_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.MEMBERS_WRITE)
def committee_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Its name."""
    found = queries.special_committee_by_id(id)
    form = CommitteeForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            actions.rename_special_committee(id=id, name=form.cleaned_data["name"], by=signed_in(request))
            messages.success(request, f"已改名为“{form.cleaned_data['name']}”。")
            return redirect("organisation:committee", id=id)
    back = f"/organisation/committees/{id}/"
    context = {"form": form, "title": "修改专委会", "lead": found.name, "back": back, "back_label": found.name}
    return page(request, "members/group_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.ORGANISATION_READ)
def committee(request: HttpRequest, id: UUID) -> HttpResponse:
    """Who sits in it and as what, which sectors it links; POST adds a link."""
    found, today = queries.special_committee_by_id(id), clock.today()
    may_write = may(request.user, Permission.MEMBERS_WRITE)
    form = LinkForm(request.POST or None, given="special_committee", today=today)
    if request.method == "POST" and may_write and form.is_valid():
        link = actions.link_sector(special_committee=found, **form.cleaned_data, by=signed_in(request))
        messages.success(request, f"{found.name}从 {link.since:%Y-%m-%d} 起联系{link.sector.name}。")
        return redirect("organisation:committee", id=id)
    seats = queries.seats_of(found, today)
    director = next((seat.member.name for seat in seats if seat.role == SeatRole.DIRECTOR), "")
    context = {
        "special_committee": found,
        "seats": seats,
        "links": queries.links_of_committee(found, today),
        "lead": f"{len(seats)} 人，" + (f"主任{director}" if director else "还没有登记主任"),
        "form": form,
        "roles": SeatRole.choices,
        "day": today,
        "may_write": may_write,
    }
    return page(request, "members/committee.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.MEMBERS_WRITE)
def seat_role(request: HttpRequest, id: UUID) -> HttpResponse:
    """Director, deputy or plain member from a day."""
    form = SeatRoleForm(request.POST)
    back = queries.committee_of_seat(id)
    if not form.is_valid():
        messages.warning(request, "没有改动：请选任什么，并填写从哪天起。")
        return redirect("organisation:committee", id=back)
    try:
        seat = actions.set_seat_role(id=id, **form.cleaned_data, by=signed_in(request))
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        messages.warning(request, refusal.message)
    else:
        messages.success(
            request, f"{seat.member.name}从 {form.cleaned_data['on']:%Y-%m-%d} 起任{seat.get_role_display()}。"
        )
    return redirect("organisation:committee", id=back)


@require_POST
@requires(Permission.MEMBERS_WRITE)
def unlink(request: HttpRequest, id: UUID) -> HttpResponse:
    """The special committee links the sector no more."""
    form = DayForm(request.POST)
    on = form.cleaned_data["on"] if form.is_valid() else clock.today()
    link = actions.unlink_sector(id=id, on=on, by=signed_in(request))
    messages.success(request, f"{link.special_committee.name}从 {link.until:%Y-%m-%d} 起不再联系{link.sector.name}。")
    return redirect((request.POST.get("back") == "committee" and link_committee_url(link)) or link_sector_url(link))


def link_sector_url(link: Any) -> str:
    return f"/organisation/sectors/{link.sector_id}/"


def link_committee_url(link: Any) -> str:
    return f"/organisation/committees/{link.special_committee_id}/"
