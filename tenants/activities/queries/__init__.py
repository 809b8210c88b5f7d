"""Reads of activities, of who is called and came, of topics and of the committee's calendar."""

from tenants.activities.queries.calling import (
    Called,
    activity_of_part,
    called,
    guest_levels_on,
    guests_of,
    invitation_of,
    members_called_by,
)
from tenants.activities.queries.held import (
    ActivityFilters,
    activities,
    activity_by_id,
    as_entered,
    is_kind,
    kind_titles,
    organiser_of,
    present_at,
    sheet_rows,
    visible_activities,
)
from tenants.activities.queries.occasions import engine_events, occasion_kinds, occasions
from tenants.activities.queries.topics import topic_by_id, topics

__all__ = [
    "ActivityFilters", "Called", "activities", "activity_by_id", "activity_of_part", "as_entered", "called", "engine_events", "guest_levels_on", "guests_of",
    "invitation_of", "is_kind", "kind_titles", "members_called_by", "occasion_kinds", "occasions", "organiser_of", "present_at",
    "sheet_rows", "topic_by_id", "topics", "visible_activities",
]  # fmt: skip
