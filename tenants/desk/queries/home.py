"""Home answers one question: what waits for me, or what do I still owe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from accounts.access import may
from accounts.permissions import Permission as P
from policy_engine import Duty
from tenants.assessment import queries as assessment
from tenants.desk.queries.due import due_day
from tenants.desk.queries.work import Work, work_of
from tenants.liaison import queries as liaison
from tenants.members import queries as members
from tenants.members.models import Member, SpecialCommittee
from tenants.policy.queries import has_policy, parent_policy_on
from tenants.policy.queries.reading import DutyLine, duty_line
from tenants.policy.queries.words import rule
from tenants.reports import queries as reports
from tenants.voices import queries as voices

MONTHS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyShort:
    """One duty the members are asked for, and how many of those it binds still owe it."""

    duty: Duty
    asked: int
    short: int

    @property
    def url(self) -> str:
        return f"/standing/?duty={self.duty.id}"

    @property
    def rule(self) -> str:
        return rule(self.duty)

    @property
    def done(self) -> int:
        return self.asked - self.short

    @property
    def state(self) -> str:
        return "outstanding" if self.short else "met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month's own return: `state` is `missing` before the first closing."""

    label: str
    url: str
    state: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """One duty of a special committee itself, still owed."""

    of: str
    line: assessment.Line
    url: str

    @property
    def rule(self) -> str:
        return rule(self.line.duty)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHome:
    """What waits for somebody of the office, a leader, or the level above. `standing`, `rollup`: None where one may not see it."""

    work: tuple[Work, ...]
    standing: assessment.Standings | None
    of_whom: str  # whose members the standing speaks of; empty: the whole committee
    own: tuple[OwnLine, ...]  # what the special committees one is responsible for still owe themselves
    duties: tuple[DutyShort, ...]
    rollup: reports.Rollup | None
    months: tuple[Month, ...]
    period: str

    @property
    def waiting(self) -> int:
        return sum(one.count for one in self.work)

    @property
    def pressing(self) -> tuple[Work, ...]:
        return tuple(one for one in self.work if one.count)

    @property
    def quiet(self) -> tuple[Work, ...]:
        """What is the person's business and waits for nothing today."""
        return tuple(one for one in self.work if not one.count)

    @property
    def has_both(self) -> bool:
        """Something of this committee's own beside what goes up or comes from below: two columns."""
        return bool((self.waiting or self.standing) and (self.months or self.rollup))

    @property
    def reported(self) -> str:
        return f"{self.rollup.reported} / {self.rollup.asked}" if self.rollup else ""

    @property
    def accepted(self) -> str:
        return f"{self.rollup.accepted} / {self.rollup.asked}" if self.rollup else ""

    @property
    def rollup_url(self) -> str:
        return f"/rollup/?period={self.rollup.period}" if self.rollup else ""

    @property
    def title(self) -> str:
        """The answer at the top: what waits; for the level above with nothing to do itself, who has not reported."""
        if self.waiting:
            return f"今天等您的 {self.waiting} 件"
        silent = sum(line.state in ("missing", "returned") for line in self.rollup.lacking) if self.rollup else 0
        return "今天没有等您办的事" if self.work or not silent else f"{self.period}还有 {silent} 个下级没有报来"


@dataclass(frozen=True, slots=True)
class OwedLine:
    line: assessment.Line
    rule: DutyLine
    due: dt.date | None  # the first day by which something is still owed
    late: bool

    @property
    def anchor(self) -> str:
        """The line on one's own standing page, with the records behind it."""
        return f"/standing/me/#{self.line.duty.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberHome:
    """What a member still owes, what is due first. `records`: own contacts by state; `opinions`: the voices they brought; `work`: what
    waits for them beside it."""

    member: Member
    owed: int
    lines: tuple[OwedLine, ...]
    document: str
    records: dict[str, int]
    opinions: int
    work: tuple[Work, ...]
    sector_url: str

    @property
    def is_judged(self) -> bool:
        """Whether the document asks for any number; where it does not, nothing is "done" (S24)."""
        return bool(self.asked)

    @property
    def asked(self) -> tuple[OwedLine, ...]:
        return tuple(one for one in self.lines if one.line.state != "counted")

    @property
    def counted(self) -> tuple[OwedLine, ...]:
        """What is counted and never judged."""
        return tuple(one for one in self.lines if one.line.state == "counted")

    @property
    def waiting(self) -> tuple[Work, ...]:
        return tuple(one for one in self.work if one.count)

    @property
    def next_due(self) -> dt.date | None:
        return min((one.due for one in self.lines if one.due and not one.late), default=None)


def office_home(user: Any, *, today: dt.date) -> OfficeHome:
    """Composed of the other apps' own queries; what the person may not see is not asked for."""
    due = reports.due_month(today)
    reach = members.reach_of(user, P.STANDING_READ) if may(user, P.STANDING_READ) else None
    judged = reach is not None and (reach.is_everybody or bool(reach.special_committees)) and has_policy(today)
    below = reports.rollup(due.key) if may(user, P.ROLLUP_READ) else None
    standing = _within(assessment.standing(today), reach) if judged and reach else None
    named = _named(reach) if judged and reach and not reach.is_everybody else []
    newest = reports.all_latest() if may(user, P.RETURNS_READ) else {}
    return OfficeHome(
        work=work_of(user, today=today),
        standing=standing,
        of_whom="、".join(one.name for one in named),
        own=tuple(_own(named, today)),
        duties=tuple(_duties(standing)) if standing else (),
        rollup=below if below and below.asked else None,
        months=tuple(_months(newest, due.key)) if may(user, P.RETURNS_READ) and has_policy(today) else (),
        period=reports.spoken(due.key),
    )


def _within(found: assessment.Standings, reach: members.Reach) -> assessment.Standings:
    if reach.is_everybody:
        return found
    seen = {str(key) for key in reach.among(map(UUID, found.by_subject))}
    return replace(found, by_subject={key: one for key, one in found.by_subject.items() if key in seen})


def _named(reach: members.Reach) -> list[SpecialCommittee]:
    return [one for one in members.special_committees() if one.pk in reach.special_committees]


def _own(named: Sequence[SpecialCommittee], today: dt.date) -> Iterator[OwnLine]:
    for one in named:
        standing, _ = assessment.standing_of_subject("special_committee", str(one.pk), today)
        for line in standing.lines:
            if line.is_open:
                yield OwnLine(of=one.name, line=line, url=f"/standing/special-committees/{one.pk}/#{line.duty.id}")


def _duties(found: assessment.Standings) -> Iterator[DutyShort]:
    """The duties somebody is judged by, in the document's order: what is owed, never who owes most."""
    for duty in found.duties:
        lines = [line for one in found.by_subject.values() if (line := one.line(duty.id))]
        asked = sum(line.state in ("met", "outstanding", "exceeded") for line in lines)
        if asked:
            yield DutyShort(duty=duty, asked=asked, short=sum(line.is_open for line in lines))


def _months(newest: Mapping[str, reports.Filed], due: str) -> Iterator[Month]:
    """The month that is due and the newest returns before it."""
    for span in reports.in_order([reports.span(key) for key in {due, *newest}])[:MONTHS_SHOWN]:
        period, filed = span.key, newest.get(span.key)
        yield Month(
            label=reports.spoken(period),
            url=f"/returns/{period}/",
            state=filed.state if filed else "missing",
            note=f"退回理由：{filed.reason}" if filed and filed.reason else "" if filed else "还没有结账",
        )


def member_home(user: Any, *, today: dt.date) -> MemberHome | None:
    """None where the account is no member's."""
    member = members.member_of(user)
    if member is None:
        return None
    lines: list[OwedLine] = []
    document = ""
    if has_policy(today):
        standing, policy = assessment.standing_of(member, today)
        parent = parent_policy_on(today)
        found = [_owed(line, duty_line(policy, parent, line.duty, today), today) for line in standing.lines]
        lines = sorted(
            (one for one in found if one.line.state != "not_applicable"),
            key=lambda one: (not one.line.is_open, one.due or dt.date.max),
        )
        document = policy.document
    owed = sum(one.line.is_open for one in lines)
    return MemberHome(
        member=member,
        owed=owed,
        lines=tuple(lines),
        document=document,
        records=liaison.own_numbers(user),
        opinions=voices.numbers(user, today=today).all,
        work=work_of(user, today=today),
        sector_url=f"/standing/?sector={member.sector_id}" if may(user, P.STANDING_READ) else "",
    )


def _owed(line: assessment.Line, rule: DutyLine, today: dt.date) -> OwedLine:
    days = [day for one in line.owed if (day := due_day(one, line.duty))]
    return OwedLine(line, rule, min(days, default=None), any(day < today for day in days))
