"""What composes the other apps for one person: navigation, home, the trail."""

from tenants.desk.queries.home import MemberHome, OfficeHome, member_home, office_home
from tenants.desk.queries.places import navigation
from tenants.desk.queries.trail import LARGEST, Change, Event, TrailFilters, actions, events, table, trail
from tenants.desk.queries.work import Work, work_of

__all__ = [
    "LARGEST", "Change", "Event", "MemberHome", "OfficeHome", "TrailFilters", "Work", "actions", "events", "member_home",
    "navigation", "office_home", "table", "trail", "work_of",
]  # fmt: skip
