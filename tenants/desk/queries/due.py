"""Which matters a committee should be reminded of on a day: pure reading; `actions.reminding` writes and tells.

A duty's day is the due day its rule names, else its period's last day; what is kept all the time (随时) has none and is
never reminded of. Only what is outstanding is: met, waived, not applicable and merely counted ones are quiet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import RoleGrant, User
from accounts.permissions import Permission
from accounts.roles import Role
from core import waiting
from policy_engine import Duty, Verdict
from tenants.assessment import queries as assessment
from tenants.members.models import Member, RuleName
from tenants.members.queries import conveners_on, house_rule, serving
from tenants.policy.queries import has_policy, policy_on, words
from tenants.policy.queries.reading import duty_url

DEFAULT_LEADS = (7, 0, -3)
GRACE = 3  # a stage missed by more days than this is not caught up: switching on floods nobody
DATED = ("week", "month", "quarter", "half_year", "year", "every", "windows")
ITEMS = 200  # waiting matters looked at per account


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing one person is to be reminded of. `whom` is the member, or the account of an office."""

    whom: UUID
    user: UUID | None
    member: UUID | None
    key: str
    stage: int
    title: str
    owed: str
    url: str
    clauses: tuple[str, ...]
    due: dt.date


@dataclass(frozen=True, slots=True)
class Plan:
    leads: tuple[int, ...]
    is_on: bool

    @property
    def spoken(self) -> str:
        if not self.is_on:
            return "不提醒"
        return "、".join(
            f"提前 {one} 天" if one > 0 else "当天" if one == 0 else f"过期 {-one} 天" for one in self.leads
        )


def reminder_plan() -> Plan:
    """As the committee set it; 7 days before, on the day and 3 days after unless it did."""
    settled = house_rule(RuleName.REMINDERS)
    return Plan(tuple(settled.get("leads", DEFAULT_LEADS)), settled.get("is_on", True))


def stage_of(due: dt.date, day: dt.date, leads: Collection[int]) -> int | None:
    """The newest stage reached on `day`, unless it was reached too long ago."""
    left = (due - day).days
    reached = [one for one in leads if left <= one]
    return min(reached) if reached and min(reached) - left <= GRACE else None


def matters(day: dt.date, plan: Plan) -> list[Matter]:
    """Everything somebody should hear of on `day`. Duties of everybody in one judging; waiting matters of offices and leaders."""
    if not plan.is_on:
        return []
    return [*_duties(day, plan.leads), *_waiting(day, plan.leads)]


def _duties(day: dt.date, leads: Sequence[int]) -> Iterator[Matter]:
    if not has_policy(day):
        return
    told = _subjects(day)
    for as_of in _days_to_judge(day, leads):
        if not has_policy(as_of):
            continue
        duties = {duty.id: duty for duty in policy_on(as_of).duties_on(as_of)}
        for verdict in assessment.verdicts(as_of):
            duty = duties.get(verdict.duty)
            due = due_day(verdict, duty) if duty else None
            stage = stage_of(due, day, leads) if due and verdict.state == "outstanding" else None
            if duty and due and stage is not None:
                for whom, user, member in told.get((duty.subject.type, verdict.subject), ()):
                    yield _matter(verdict, duty, due, stage, whom, user, member)


def _days_to_judge(day: dt.date, leads: Sequence[int]) -> tuple[dt.date, ...]:
    """Today, and the last day of the year before while its due days may still be reminded of."""
    since = day - dt.timedelta(days=max(0, -min(leads, default=0)) + GRACE)
    return (day,) if since.year == day.year else (dt.date(since.year, 12, 31), day)


def due_day(verdict: Verdict, duty: Duty) -> dt.date | None:
    if verdict.due:
        return verdict.due
    return verdict.period.last_day if duty.period in DATED and verdict.period.until != dt.date.max else None


def _matter(
    verdict: Verdict, duty: Duty, due: dt.date, stage: int, whom: UUID, user: UUID | None, member: UUID | None
) -> Matter:
    own = duty.subject.type == "member"
    return Matter(
        whom=whom, user=user, member=member, key=f"{duty.id}:{verdict.subject if not own else ''}:{verdict.period.key}"[:160],
        stage=stage, title=duty.title, owed=f"还差 {words.number(verdict.outstanding)} {words.unit(duty)}".strip(),
        url=f"/standing/me/#{duty.id}" if own else duty_url(duty.id), clauses=duty.clauses, due=due,
    )  # fmt: skip


def _subjects(day: dt.date) -> Mapping[tuple[str, str], Sequence[tuple[UUID, UUID | None, UUID | None]]]:
    """(type, id) of whoever owes a duty → (whom, account, member) of those who are told. Conveners for a sector, its own
    office for a special committee, the office for the committee."""
    found: dict[tuple[str, str], list[tuple[UUID, UUID | None, UUID | None]]] = {}
    for key, user in serving(day).values_list("pk", "user_id"):
        found[("member", str(key))] = [(key, user, key)]
    for sector, members in conveners_on(day).items():
        found[("sector", str(sector))] = [(one.pk, one.user_id, one.pk) for one in members]
    narrow = RoleGrant.objects.filter(role="special_committee_office", user__is_active=True)
    for scope, user in narrow.values_list("scope", "user_id"):
        found.setdefault(("special_committee", scope), []).append((user, user, None))
    found[("committee", "self")] = [(user.pk, user.pk, None) for user in holders(Permission.MEMBERS_WRITE)]
    return found


def holders(permission: Permission) -> list[User]:
    names = [name for name, role in Role.by_name.items() if permission in role.permissions]
    granted = RoleGrant.objects.filter(role__in=names).values("user_id")
    return list(User.objects.filter(is_active=True, pk__in=granted))


def _waiting(day: dt.date, leads: Sequence[int]) -> Iterator[Matter]:
    """Dated matters of whoever has a role beside their own membership; statements grow with those few accounts."""
    granted = RoleGrant.objects.exclude(role="member").values("user_id")
    members = dict(Member.objects.filter(user__in=granted).values_list("user_id", "pk"))
    for user in User.objects.filter(is_active=True, pk__in=granted):
        for group in waiting.groups(user, day=day, limit=ITEMS):
            for item in group.pile.items:
                stage = stage_of(item.due, day, leads) if item.due else None
                if item.due and stage is not None:
                    yield Matter(
                        whom=members.get(user.pk, user.pk), user=user.pk, member=members.get(user.pk), key=item.key[:160],
                        stage=stage, title=f"{group.source.title}：{item.what}"[:200], owed="", url=item.url,
                        clauses=item.clauses, due=item.due,
                    )  # fmt: skip
