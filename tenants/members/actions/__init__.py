"""The only writers of the roster."""

from tenants.members.actions.accounts import AlreadyHasAccount, give_account
from tenants.members.actions.groups import (
    NameTaken,
    NotInSector,
    add_sector,
    add_special_committee,
    link_sector,
    set_conveners,
)
from tenants.members.actions.importing import DraftGone, RosterChanged, import_roster, keep_draft, preview
from tenants.members.actions.people import (
    LeavesBeforeJoining,
    NameMissing,
    NumberMissing,
    NumberTaken,
    add_member,
    assign_post,
    end_membership,
    end_post,
    update_member,
)

__all__ = [
    "AlreadyHasAccount", "DraftGone", "LeavesBeforeJoining", "NameMissing", "NameTaken", "NotInSector", "NumberMissing",
    "NumberTaken", "RosterChanged", "add_member", "add_sector", "add_special_committee", "assign_post", "end_membership",
    "end_post", "give_account", "import_roster", "keep_draft", "link_sector", "preview", "set_conveners", "update_member",
]  # fmt: skip
