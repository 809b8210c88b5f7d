"""Attainment: of whom something was asked, how many did it. Read off the verdicts, so that a figure and a standing never differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from policy_engine import Indicator, Person, Policy, Verdict
from policy_engine.periods import DAY, MONTHS_IN, Period
from tenants.assessment.queries import verdicts
from tenants.assessment.queries.standing import subjects
from tenants.reports.queries.figures import entry_of, indicators_of

Window = Callable[[str], Period]


@dataclass(frozen=True, slots=True)
class People:
    """Ids of everybody in office on a day, by type (member, sector, group…); the members with what they hold."""

    by_type: Mapping[str, frozenset[str]]
    members: tuple[Person, ...] = ()

    def of(self, kind: str) -> frozenset[str]:
        return self.by_type.get(kind, frozenset())


@dataclass(frozen=True, slots=True)
class Unit:
    """One of the denominator: a subject, or a subject in one period of the duty. `verdicts` say why it is in or out."""

    subject: str
    period: Period | None
    is_in: bool
    verdicts: tuple[Verdict, ...]


def in_office(as_of: dt.date) -> People:
    found: dict[str, set[str]] = {}
    present = [one for one in subjects(as_of) if _is_in_office(one, as_of)]
    for one in present:
        found.setdefault(one.type, set()).add(one.id)
    members = tuple(one for one in present if one.type == "member")
    return People({kind: frozenset(ids) for kind, ids in found.items()}, members)


def _is_in_office(person: Person, as_of: dt.date) -> bool:
    return (person.since is None or person.since <= as_of) and (person.until is None or person.until > as_of)


@dataclass(frozen=True, slots=True)
class Sides:
    """Numerator and denominator, with the ids behind both where each is somebody by themselves, not a share or a period."""

    numerator: int
    denominator: int
    did: frozenset[str] | None = None
    asked: frozenset[str] | None = None

    @property
    def counts(self) -> tuple[int, int]:
        return self.numerator, self.denominator


def sides(policy: Policy, people: People, window: Window, as_of: dt.date) -> dict[str, Sides]:
    """Per bound attainment; the unbound are not applicable."""
    mine = bound(policy)
    if not mine:
        return {}
    found = verdicts(as_of, policy=policy)
    return {one.id: _sides(one, policy, found, people, window(one.id), as_of) for one in mine}


def bound(policy: Policy) -> list[Indicator]:
    return [one for one in indicators_of(policy).values() if one.kind == "attainment" and one.duties]


def _sides(
    one: Indicator, policy: Policy, found: Sequence[Verdict], people: People, span: Period, as_of: dt.date
) -> Sides:
    if shares := coverage(one, found, as_of):
        return Sides(sum(share.numerator or 0 for share in shares), sum(share.denominator or 0 for share in shares))
    units = list(units_of(one, policy, found, people, span, as_of))
    numbers = sum(unit.is_in for unit in units), len(units)
    if any(unit.period for unit in units):
        return Sides(*numbers)
    did, asked = (frozenset(unit.subject for unit in units if unit.is_in or every) for every in (False, True))
    return Sides(*numbers, did, asked)


def coverage(one: Indicator, found: Iterable[Verdict], as_of: dt.date) -> list[Verdict]:
    """The committee's own verdicts of a share, where the duties are such: they know both sides."""
    mine = [verdict for verdict in found if verdict.duty in one.duties and _holds(verdict.period, as_of)]
    return [verdict for verdict in mine if verdict.denominator is not None and verdict.subject == "self"]


def units_of(
    one: Indicator, policy: Policy, found: Iterable[Verdict], people: People, span: Period, as_of: dt.date
) -> Iterator[Unit]:
    """Everybody of the denominator with whether they are in the numerator. A duty of shorter periods than the figure's counts by period."""
    entry = entry_of(one.id)
    duties = {key: policy.duty(key, as_of) for key in one.duties if f"duty.{key}" in policy.elements}
    kinds = {duty.subject.type for duty in duties.values()}
    subject_ids = frozenset().union(*(people.of(kind) for kind in kinds))
    if kinds_linked := entry.get("linked_by"):
        subject_ids &= linked(kinds_linked, as_of)
    mine: dict[str, list[Verdict]] = {}
    for verdict in found:
        if verdict.duty in duties and verdict.subject in subject_ids:
            mine.setdefault(verdict.subject, []).append(verdict)
    asked_only, judged = entry.get("among") == "asked", str(entry.get("judged", "met"))
    by_period = len(duties) == 1 and all(_is_shorter(duty.period, span) for duty in duties.values())
    for subject in sorted(subject_ids):
        own = mine.get(subject, [])
        if by_period:
            yield from _by_period(subject, own, span, as_of, judged)
            continue
        running = [one for one in own if judged == "not_owed" or _holds(one.period, as_of)]
        if asked_only and not any(_asks(one) for one in running):
            continue
        yield Unit(subject, None, _is_met(running, frozenset(duties), judged), tuple(running))


def _by_period(subject: str, own: Iterable[Verdict], span: Period, as_of: dt.date, judged: str) -> Iterator[Unit]:
    for verdict in own:
        over = verdict.period.until <= as_of + DAY
        if over and span.start <= verdict.period.start and verdict.period.until <= span.until and _asks(verdict):
            yield Unit(subject, verdict.period, _is_good(verdict, judged), (verdict,))


def _is_shorter(word: str, span: Period) -> bool:
    months = MONTHS_IN.get(word)
    return months is not None and months * 31 < (span.until - span.start).days


def _is_met(running: Sequence[Verdict], duties: frozenset[str], judged: str) -> bool:
    if judged == "not_owed":
        return not any(one.state in ("outstanding", "exceeded") for one in running)
    return duties <= {one.duty for one in running if _is_good(one, judged)}


def _is_good(verdict: Verdict, judged: str) -> bool:
    return verdict.state == "met" and not (judged == "within" and verdict.over)


def _asks(verdict: Verdict) -> bool:
    """Does the document ask this subject for a number here?"""
    return verdict.state not in ("not_applicable", "counted")


def _holds(period: Period, as_of: dt.date) -> bool:
    return period.start <= as_of < period.until


def linked(kinds: Sequence[str], as_of: dt.date) -> frozenset[str]:
    """Ids of members a link of these kinds goes out from on a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT subject_id::text FROM deed WHERE family = 'link' AND kind = ANY(%s) AND confirmed "
            "AND on_date <= %s AND (until_date IS NULL OR until_date > %s)",
            [list(kinds), as_of, as_of],
        )
        return frozenset(key for (key,) in cursor.fetchall())
