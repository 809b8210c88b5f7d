"""Activities as rows of the `deed` view: one per participant, one for the organiser, one where there is neither."""

from __future__ import annotations

from core.deed import Branch
from tenants.activities.models import AWAY
from tenants.members.deeds import confirmed, of_member

# The committee itself has no row in its own schema: as a subject it is its type, without an id.
_ORGANISER = "coalesce(a.organiser_special_committee_id, a.organiser_sector_id, a.organiser_member_id)"
_AWAY = "(" + ", ".join(f"'{role.value}'" for role in AWAY) + ")"  # noted, and share nothing with those who were there
_ACTIVITY = {
    "family": "'record'",
    "source": "'activities.activity'",
    "record_id": "a.id",
    "kind": "a.kind",
    "on_date": "a.held_on",
    "organiser_type": "a.organiser_type",
    "organiser_id": _ORGANISER,
    "place_level": "nullif(a.place_level, '')",
    "destination": "nullif(a.destination, '')",
    "amounts": "jsonb_build_object('days', coalesce(a.until, a.held_on) - a.held_on + 1, 'people',"
    " (SELECT count(*) FROM activities_participation n WHERE n.activity_id = a.id AND n.withdrawn_at IS NULL"
    f" AND n.state = 'confirmed' AND n.role NOT IN {_AWAY}))",
}

_CREW = (
    "(SELECT jsonb_object_agg(x.role, x.number) FROM (SELECT role, count(*) AS number FROM activities_participation"
    f" WHERE activity_id = a.id AND withdrawn_at IS NULL AND state <> 'rejected' AND role NOT IN {_AWAY} GROUP BY role) x)"
)

BRANCHES = (
    Branch(
        {
            **_ACTIVITY,
            **of_member("p.member_id", "a.held_on"),
            "subject_type": "'member'",
            "subject_id": "p.member_id",
            "role": "p.role",
            "confirmed": confirmed("p.state"),
            "crew": f"CASE WHEN p.role NOT IN {_AWAY} THEN {_CREW} END",
        },
        "activities_participation p JOIN activities_activity a ON a.id = p.activity_id"
        " WHERE a.withdrawn_at IS NULL AND p.withdrawn_at IS NULL AND NOT a.is_planned",
    ),
    Branch(
        {
            **_ACTIVITY,
            "subject_type": "a.organiser_type",
            "subject_id": _ORGANISER,
            "role": "'organiser'",
            "confirmed": confirmed("a.state"),
            "sector_id": "a.organiser_sector_id",
        },
        "activities_activity a WHERE a.withdrawn_at IS NULL AND NOT a.is_planned AND a.organiser_type <> 'other'",
    ),
    Branch(  # held by others with nobody's name: it was held all the same, and counts for the committee as a whole
        {**_ACTIVITY, "confirmed": confirmed("a.state")},
        "activities_activity a WHERE a.withdrawn_at IS NULL AND a.organiser_type = 'other' AND NOT EXISTS (SELECT 1"
        " FROM activities_participation n WHERE n.activity_id = a.id AND n.withdrawn_at IS NULL"
        " AND n.state = 'confirmed' AND n.role NOT IN ('absent', 'on_leave', 'late'))",
    ),
)
