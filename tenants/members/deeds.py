"""Who convenes a sector and which special committee links it, as links of the `deed` view."""

from __future__ import annotations

from core.deed import Branch


def of_member(member: str, day: str) -> dict[str, str]:
    """Columns of whatever a member did: the posts held that day (`member` always) and the sector. SQL expressions in, and out.

    Nobody pays for a column that a statement does not name.
    """
    return {
        "posts": "array['member'::text] || array(SELECT mp.kind::text FROM members_post mp"
        f" WHERE mp.member_id = {member} AND mp.unit_id IS NULL AND mp.since <= {day} AND (mp.until IS NULL OR mp.until > {day}))",
        "sector_id": f"(SELECT m.sector_id FROM members_member m WHERE m.id = {member})",
    }


def confirmed(state: str) -> str:
    """A claim as the deed view says it: true, false while it waits, null where it was refused."""
    return f"CASE {state} WHEN 'confirmed' THEN true WHEN 'claimed' THEN false END"


_CONVENER = {
    "family": "'link'",
    "source": "'members.convener'",
    "record_id": "c.id",
    "on_date": "c.since",
    "until_date": "c.until",
    "subject_type": "'sector'",
    "subject_id": "c.sector_id",
    "sector_id": "c.sector_id",
    "target_type": "'member'",
    "target_id": "c.member_id",
    "confirmed": "true",
}

_GROUP_POST = {
    "family": "'check'",
    "source": "'members.post'",
    "record_id": "p.id",
    "on_date": "p.since",
    "until_date": "p.until",
    "subject_type": "'group'",
    "subject_id": "p.unit_id",
    "checklist": "'group_posts'",
    "item": "p.side || '_' || p.role",
    "confirmed": "true",
}

BRANCHES = (
    Branch(  # one per side, and who holds it (DC20-A2-4-1)
        _GROUP_POST,
        "members_post p JOIN members_unit u ON u.id = p.unit_id WHERE u.kind = 'area_group' AND p.role <> 'member'",
    ),
    Branch(
        {
            "family": "'link'",
            "source": "'members.seat'",
            "record_id": "g.id",
            "kind": "'group_membership'",
            **of_member("g.member_id", "g.since"),
            "on_date": "g.since",
            "until_date": "g.until",
            "subject_type": "'member'",
            "subject_id": "g.member_id",
            "target_type": "'group'",
            "target_id": "g.unit_id",
            "confirmed": "true",
        },
        "members_seat g WHERE g.unit_id IS NOT NULL",
    ),
    Branch(  # set up by the committee until it is done away with
        {
            "family": "'link'",
            "source": "'members.unit'",
            "record_id": "u.id",
            "kind": "'area_group'",
            "on_date": "u.since",
            "until_date": "u.until",
            "subject_type": "'committee'",
            "target_type": "'group'",
            "target_id": "u.id",
            "confirmed": "true",
        },
        "members_unit u WHERE u.kind = 'area_group'",
    ),
    Branch({**_CONVENER, "kind": "'convener'"}, "members_convener c"),  # the first convener is one of them (YY21-16-2)
    Branch({**_CONVENER, "kind": "'first_convener'"}, "members_convener c WHERE c.is_first"),
    Branch(
        {
            "family": "'link'",
            "source": "'members.sectorcommitteelink'",
            "record_id": "l.id",
            "kind": "'committee_to_sector'",
            "on_date": "l.since",
            "until_date": "l.until",
            "subject_type": "'special_committee'",
            "subject_id": "l.special_committee_id",
            "target_type": "'sector'",
            "target_id": "l.sector_id",
            "confirmed": "true",
        },
        "members_sectorcommitteelink l",
    ),
)
