"""Judgement: counts against the rule of the day. Knows nothing of records, files or databases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from policy_engine.adjusted import adjusted
from policy_engine.almanac import Event
from policy_engine.bench import Bench, Measured, Outcome, Person, belonging
from policy_engine.exclusive import kept
from policy_engine.kinds.behaviour import BEHAVIOURS
from policy_engine.looking import in_turn
from policy_engine.model import Duty, Policy, State
from policy_engine.periods import Period
from policy_engine.plan import Docket, almanac_of, docket, late_keys, stages
from policy_engine.reasons import why, why_not
from policy_engine.shares import exactly, shown
from policy_engine.tally import Counts
from policy_engine.vocabulary import words_with
from policy_engine.waivers import Excused, Waiver


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Verdict:
    """One subject, one duty, one period; keys as in the contract. `to_json()` gives the published shape.

    Not frozen only because a committee's standing makes thousands of them, and frozen ones take three times as long. Never change one.
    """

    subject: str
    duty: str
    clauses: tuple[str, ...]
    period: Period
    closed: bool
    state: State
    counted: float
    min: float | None
    max: float | None
    outstanding: float = 0
    over: float = 0
    numerator: int | None = None
    denominator: int | None = None
    missing: tuple[str, ...] = ()
    parts: tuple[dict[str, Any], ...] = ()
    records: tuple[str, ...] = ()
    due: date | None = None
    overdue: bool = False
    late: float = 0
    reason: str | None = None
    next: tuple[str, ...] = ()
    out_of_order: tuple[str, ...] = ()
    grade: str | None = None

    def to_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "grade" or self.grade is not None}
        lists = {name: list(plain[name]) for name in ("clauses", "missing", "parts", "records", "next", "out_of_order")}
        return plain | lists | {"period": self.period.to_json(), "due": self.due.isoformat() if self.due else None}


def judge(
    policy: Policy,
    subjects: Iterable[Person],
    counts: Counts,
    as_of: date,
    *,
    waivers: Iterable[Waiver] = (),
    events: Iterable[Event] = (),
    asked: Docket | None = None,
) -> list[Verdict]:
    """A verdict per subject × duty × period begun in the year holding `as_of`, sorted by subject, duty, period.

    `events` are those the tallies were made with; `asked` is the docket they came from, where the caller has it: it knows them.
    """
    asked = asked or docket(policy, as_of, events=events)
    meetings = asked.events
    wanted = asked.tallies
    words = words_with(policy.header.get("local"))
    people = tuple(subjects)
    of_members = {tally.key: tally.where.share is not None for tally in wanted if tally.of_members}
    bench = Bench(
        people,
        counts,
        as_of,
        stages(wanted),
        late_keys(wanted),
        almanac=almanac_of(policy, as_of, meetings),
        words=words,
        titles={duty.id: duty.title for duty, _ in asked.plan},
        of_members=of_members,
        belonging=belonging(people) if of_members else {},
    )
    excused = Excused(waivers, int(policy.setting("year_start_month", as_of, 1)))
    sitting = _Judge(bench, excused)
    plan = in_turn(asked.plan)
    bench.kept.update(kept(policy, bench, plan))
    named = {one for duty, _ in plan for one in duty.looks_at}
    found: list[Verdict] = []
    for duty, period in plan:
        for person in bench.subjects:
            if person.type == duty.subject.type:
                verdict = sitting.verdict(duty, period, person)
                if not period.background:
                    found.append(verdict)
                if duty.id in named and verdict.grade:
                    bench.grades[duty.id, person.id, period.key] = verdict.grade
                if duty.id in named:
                    bench.standings.setdefault((duty.id, person.id), []).append(
                        Outcome(
                            period,
                            verdict.state,
                            exactly(verdict.counted),
                            exactly(verdict.outstanding),
                            exactly(verdict.over),
                        )
                    )
    found = [one for one in found if not (one.period.carried and one.state == "not_applicable")]
    return sorted(found, key=lambda verdict: (verdict.subject, verdict.duty, verdict.period.key))


@dataclass(frozen=True, slots=True)
class _Judge:
    """One sitting: the bench, and who is excused."""

    bench: Bench
    excused: Excused

    def verdict(self, duty: Duty, period: Period, person: Person) -> Verdict:
        bench = self.bench
        duty = adjusted(bench, duty, period, person)
        measured = BEHAVIOURS[duty.kind].measure(bench, duty, period, person)
        waiver = self.excused.waiver(person.id, duty.id, period) if duty.waivable else None
        state = self.state(duty, period, person, measured, excused=waiver is not None)
        applies = state != "not_applicable"
        asked_by = None if person.came_after(period.due) else period.due
        due = min(filter(None, (asked_by, measured.due)), default=None) if applies else None
        return Verdict(
            subject=person.id,
            duty=duty.id,
            clauses=duty.clauses,
            period=period,
            closed=period.closed(bench.as_of) and (due is None or bench.as_of > due),
            state=state,
            counted=shown(measured.counted),
            min=duty.min if measured.asked is None else measured.asked,
            max=duty.max,
            outstanding=shown(measured.owed) if state == "outstanding" else 0,
            over=shown(measured.over) if state in ("met", "outstanding", "exceeded", "waived") else 0,
            numerator=measured.numerator,
            denominator=measured.denominator,
            missing=() if state == "not_applicable" else measured.missing,
            parts=measured.parts,
            records=measured.records,
            due=due,
            overdue=due is not None and state == "outstanding" and bench.as_of > due,
            late=(bench.late(duty, period, person) if asked_by and not duty.is_younger(asked_by) else 0)
            + (measured.late if applies else 0),
            reason=why(bench, period, person, measured, waiver if state == "waived" else None)
            if applies
            else why_not(bench, duty, period, person, measured),
            next=measured.next if applies else (),
            out_of_order=measured.out_of_order if applies else (),
            grade=None if state == "not_applicable" else measured.grade,
        )

    def state(self, duty: Duty, period: Period, person: Person, measured: Measured, *, excused: bool) -> State:
        if period.awaits or duty.idle or not duty.in_force or not self.bench.binds(person, duty, period):
            return "not_applicable"
        if duty.is_younger(period.due) or measured.idle or not self.bench.has_turn(duty, period, person):
            return "not_applicable"
        if not duty.late_counts and person.came_after(period.due):
            return "not_applicable"  # nothing this one does could be in time
        unasked = duty.min is None and duty.max is None and measured.asked is None
        if not duty.judged or unasked or duty.period == "event":
            return "counted"
        if measured.owed <= 0 and not measured.exceeded:
            return "met"
        if excused:
            return "waived"
        return "exceeded" if measured.exceeded else "outstanding"
