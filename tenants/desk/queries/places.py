"""Where one can go from here: navigation as data, from permissions (infra/decisions/0002)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import Resolver404, resolve

from accounts.access import may
from accounts.permissions import Permission as P
from tenants.desk.queries.inbox import number_unread


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the navigation; any one of `permissions` opens it."""

    label: str
    url: str
    icon: str
    group: str
    permissions: tuple[P, ...]


PLACES = (
    Place("首页", "/", "home", "办事", (P.HOME,)),
    Place("收件", "/inbox/", "bell", "办事", (P.HOME,)),
    Place("待确认", "/contacts/claims/", "clock", "办事", (P.RECORDS_CONFIRM,)),
    Place("办理事项", "/proceedings/", "stamp", "办事", (P.SIGNING_READ,)),
    Place("委员", "/members/", "people", "人和联系", (P.MEMBERS_READ,)),
    Place("组织", "/organisation/sectors/", "house", "人和联系", (P.ORGANISATION_READ,)),
    Place("联系链条", "/links/", "chain", "人和联系", (P.ORGANISATION_READ,)),
    Place("界别群众", "/constituents/", "hand", "人和联系", (P.RECORDS_READ, P.RECORDS_OWN)),
    Place("联系记录", "/contacts/", "pen", "记录", (P.RECORDS_READ, P.RECORDS_OWN)),
    Place("活动", "/activities/", "flag", "记录", (P.RECORDS_READ, P.RECORDS_OWN)),
    Place("民意", "/voices/", "voice", "记录", (P.RECORDS_READ, P.RECORDS_OWN)),
    Place("履职成果", "/outputs/", "doc", "记录", (P.RECORDS_READ, P.RECORDS_OWN)),
    Place("履职情况", "/standing/", "tally", "评价与办法", (P.STANDING_READ,)),
    Place("我的履职", "/standing/me/", "tally", "评价与办法", (P.STANDING_OWN,)),
    Place("文件", "/documents/", "folder", "评价与办法", (P.STANDING_READ, P.STANDING_OWN)),
    Place("工作日历", "/calendar/", "calendar", "评价与办法", (P.POLICY_READ,)),
    Place("本会办法", "/policy/", "rule", "评价与办法", (P.POLICY_READ,)),
    Place("报送", "/returns/", "up", "上下级", (P.RETURNS_READ,)),
    Place("上下级汇总", "/rollup/", "sum", "上下级", (P.ROLLUP_READ,)),
    Place("我的个人信息", "/members/me/data/", "person", "管理", (P.RECORDS_OWN,)),
    Place("用量单", "/statement/", "meter", "管理", (P.STATEMENT_READ,)),
    Place("账号", "/accounts/", "key", "管理", (P.ACCOUNTS_MANAGE,)),
    Place("操作记录", "/audit/", "log", "管理", (P.AUDIT_READ,)),
    Place("后台任务", "/jobs/", "wait", "管理", (P.JOBS_READ,)),
)
INBOX = next(place for place in PLACES if place.url == "/inbox/")
RECORD_CONTACT = Place("记联系", "/contacts/new/", "plus", "记录", (P.RECORDS_OWN,))
_UNDER = {
    "organisation": "/organisation/sectors/",
    "reminders": "/calendar/",
}  # pages reached from another place's page
_BAR_OF_MEMBER = ("/", "/contacts/", "/contacts/new/", "/constituents/", "/standing/me/")
_BAR_OF_OFFICE = ("/", "/contacts/claims/", "/members/", "/standing/", "/returns/")
_BAR_OF_LIAISON = ("/", "/policy/", "/returns/", "/rollup/")


def navigation(*, user: Any, path: str) -> list[dict[str, Any]]:
    """What the person may open, in the shape of the components' README. One statement beyond the user's own roles: how
    many notices are unread."""
    is_member = may(user, P.RECORDS_OWN)
    is_above = may(user, P.ROLLUP_READ) and not may(user, P.STANDING_READ)
    bar = _BAR_OF_MEMBER if is_member else _BAR_OF_LIAISON if is_above else _BAR_OF_OFFICE
    places = [place for place in PLACES if any(may(user, one) for one in place.permissions) and _served(place.url)]
    if is_member and _served(RECORD_CONTACT.url):
        at = next((index for index, place in enumerate(places) if place.group == "记录"), len(places))
        places.insert(at, RECORD_CONTACT)
    current = _current(places, path)
    return [
        {"label": place.label, "url": place.url, "icon": place.icon, "group": place.group, "current": place is current,
         "bar": place.url in bar, "primary": place is RECORD_CONTACT, "is_inbox": place is INBOX,
         "count": number_unread(user) if place is INBOX else None}
        for place in places
    ]  # fmt: skip


def _current(places: list[Place], path: str) -> Place | None:
    """The place whose address is the longest beginning of the path."""
    path = _UNDER.get(path.split("/")[1], path) if path.count("/") > 1 else path
    fitting = [place for place in places if path == place.url or (place.url != "/" and path.startswith(place.url))]
    return max(fitting, key=lambda place: len(place.url), default=None)


@cache
def _served(url: str) -> bool:
    """A committee's site serves the page; a place still to be built is not offered."""
    try:
        resolve(url, urlconf=settings.ROOT_URLCONF)
    except Resolver404:
        return False
    return True
