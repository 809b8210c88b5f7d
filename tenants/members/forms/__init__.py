"""What the pages ask for. Rules are the actions'; forms only read."""

from tenants.members.forms.fields import MemberField, MembersField, narrow, one_member
from tenants.members.forms.organisation import (
    AppointForm,
    CommitteeForm,
    DayForm,
    JoinForm,
    LinkForm,
    NominateForm,
    SearchForm,
    SeatRoleForm,
    SectorForm,
    UnitForm,
)
from tenants.members.forms.people import (
    AccountForm,
    AnonymiseForm,
    ChangeForm,
    ImportForm,
    InviteMembersForm,
    LeaveForm,
    MemberEditForm,
    MemberForm,
    RejoinForm,
    RetentionForm,
    RosterFilter,
    TermForm,
    values_of,
)

__all__ = [
    "AccountForm", "AnonymiseForm", "AppointForm", "ChangeForm", "CommitteeForm", "DayForm", "ImportForm", "InviteMembersForm", "JoinForm",
    "LeaveForm", "LinkForm", "MemberEditForm", "MemberField", "MemberForm", "MembersField", "NominateForm", "RejoinForm", "RetentionForm",
    "RosterFilter", "SearchForm", "SeatRoleForm", "SectorForm", "TermForm", "UnitForm", "narrow", "one_member", "values_of",
]  # fmt: skip
