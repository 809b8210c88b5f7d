"""工作日历: the year's obligations with their days, how far each is, and the committee's own meetings."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.access import may
from accounts.permissions import Permission as P
from policy_engine import Duty, Policy, Verdict
from policy_engine.agenda import calendar
from policy_engine.almanac import Event
from policy_engine.periods import Period
from policy_engine.plan import duties_and_periods
from tenants.activities.queries import engine_events
from tenants.assessment import queries as assessment
from tenants.desk.queries.due import DATED
from tenants.members import queries as members
from tenants.policy.queries import has_policy, policy_on, words
from tenants.policy.queries.reading import duty_url, references

SUBJECTS = ("member", "sector", "special_committee", "committee")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlmanacFilters:
    """`who` is a type of subject, `open` leaves out what is done. Either leaves out what has no day."""

    who: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One obligation's day, or a meeting. `done` of `asked` subjects; `asked` 0: not begun, or nobody is judged by it."""

    key: str
    day: dt.date
    title: str
    url: str
    often: str
    rule: str
    who: str
    subject: str
    clauses: tuple[tuple[str, str], ...]
    done: int
    asked: int
    begun: bool
    is_meeting: bool = False
    today: dt.date

    @property
    def left(self) -> int:
        return (self.day - self.today).days

    @property
    def is_late(self) -> bool:
        return self.left < 0 and self.done < self.asked

    @property
    def is_done(self) -> bool:
        return bool(self.asked) and self.done >= self.asked

    @property
    def is_open(self) -> bool:
        return not self.is_done and (bool(self.asked) or not self.begun)

    @property
    def state(self) -> str:
        """In words, for lists and files."""
        if self.is_meeting:
            return "会议"
        if not self.begun:
            return "未到"
        if not self.asked:
            return "只计数"
        return "已完成" if self.is_done else "过期未完成" if self.is_late else "还没完成"


@dataclass(frozen=True, slots=True)
class Month:
    number: int
    is_now: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Undated:
    """What has no day: kept all the time, regularly, whenever it happens."""

    title: str
    often: str
    rule: str
    url: str
    clauses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    number: int
    months: tuple[Month, ...]
    undated: tuple[Undated, ...]
    entries: tuple[Entry, ...]
    is_own: bool  # the states are one member's own

    @property
    def late(self) -> int:
        return sum(one.is_late for one in self.entries)

    @property
    def next(self) -> tuple[Entry, ...]:
        """What falls due on the nearest day on which something still has to be done."""
        to_come = [one for one in self.entries if one.left >= 0 and one.is_open and not one.is_meeting]
        return tuple(one for one in to_come if one.day == to_come[0].day)

    @property
    def title(self) -> str:
        late = f"，过期没完成 {self.late} 项" if self.late else ""
        if not self.next:
            return f"{self.number} 年{late[1:] or '没有还要办的期限'}"
        day = self.next[0].day
        return f"最近的期限 {day.month} 月 {day.day} 日，{len(self.next)} 项还没完成{late}"


def work_year(user: Any, number: int, *, today: dt.date, filters: AlmanacFilters = AlmanacFilters()) -> Year | None:
    """The year as the policy of its last day reads it, or today's while it runs. None without a policy.

    How far things are is shown for everybody to who may see everybody's standing, to a member for themselves, to nobody else.
    A dozen statements at most, however many members there are.
    """
    last = dt.date(number, 12, 31)
    day = min(last, max(today, dt.date(number, 1, 1)))
    if not has_policy(day):
        return None
    policy, meetings = policy_on(day), tuple(engine_events())
    tally, is_own = _progress(user, day, today)
    entries = [
        *_dated(policy, last, meetings, tally, today),
        *(_meeting(one, today) for one in meetings if one.on.year == number),
    ]
    if is_own:  # a member's calendar is what binds them: no other's duties, none that does not apply to them
        entries = [
            one for one in entries if one.is_meeting or (one.subject == "member" and (one.asked or not one.begun))
        ]
    shown = sorted(
        (one for one in entries if _asked_for(one, filters)), key=lambda one: (one.day, _place(one.subject), one.title)
    )  # fmt: skip
    months = (
        Month(
            month, (number, month) == (today.year, today.month), tuple(one for one in shown if one.day.month == month)
        )
        for month in range(1, 13)
    )
    undated = () if filters.open or filters.who else tuple(_undated(policy, number, last, meetings))
    return Year(
        number=number, months=tuple(one for one in months if one.entries), undated=undated, entries=tuple(shown), is_own=is_own
    )  # fmt: skip


def _place(subject: str) -> int:
    return SUBJECTS.index(subject) if subject in SUBJECTS else len(SUBJECTS)


def _asked_for(one: Entry, filters: AlmanacFilters) -> bool:
    return (not filters.who or one.subject == filters.who) and (not filters.open or one.is_open)


def _dated(
    policy: Policy,
    last: dt.date,
    meetings: tuple[Event, ...],
    tally: Mapping[tuple[str, str], tuple[int, int]],
    today: dt.date,
) -> Iterator[Entry]:
    for duty, period in duties_and_periods(policy, last, meetings):
        due = _day_of(duty, period)
        if due is None or due.year != last.year or not _is_asked(duty) or duty.is_younger(due):
            continue
        done, asked = tally.get((duty.id, period.key), (0, 0))
        yield Entry(
            key=f"{duty.id}-{period.key}", day=due, title=duty.title, url=duty_url(duty.id), often=_often(duty),
            rule=words.rule(duty), who=words.who(duty.subject), subject=duty.subject.type, clauses=references(policy, duty.clauses),
            done=done, asked=asked, begun=period.start <= today, today=today,
        )  # fmt: skip


def _is_asked(duty: Duty) -> bool:
    """In force, judged, and with something to reach: what is only counted has no day."""
    return duty.judged and duty.in_force and bool(words.amount(duty))


def _day_of(duty: Duty, period: Period) -> dt.date | None:
    if period.due:
        return period.due
    return period.last_day if duty.period in DATED and period.until != dt.date.max else None


def _often(duty: Duty) -> str:
    from policy_engine import rhythms

    return rhythms.said(duty.rhythm, words.word)


def _progress(user: Any, day: dt.date, today: dt.date) -> tuple[dict[tuple[str, str], tuple[int, int]], bool]:
    """(duty, period) → (done, asked), and whether it is the member's own."""
    if may(user, P.STANDING_READ) and members.reach_of(user, P.STANDING_READ).is_everybody:
        return _counted(assessment.verdicts(day)), False
    if may(user, P.STANDING_OWN) and (member := members.member_of(user)) is not None:
        standing, _ = assessment.standing_of(member, day)
        return _counted(verdict for line in standing.lines for verdict in line.verdicts), True
    return {}, False


def _counted(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], tuple[int, int]]:
    done: Counter[tuple[str, str]] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    for one in verdicts:
        if one.state in ("met", "outstanding", "exceeded"):
            asked[(one.duty, one.period.key)] += 1
            done[(one.duty, one.period.key)] += one.state == "met"
    return {key: (done[key], number) for key, number in asked.items()}


def _meeting(one: Event, today: dt.date) -> Entry:
    kind = words.word("events", one.kind)
    return Entry(
        key=f"meeting-{one.id}", day=one.on, title=one.title or kind, url="/activities/", often=kind if one.title else "", rule="",
        who="本会", subject="committee", clauses=(), done=0, asked=0, begun=True, is_meeting=True, today=today,
    )  # fmt: skip


def _undated(policy: Policy, number: int, last: dt.date, meetings: tuple[Event, ...]) -> Iterator[Undated]:
    plan = duties_and_periods(policy, last, meetings)
    dated = {duty.id for duty, period in plan if _is_asked(duty) and _day_of(duty, period)}
    for line in calendar(policy, number, meetings)["obligations"]:
        kind, _, name = line["element"].partition(".")
        if not (kind == "duty" and name in dated):
            rule = line["sentence"] if kind != "duty" else words.rule(policy.duty(name, last))
            url = duty_url(name) if kind == "duty" else "/policy/"
            yield Undated(line["title"], line["often"], rule, url, references(policy, line["clauses"]))


def almanac_table(year: Year) -> Iterator[tuple[Any, ...]]:
    for one in year.entries:
        progress = f"{one.done} / {one.asked}" if one.asked else ""
        yield (
            one.day, one.title, one.who, one.often, one.rule, "；".join(ref for ref, _ in one.clauses), progress, one.state,
        )  # fmt: skip


def ics(year: Year, *, host: str, name: str, stamp: dt.datetime) -> str:
    """The dated entries as a calendar file (RFC 5545): whole days, no person named."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Lianxinqiao//Work calendar//ZH",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for one in year.entries:
        about = "；".join(part for part in (one.who, one.rule, *(ref for ref, _ in one.clauses)) if part)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.key}@{host}",
            f"DTSTAMP:{stamp.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.day + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(one.title)}",
            f"DESCRIPTION:{_text(about)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "\r\n".join(_folded(line) for line in (*lines, "END:VCALENDAR")) + "\r\n"


def _text(value: str) -> str:
    for char in ("\\", ";", ","):
        value = value.replace(char, f"\\{char}")
    return value.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets; a character is never cut."""
    parts: list[str] = []
    size, start = 0, 0
    for at, char in enumerate(line):
        width = len(char.encode())
        if size + width > (75 if not parts else 74):
            parts.append(line[start:at])
            start, size = at, 0
        size += width
    return "\r\n ".join([*parts, line[start:]])
