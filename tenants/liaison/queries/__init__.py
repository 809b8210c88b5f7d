"""Reads of contacts, pairings and claims."""

from tenants.liaison.queries.claims import number_waiting, waiting
from tenants.liaison.queries.contacts import (
    ContactFilters,
    as_entered,
    companions,
    contact_by_id,
    contacts,
    in_order,
    met_constituents,
    number_met,
    own_numbers,
    seen_by,
    sheet_rows,
    visible_contacts,
    without_strangers,
)
from tenants.liaison.queries.entry import (
    MemberNotActive,
    NotYourRecord,
    UnknownMember,
    active_members,
    as_typed,
    audience_of,
    born_as,
    enterable,
    enters_for_others,
    members_named,
    people,
    refuse_strangers,
)
from tenants.liaison.queries.pairings import ended_pairings_of, paired_members, pairings_of, totals
from tenants.liaison.queries.settled import Settled, settled, settled_for

__all__ = [
    "ContactFilters", "MemberNotActive", "NotYourRecord", "Settled", "UnknownMember", "active_members", "as_entered", "as_typed", "audience_of", "born_as", "companions",
    "contact_by_id", "contacts", "ended_pairings_of", "enterable", "enters_for_others", "in_order", "members_named", "met_constituents", "number_met", "number_waiting",
    "own_numbers", "paired_members", "pairings_of", "people", "refuse_strangers", "seen_by", "settled", "settled_for", "sheet_rows", "totals", "visible_contacts", "waiting", "without_strangers",
]  # fmt: skip
