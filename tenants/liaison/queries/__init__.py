"""Reads of contacts, pairings and claims."""

from tenants.liaison.queries.chain import (
    BASES,
    Charge,
    Given,
    Matrix,
    Proposed,
    Rung,
    Target,
    Tiers,
    asked_levels,
    charges,
    given,
    grid_pairings,
    links_of,
    matrix,
    proposal,
    rungs,
    sources,
    target_of,
    targets,
    tiers,
)
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
    people,
    refuse_strangers,
)
from tenants.liaison.queries.pairings import ended_pairings_of, paired_members, pairings_of, totals
from tenants.liaison.queries.settled import Settled, settled, settled_for

__all__ = [
    "BASES", "Charge", "ContactFilters", "Given", "Matrix", "MemberNotActive", "NotYourRecord", "Proposed", "Rung", "Settled", "Target", "Tiers", "UnknownMember", "active_members", "as_entered", "as_typed", "asked_levels", "audience_of", "born_as", "charges", "companions", "contact_by_id", "contacts", "ended_pairings_of", "enterable", "enters_for_others", "given", "grid_pairings", "in_order", "links_of", "matrix", "met_constituents", "number_met", "number_waiting", "own_numbers", "paired_members", "pairings_of", "people", "proposal", "refuse_strangers", "rungs", "seen_by", "settled", "settled_for", "sheet_rows", "sources", "target_of", "targets", "tiers", "totals", "visible_contacts", "waiting", "without_strangers",
]  # fmt: skip
