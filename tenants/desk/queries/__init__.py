"""What composes the other apps for one person: navigation, home, the trail."""

from tenants.desk.queries.home import MemberHome, OfficeHome, Task, member_home, office_home
from tenants.desk.queries.places import navigation
from tenants.desk.queries.trail import LARGEST, Change, Event, TrailFilters, actions, events, table, trail

__all__ = [
    "LARGEST", "Change", "Event", "MemberHome", "OfficeHome", "Task", "TrailFilters", "actions", "events", "member_home",
    "navigation", "office_home", "table", "trail",
]  # fmt: skip
