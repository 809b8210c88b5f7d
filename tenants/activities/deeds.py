"""Activities as rows of the `deed` view: one per participant, one for the organiser."""

from __future__ import annotations

from core.deed import Branch

# The committee itself has no row in its own schema: as a subject it is its type, without an id.
_ORGANISER = "coalesce(a.organiser_special_committee_id, a.organiser_sector_id, a.organiser_member_id)"
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
}

BRANCHES = (
    Branch(
        {
            **_ACTIVITY,
            "subject_type": "'member'",
            "subject_id": "p.member_id",
            "role": "p.role",
            "confirmed": "p.state = 'confirmed'",
        },
        "activities_participation p JOIN activities_activity a ON a.id = p.activity_id"
        " WHERE a.withdrawn_at IS NULL AND p.withdrawn_at IS NULL",
    ),
    Branch(
        {
            **_ACTIVITY,
            "subject_type": "a.organiser_type",
            "subject_id": _ORGANISER,
            "role": "'organiser'",
            "confirmed": "a.state = 'confirmed'",
        },
        "activities_activity a WHERE a.withdrawn_at IS NULL AND a.organiser_type <> 'other'",
    ),
)
