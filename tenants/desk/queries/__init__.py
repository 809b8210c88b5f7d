"""What composes the other apps for one person: navigation, home, the trail."""

from tenants.desk.queries.home import MemberHome, OfficeHome, Task, member_home, office_home
from tenants.desk.queries.places import navigation
from tenants.desk.queries.trail import WORDS, Event, TrailFilters, event, trail

__all__ = [
    "WORDS", "Event", "MemberHome", "OfficeHome", "Task", "TrailFilters", "event", "member_home", "navigation", "office_home", "trail",
]  # fmt: skip
