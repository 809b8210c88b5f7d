"""Recording a contact on a phone, the list, one record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may, requires, signed_in
from accounts.permissions import Permission
from core import clock, sheets
from core.web import page, sheet_url
from tenants.liaison import actions, queries
from tenants.liaison.forms import ContactFilterForm, ContactForm, OfficeContactForm, ReasonForm
from tenants.liaison.models import ContactRecord
from tenants.liaison.queries.offshoots import offshoots_of
from tenants.liaison.views import files, records
from tenants.members.models import Member
from tenants.members.queries import member_of

PER_PAGE = 50
COLUMNS = (
    sheets.Out("日期", 12), sheets.Out("委员", 14), sheets.Out("编号", 10), sheets.Out("界别", 14), sheets.Out("种类", 10),
    sheets.Out("方式", 10), sheets.Out("地点", 20), sheets.Out("人数", 8), sheets.Out("内容", 50), sheets.Out("意见", 40),
    sheets.Out("状态", 10),
)  # fmt: skip


@require_safe
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def contact_list(request: HttpRequest) -> HttpResponse:
    """Who met whom: all for an office, one's own for a member; as a file with `?format=xlsx`."""
    form = ContactFilterForm(request.GET)
    found = queries.contacts(request.user, form.filters(request.GET.get("sort", "")))
    if request.GET.get("format") == "xlsx":
        return _file(found, request)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = queries.without_strangers(request.user, shown.object_list)  # type: ignore[assignment]
    filtered = any(value for name, value in request.GET.items() if name not in ("page", "sort"))
    numbers = queries.own_numbers(request.user)
    context = {
        "page": shown,
        "filter": form,
        "is_filtered": filtered,
        "lead": _lead(shown.paginator.count, numbers, filtered=filtered),
        "export_url": sheet_url(request),
        "may_record": _may_record(request.user),
        "audience": queries.audience_of(request.user),
    }
    return page(request, "liaison/contacts.html", context)


def _lead(found: int, numbers: dict[str, int], *, filtered: bool) -> str:
    if filtered:
        return f"符合条件的 {found} 次"
    waiting = f" · 待确认 {numbers['claimed']}" if numbers["claimed"] else ""
    returned = f" · 已退回 {numbers['rejected']}" if numbers["rejected"] else ""
    return f"共 {found} 次{waiting}{returned}"


def _may_record(user: Any) -> bool:
    return may(user, Permission.RECORDS_OWN) or may(user, Permission.RECORDS_WRITE)


def _file(found: QuerySet[ContactRecord], request: HttpRequest) -> HttpResponse:
    name = f"{request.committee.name}联系记录-{clock.today():%Y%m%d}.xlsx"  # type: ignore[attr-defined]
    content = sheets.write(title="联系记录", columns=COLUMNS, rows=queries.sheet_rows(found))
    return sheets.download(content, name=name)


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def contact_new(request: HttpRequest) -> HttpResponse:
    """Record one contact. An office names the member (or comes with `?member=`); a member is the one."""
    today, for_others = clock.today(), may(request.user, Permission.RECORDS_WRITE)
    member = None if for_others else member_of(request.user)

    def save(form: ContactForm) -> ContactRecord:
        given = {**_values(form, member), "files": files.uploads(request)}
        return actions.register_contact(**given, today=today, by=signed_in(request))

    def tell(record: ContactRecord) -> None:
        level = messages.SUCCESS if record.state == "confirmed" else messages.INFO
        heard = "意见已转为民意，办到哪一步在“我的反映”里看。" if request.POST.get("as_voice") else ""
        messages.add_message(request, level, _told(record) + heard)

    form = _form(request, member, for_others=for_others)
    return records.enter(
        request, PAGES, form, save=save, tell=tell, can_save=for_others or member is not None, member=member
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def contact_edit(request: HttpRequest, id: UUID) -> HttpResponse:
    """Set a record right, with a reason, until the figures it stands in are signed."""
    record = queries.contact_by_id(request.user, id)
    today, for_others = clock.today(), may(request.user, Permission.RECORDS_WRITE)
    member = None if for_others else record.member
    form = _form(request, member, for_others=for_others, record=record)

    def save(form: ContactForm) -> bool:
        values = _values(form, member)
        for name in ("id", "as_voice"):
            values.pop(name)
        if for_others:
            values["constituents"] = None  # the office does not know whom the member met
        values["reason"] = form.cleaned_data["reason"]
        return actions.change_contact(id=record.pk, **values, today=today, by=signed_in(request), at=clock.now())

    return records.correct(request, PAGES, record, form, save=save, member=member)


def _values(form: ContactForm, member: Member | None) -> dict[str, Any]:
    return form.values() if member is None else {**form.values(), "member": member.pk}


def _form(
    request: HttpRequest, member: Member | None, *, for_others: bool, record: ContactRecord | None = None
) -> ContactForm:
    today, data = clock.today(), request.POST or None
    within = queries.enterable(signed_in(request))
    initial = queries.as_entered(record, signed_in(request)) if record else {}
    if for_others:
        given = initial or _named(request.GET.get("member"), within)
        form: ContactForm = OfficeContactForm(data, today=today, within=within, initial=given)
    else:
        links = queries.pairings_of(member, today) if member else ()
        pairs = {link.constituent_id: link.constituent.name for link in links}
        pairs |= dict(record.constituents.values_list("pk", "name")) if record else {}
        form = ContactForm(data, today=today, within=within, pairs=list(pairs.items()), initial=initial)
    return records.with_reason(form, returned=record.state == "rejected") if record else form


def _named(text: str | None, within: Q) -> dict[str, str]:
    """The member of `?member=<uuid>`, as the field writes them."""
    try:
        member = Member.objects.filter(within, pk=UUID(text or "")).first()
    except ValueError:
        return {}
    return {"member": f"{member.name}（{member.number}）"} if member else {}


def _told(record: ContactRecord) -> str:
    what = f"已记录 {record.held_on:%-m月%-d日} 的{record.get_kind_display()}"
    if record.state == "confirmed":
        return f"{what}，计入{record.member.name} {record.held_on:%Y} 年履职。"
    return f"{what}，等待办公室确认后计入。"


@require_safe
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def contact(request: HttpRequest, id: UUID) -> HttpResponse:
    """One record, and the way to take it back."""
    return _contact_page(request, queries.contact_by_id(request.user, id), ReasonForm())


def _contact_page(request: HttpRequest, record: ContactRecord, form: ReasonForm) -> HttpResponse:
    own = record.member.user_id == request.user.pk
    (record,) = queries.without_strangers(request.user, [record])
    there = queries.companions(record)
    seen = queries.seen_by(request.user, [one.member_id for one in there])
    context = {
        "record": record,
        "companions": [one for one in there if one.member_id in seen],
        "others": len(there) - len(seen),
        # Names of the people met are known to the member they are paired with; everybody else sees how many.
        "met": queries.met_constituents(record) if own else [],
        "number_met": queries.number_met(record),
        "may_open_members": may(request.user, Permission.MEMBERS_READ),
        "form": form,
        "offshoots": offshoots_of(record, request.user),
        **files.rights(request, PAGES, record),
    }
    return page(request, "liaison/contact.html", context, status=422 if form.errors else 200)


PAGES = records.Pages(
    noun="这条联系记录", address="liaison:contact", edit="liaison:contact_edit", template="liaison/contact_form.html",
    find=queries.contact_by_id, show=_contact_page, take_back=actions.withdraw_contact, may_change=actions.may_change,
    taken_back="这条记录已撤回，不再计入履职；内容仍可查看。",
)  # fmt: skip


@require_POST
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def contact_withdraw(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take a record back, with a reason."""
    return records.withdraw(request, PAGES, id)
