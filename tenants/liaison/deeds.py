"""Contacts, pairings and links as rows of the `deed` view."""

from __future__ import annotations

from core.deed import Branch
from tenants.members.deeds import confirmed, of_member

_CONTACT = {
    "family": "'record'",
    "source": "'liaison.contactrecord'",
    "record_id": "c.id",
    "kind": "c.kind",
    "on_date": "c.held_on",
    "subject_type": "'member'",
    # One target per record, so that a row is never multiplied: the member visited, else the one constituent met.
    "target_type": "CASE WHEN c.target_id IS NOT NULL THEN 'member' WHEN EXISTS (SELECT 1 FROM liaison_contactconstituent m"
    " WHERE m.record_id = c.id) THEN 'constituent' END",
    "target_id": "coalesce(c.target_id, (SELECT (array_agg(m.constituent_id))[1] FROM liaison_contactconstituent m"
    " WHERE m.record_id = c.id HAVING count(*) = 1))",
    "place_level": "nullif(c.place_level, '')",
    "mode": "c.mode",
    "confirmed": confirmed("c.state"),
    "amounts": "CASE WHEN c.headcount IS NOT NULL THEN jsonb_build_object('people', c.headcount) END",
    "crew": "coalesce((SELECT jsonb_object_agg(x.role, x.number) FROM (SELECT role, count(*) AS number"
    " FROM liaison_contactparticipant WHERE record_id = c.id GROUP BY role) x), '{}') || '{\"lead\": 1}'",
}

BRANCHES = (
    Branch(
        {
            **_CONTACT,
            **of_member("c.member_id", "c.held_on"),
            "subject_id": "c.member_id",
            "role": "'lead'",
            "place": "1",
        },
        "liaison_contactrecord c WHERE c.withdrawn_at IS NULL",
    ),
    Branch(
        {
            **_CONTACT,
            **of_member("p.member_id", "c.held_on"),
            "subject_id": "p.member_id",
            "role": "p.role",
            "place": "(SELECT count(*) + 1 FROM liaison_contactparticipant x WHERE x.record_id = c.id AND x.id <= p.id)",
        },
        "liaison_contactparticipant p JOIN liaison_contactrecord c ON c.id = p.record_id WHERE c.withdrawn_at IS NULL",
    ),
    Branch(
        {
            "family": "'link'",
            "source": "'liaison.constituentlink'",
            "record_id": "l.id",
            "kind": "l.kind",
            **of_member("l.member_id", "l.since"),
            "on_date": "l.since",
            "until_date": "l.until",
            "subject_type": "'member'",
            "subject_id": "l.member_id",
            "target_type": "l.kind",
            "target_id": "l.constituent_id",
            "confirmed": "true",
        },
        "liaison_constituentlink l",
    ),
    Branch(
        {
            "family": "'link'",
            "source": "'liaison.linkassignment'",
            "record_id": "l.id",
            "kind": "l.level",
            **of_member("l.from_member_id", "l.since"),
            "on_date": "l.since",
            "until_date": "l.until",
            "subject_type": "'member'",
            "subject_id": "l.from_member_id",
            "target_type": "CASE WHEN l.to_member_id IS NOT NULL THEN 'member'"
            " WHEN l.to_sector_id IS NOT NULL THEN 'sector' ELSE 'special_committee' END",
            "target_id": "coalesce(l.to_member_id, l.to_sector_id, l.to_special_committee_id)",
            "confirmed": "true",
        },
        "liaison_linkassignment l",
    ),
)
