"""The committee's people and how they are grouped."""

from tenants.members.models.files import RosterImport
from tenants.members.models.groups import Sector, SectorCommitteeLink, SpecialCommittee
from tenants.members.models.keeping import HouseRule, Made, MadeFile, RuleName, Term
from tenants.members.models.people import Convener, Member, PostKind, Seat, SeatRole, Spell
from tenants.members.models.units import (
    Nomination,
    NominationState,
    Nominee,
    Post,
    Side,
    Unit,
    UnitKind,
    UnitRole,
    role_word,
)

__all__ = [
    "Convener", "HouseRule", "Made", "MadeFile", "Member", "Nomination", "NominationState", "Nominee", "Post", "PostKind", "RosterImport", "RuleName", "Seat", "SeatRole", "Sector", "SectorCommitteeLink", "Side", "SpecialCommittee", "Spell", "Term", "Unit", "UnitKind",
    "UnitRole", "role_word",
]  # fmt: skip
