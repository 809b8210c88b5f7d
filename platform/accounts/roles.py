"""Who may what: one class per role, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from accounts.permissions import Permission as P


class ScopeKind(StrEnum):
    """What a role can be narrowed to; the key is a sector's or special committee's id, or a district's name."""

    SECTOR = "sector"
    SPECIAL_COMMITTEE = "special_committee"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role, and for a narrowed one its one subject; two subjects are two assignments."""

    role: str
    scope: str = ""


class Role:
    name: ClassVar[str]
    label: ClassVar[str]
    description: ClassVar[str]
    permissions: ClassVar[frozenset[P]]
    narrowed_by: ClassVar[ScopeKind | None] = None  # None: the whole committee
    needs_scope: ClassVar[bool] = False  # without one it reaches nobody
    of_members: ClassVar[bool] = False  # given to a member on the member's page; may keep a phone signed in
    of_platform: ClassVar[bool] = False  # on the bare host only
    by_name: ClassVar[dict[str, type[Role]]] = {}

    def __init_subclass__(cls) -> None:
        Role.by_name[cls.name] = cls


_READ = {P.HOME, P.MEMBERS_READ, P.RECORDS_READ, P.STANDING_READ, P.POLICY_READ}


class Operator(Role):
    name = "operator"
    label = "平台运维"
    description = "管理各委员会的开通、暂停与运行状况，看不到任何委员会的业务内容。"
    permissions = frozenset({P.OPERATE})
    of_platform = True


class Office(Role):
    name = "office"
    label = "办公室"
    description = "管理委员名册，录入和确认履职记录，维护办法，结账并报送。"
    permissions = frozenset(
        _READ
        | {
            P.MEMBERS_WRITE,
            P.RECORDS_WRITE,
            P.RECORDS_CONFIRM,
            P.STANDING_DECIDE,
            P.POLICY_ADAPT,
            P.POLICY_ADOPT,
            P.AUDIT_READ,
            P.ACCOUNTS_MANAGE,
        }
        | {P.JOBS_READ, P.JOBS_CANCEL, P.SIGNING_READ, P.SIGNING_DECIDE, P.SIGNING_RECORD, P.ORGANISATION_READ}
        | {P.RETURNS_READ, P.RETURNS_CLOSE, P.RETURNS_SUBMIT, P.RETURNS_DECIDE, P.ROLLUP_READ, P.STATEMENT_READ}
    )


class SpecialCommitteeOffice(Role):
    name = "special_committee_office"
    label = "专委会工作室"
    description = "为本专委会的委员录入、确认履职记录，只看得到本专委会的委员。"
    permissions = frozenset(_READ | {P.RECORDS_WRITE, P.RECORDS_CONFIRM})
    narrowed_by = ScopeKind.SPECIAL_COMMITTEE
    needs_scope = True


class Convener(Role):
    name = "convener"
    label = "界别召集人"
    description = "查看本界别履职情况，组织界别活动，也是委员本人。"
    permissions = frozenset({P.HOME, P.RECORDS_OWN, P.STANDING_OWN, P.STANDING_READ, P.POLICY_READ, P.MEMBERS_READ})
    narrowed_by = ScopeKind.SECTOR
    of_members = True


class Leader(Role):
    name = "leader"
    label = "领导"
    description = "查看全会情况，签署报送的月报和由自己职务办理的事项，登记会议的决定。"
    permissions = frozenset(
        _READ
        | {P.POLICY_ADOPT, P.JOBS_READ, P.RETURNS_READ, P.RETURNS_SIGN, P.ROLLUP_READ, P.STATEMENT_READ}
        | {P.SIGNING_READ, P.SIGNING_DECIDE, P.ORGANISATION_READ}
    )


class Member(Role):
    name = "member"
    label = "委员"
    description = "记录自己的联系与履职，查看自己还差什么、依据哪一条。"
    permissions = frozenset({P.HOME, P.RECORDS_OWN, P.STANDING_OWN, P.POLICY_READ})
    of_members = True


class DistrictRecorder(Role):
    name = "district_recorder"
    label = "区政协录入员"
    description = "为在本区工作或居住的委员录入联络站履职等记录，只看得到这些委员。"
    permissions = frozenset(_READ - {P.STANDING_READ} | {P.RECORDS_WRITE, P.RECORDS_CONFIRM})
    narrowed_by = ScopeKind.DISTRICT
    needs_scope = True


class UpperLiaison(Role):
    name = "upper_liaison"
    label = "联络处"
    description = "查看下级报来的汇总数字与办法，看不到任何个人信息。"
    permissions = frozenset({P.HOME, P.POLICY_READ, P.RETURNS_READ, P.ROLLUP_READ})


def permissions_of(role_names: set[str]) -> frozenset[P]:
    """All that the named roles allow; unknown names allow nothing."""
    known = [Role.by_name[name] for name in role_names if name in Role.by_name]
    return frozenset().union(*(role.permissions for role in known))
