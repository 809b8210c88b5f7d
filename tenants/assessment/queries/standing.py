"""Who has done what is asked and who has not, counted on reading: nothing is stored, so nothing can be stale.

Standing answers "may I be easy?" per subject and duty. A year of monthly or half-yearly periods becomes one line per
duty: it is outstanding while any begun period is, and the rest of the page says which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from policy_engine import Docket, Duty, Person, Policy, Post, Verdict, Waiver, docket, judge
from policy_engine.almanac import Event
from policy_engine.model import State, date_of
from tenants.activities.queries import engine_events
from tenants.assessment import models
from tenants.assessment.queries.counter import count_all, count_one
from tenants.members.models import Member, Sector
from tenants.members.queries import engine_subjects
from tenants.policy.queries import Binding, binding_on, policy_of, words
from tenants.policy.queries.reading import duties_in_order

KEPT = 32  # dockets per process: one or two days for each committee that is in use
POPULATIONS = {"member": "人", "sector": "个界别", "special_committee": "个专委会", "venue": "处"}


@dataclass(frozen=True)
class Line:
    """One subject and one duty over the year so far."""

    duty: Duty
    verdicts: tuple[Verdict, ...]  # one per period begun, oldest first

    @property
    def owed(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.state == "outstanding")

    @property
    def exceeding(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.state == "exceeded")

    @property
    def is_over_nobody(self) -> bool:
        """A share of a population in which nobody is: nothing to reach, so nothing met either."""
        return all(verdict.denominator == 0 for verdict in self.verdicts)

    @cached_property
    def state(self) -> State:
        """Outstanding while any period is, exceeded once any limit is; otherwise as the period now running stands."""
        if self.is_over_nobody:
            return "not_applicable"
        states = [verdict.state for verdict in self.verdicts]
        return next((state for state in ("outstanding", "exceeded") if state in states), states[-1])

    @property
    def is_open(self) -> bool:
        """Not as the document asks: something is owed, or a limit is exceeded."""
        return self.state in ("outstanding", "exceeded")

    @property
    def outstanding(self) -> str:
        """How many are still owed over all periods, or too many where a limit is exceeded, to read."""
        too_many = 0 if self.owed else sum(verdict.over for verdict in self.exceeding)
        return words.number(too_many or sum(verdict.outstanding for verdict in self.owed))

    @property
    def closed(self) -> bool:
        """Nothing can be made up any more: every unmet period is over."""
        return bool(self.owed) and all(verdict.closed for verdict in self.owed)

    @property
    def reason(self) -> str:
        """Why it is as it is, where that is not the figure itself."""
        return "没有要做到的人" if self.is_over_nobody else self.verdicts[-1].reason or ""

    @property
    def counted(self) -> str:
        return words.number(self.verdicts[-1].counted)

    @property
    def need(self) -> str | None:
        """What the running period asks for, or None where the document fixes no number or does not insist on it."""
        if self.state == "counted" or self.is_over_nobody:
            return None
        if self.verdicts[-1].denominator is not None:
            return words.number(
                self.verdicts[-1].denominator
            )  # how many of how many; the percentage stands in the rule
        if self.duty.min is None and self.duty.max is None:
            return None
        if self.duty.max is None:
            return words.number(self.verdicts[-1].min)  # as it binds this subject: it may grow or shrink
        return words.spread(self.duty)

    @property
    def unit(self) -> str:
        if self.verdicts[-1].denominator is not None and self.duty.population is not None:
            return POPULATIONS.get(self.duty.population.type, "个")
        return words.unit(self.duty)

    @property
    def label(self) -> str:
        """What a table cell says beside the mark; empty leaves the state's own word."""
        return f"{self.counted} {self.unit}" if self.state in ("met", "counted") else ""


def said(line: Line | None) -> str:
    """The state of a line in words, as files write it."""
    if line is None or line.state == "not_applicable":
        return "不适用"
    if line.state == "outstanding":
        return f"{'未完成 差' if line.closed else '尚差'} {line.outstanding}"
    if line.state == "exceeded":
        return f"超出 {line.outstanding}"
    return {"met": "已完成", "waived": "已豁免", "counted": "只计数"}[line.state]


@dataclass(frozen=True)
class Standing:
    """A subject's lines in the order of the document's duties."""

    subject: str
    lines: tuple[Line, ...]

    @cached_property
    def owed(self) -> tuple[Line, ...]:
        """What is not as the document asks."""
        return tuple(line for line in self.lines if line.is_open)

    @property
    def is_done(self) -> bool:
        return not self.owed

    @cached_property
    def _by_duty(self) -> dict[str, Line]:
        return {line.duty.id: line for line in self.lines}

    def line(self, duty: str) -> Line | None:
        return self._by_duty.get(duty)


@dataclass(frozen=True)
class Standings:
    """Everybody of one type on one day, with the policy they were judged by."""

    policy: Policy
    as_of: date
    duties: tuple[Duty, ...]
    by_subject: Mapping[str, Standing]

    @cached_property
    def is_judged(self) -> bool:
        """Whether the document asks anybody for a number; where it does not, nobody is "all done" (S24)."""
        judged = {"met", "outstanding", "exceeded", "waived"}
        return any(line.state in judged for one in self.by_subject.values() for line in one.lines)

    @property
    def done(self) -> int:
        return sum(standing.is_done for standing in self.by_subject.values())

    @property
    def short(self) -> int:
        return len(self.by_subject) - self.done


def verdicts(as_of: date, *, policy: Policy | None = None) -> list[Verdict]:
    """Every verdict of the committee on a day: members, sectors, special committees, the committee itself.

    `policy` judges by another rule than the one in force (the parent's value, a what-if). Raises NoPolicy.
    A dozen statements, however many members there are.
    """
    policy, asked = _asked(as_of, policy)
    return _judged(policy, asked, subjects(as_of), as_of)


def standing(as_of: date, *, subject_type: str = "member") -> Standings:
    """Standing of all members in office on `as_of` (or of all sectors, special committees, the committee). Raises NoPolicy."""
    (found,) = standings(as_of, subject_type)
    return found


def standings(as_of: date, *subject_types: str, policy: Policy | None = None) -> tuple[Standings, ...]:
    """Standing of several types of subject, counted and judged once, by the policy of the day or another one. Raises NoPolicy."""
    policy, asked = _asked(as_of, policy)
    people = [person for person in subjects(as_of) if _in_office(person, as_of)]
    found: dict[str, list[Verdict]] = {}
    for verdict in _judged(policy, asked, people, as_of):
        found.setdefault(verdict.subject, []).append(verdict)
    return tuple(_standings(policy, as_of, subject_type, people, found) for subject_type in subject_types)


def _standings(
    policy: Policy, as_of: date, subject_type: str, people: Sequence[Person], found: Mapping[str, Sequence[Verdict]]
) -> Standings:
    duties = duties_of(policy, subject_type, as_of)
    ids = [person.id for person in people if person.type == subject_type]
    return Standings(policy, as_of, duties, {key: _standing(key, found.get(key, ()), duties) for key in ids})


def duties_of(policy: Policy, subject_type: str, on: date) -> tuple[Duty, ...]:
    """The duties in force that bind a type of subject: what can be owed first, each in the document's order."""
    mine = [duty for duty in duties_in_order(policy, on) if duty.subject.type == subject_type]
    return tuple(sorted(mine, key=lambda duty: not duty.judged or (duty.min is None and duty.max is None)))


def standing_of(member: Member, as_of: date) -> tuple[Standing, Policy]:
    """One member with the records behind each figure, and the policy they were judged by. Raises NoPolicy."""
    return standing_of_subject("member", str(member.pk), as_of)


def standing_of_subject(subject_type: str, key: str, as_of: date) -> tuple[Standing, Policy]:
    """The same for any subject: `subject_type` and id (`self` is the committee)."""
    policy, asked = _asked(as_of)
    everybody = subjects(as_of)
    if any(duty.needs_others for duty in duties_of(policy, subject_type, as_of)):
        found = [one for one in _judged(policy, asked, everybody, as_of) if one.subject == key]
    else:
        person = next(
            (one for one in everybody if one.type == subject_type and one.id == key), Person(subject_type, key)
        )
        counts = count_one(asked.tallies, key)
        found = judge(policy, [person], counts, as_of, waivers=_waivers(), asked=asked)
    return _standing(key, found, duties_of(policy, subject_type, as_of)), policy


def subjects(as_of: date) -> list[Person]:
    """Everybody who can owe a duty in the year of `as_of`."""
    return [_person(subject) for subject in engine_subjects(as_of)]


def sectors_by_id() -> dict[str, Sector]:
    return {str(sector.pk): sector for sector in Sector.objects.all()}


def docket_on(as_of: date) -> Docket:
    """What the policy of the day asks for: each duty with its periods, and the tallies to count. Raises NoPolicy."""
    return _asked(as_of)[1]


def _asked(as_of: date, policy: Policy | None = None) -> tuple[Policy, Docket]:
    """The policy to judge by (the one in force where none is given) and what it asks for."""
    events = engine_events()
    if policy is not None:
        return policy, docket(policy, as_of, events=events)
    binding = binding_on(as_of)
    return policy_of(binding, as_of), _docket(binding, as_of, events)


@lru_cache(maxsize=KEPT)
def _docket(binding: Binding, as_of: date, events: tuple[Event, ...]) -> Docket:
    """Everybody who opens a page on the same day asks the same of the same documents."""
    return docket(policy_of(binding, as_of), as_of, events=events)


def _judged(policy: Policy, asked: Docket, people: Sequence[Person], as_of: date) -> list[Verdict]:
    counts = count_all(asked.tallies)
    return judge(policy, people, counts, as_of, waivers=_waivers(), asked=asked)


def _standing(subject: str, found: Sequence[Verdict], duties: Sequence[Duty]) -> Standing:
    by_duty: dict[str, list[Verdict]] = {}
    for verdict in sorted(found, key=lambda verdict: verdict.period.start):
        by_duty.setdefault(verdict.duty, []).append(verdict)
    return Standing(subject, tuple(Line(duty, tuple(by_duty[duty.id])) for duty in duties if duty.id in by_duty))


def _in_office(person: Person, as_of: date) -> bool:
    return (person.since is None or person.since <= as_of) and (person.until is None or person.until > as_of)


def _person(subject: Mapping[str, Any]) -> Person:
    posts = tuple(
        Post(post["kind"], date_of(post["from"]), date_of(post["until"])) for post in subject.get("posts", ())
    )
    return Person(
        subject["type"],
        subject["id"],
        posts,
        date_of(subject.get("from")),
        date_of(subject.get("until")),
        sector=subject.get("sector"),
        special_committee=subject.get("special_committee"),
        groups=tuple(subject.get("groups", ())),
    )


def _waivers() -> list[Waiver]:
    rows = models.Waiver.objects.values_list("member_id", "duty", "period", "reason")
    return [Waiver(str(member), duty, period, reason) for member, duty, period, reason in rows]
