"""What composes the other apps for one person: navigation, home, the trail."""

from tenants.desk.queries.almanac import AlmanacFilters, Year, almanac_table, ics, work_year
from tenants.desk.queries.due import Plan, matters, reminder_plan
from tenants.desk.queries.home import MemberHome, OfficeHome, member_home, office_home
from tenants.desk.queries.inbox import InboxFilters, Letter, inbox, inbox_table, letters, number_unread
from tenants.desk.queries.places import navigation
from tenants.desk.queries.reminders import STATES as REMINDER_STATES
from tenants.desk.queries.reminders import ReminderFilters, name_of, reminder_table, reminders, stage_words, state_of
from tenants.desk.queries.search import Found, Hit, search
from tenants.desk.queries.trail import LARGEST, Change, Event, TrailFilters, actions, events, table, trail
from tenants.desk.queries.work import Work, work_of

__all__ = [
    "LARGEST", "REMINDER_STATES", "AlmanacFilters", "Change", "Event", "Found", "Hit", "InboxFilters", "Letter", "MemberHome", "OfficeHome", "Plan", "ReminderFilters", "TrailFilters", "Work", "Year", "actions", "almanac_table", "events", "ics", "inbox", "inbox_table", "letters", "matters", "member_home", "name_of", "navigation", "number_unread", "office_home", "reminder_plan", "reminder_table", "reminders", "search", "stage_words", "state_of", "table", "trail", "work_of", "work_year",
]  # fmt: skip
