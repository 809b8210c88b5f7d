"""Inviting all members at once: links to print and cut apart, or as a file."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import requires, signed_in
from accounts.invitations import Link
from accounts.permissions import Permission
from core import clock, sheets
from core.web import page, refusals_on
from tenants.members import actions, queries
from tenants.members.forms import InviteMembersForm
from tenants.members.models import Member

COLUMNS = (sheets.Out("编号", 12), sheets.Out("姓名", 16), sheets.Out("联系电话", 16), sheets.Out("账号", 16), sheets.Out("邀请链接", 80),
           sheets.Out("有效到", 18))  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def invite(request: HttpRequest) -> HttpResponse:
    """How many have no account; POST makes accounts and links, shown this once or downloaded (`as=xlsx`)."""
    today = clock.today()
    form = InviteMembersForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = actions.invite_members(day=today, again=form.cleaned_data["again"], by=signed_in(request))
            return _file(request, made) if request.POST.get("as") == "xlsx" else _list(request, made)
    context = {
        "form": form,
        "missing": queries.without_account(today).count(),
        "waiting": len(queries.not_yet_opened(today)),
    }
    return page(request, "members/invite.html", context, status=422 if form.errors else 200)


def _list(request: HttpRequest, made: Sequence[tuple[Member, Link]]) -> HttpResponse:
    lines = [{"member": member, "link": link, "url": request.build_absolute_uri(link.path)} for member, link in made]
    return page(request, "members/links.html", {"lines": lines, "until": made[0][1].expires_at})


def _file(request: HttpRequest, made: Sequence[tuple[Member, Link]]) -> HttpResponse:
    rows = [
        (member.number, member.name, member.phone, link.user.username, request.build_absolute_uri(link.path),
         f"{link.expires_at:%Y-%m-%d %H:%M}")
        for member, link in made
    ]  # fmt: skip
    name = f"{request.committee.name}邀请链接-{clock.today():%Y%m%d}.xlsx"  # type: ignore[attr-defined]
    return sheets.download(sheets.write(title="邀请链接", columns=COLUMNS, rows=rows), name=name)
