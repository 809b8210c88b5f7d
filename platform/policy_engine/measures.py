"""A document's own indicators computed: numerator, denominator and rate over the period that holds a day. They enter no return.

An attainment counts those who owe nothing of its duties, out of those who were asked for them; a count counts what passes its
filter, each record once whoever took part; a ratio divides that by its population (members, unless it names another).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from policy_engine.bench import Person, holds, joined, served
from policy_engine.evaluate import evaluate
from policy_engine.facts import Facts, normalised
from policy_engine.judge import Verdict
from policy_engine.model import Filter, Indicator, Policy, Subject
from policy_engine.periods import Period, next_day
from policy_engine.plan import almanac_of
from policy_engine.reader import Document
from policy_engine.rhythms import WORDS, begun, rhythm_of
from policy_engine.shares import Number, exact, shown
from policy_engine.tally import EVERYBODY, NOTHING, Tally, count

JUDGED = ("met", "outstanding", "exceeded")
SHOWN_OVER_THE_YEAR = ("event", "continuous", "before", "after", "every", "windows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One indicator over one period. `rate` is the number to show: a share in per cent, so many per `per`, or the count."""

    indicator: Indicator
    period: Period
    numerator: Number | None = None
    denominator: int | None = None
    rate: Number | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        one = self.indicator
        return {
            "id": one.id,
            "title": one.title,
            "kind": one.kind,
            "period": self.period.to_json(),
            "numerator": None if self.numerator is None else shown(self.numerator),
            "denominator": self.denominator,
            "per": one.per if one.kind == "ratio" else None,
            "rate": None if self.rate is None else shown(self.rate),
            "applicable": self.reason is None,
            "reason": self.reason,
        }


def measures(policy: Policy, facts: Mapping[str, Any] | Document, as_of: date) -> list[Measure]:
    """The document's own indicators on a day, by code. Raises TemplateErrors on faulty facts."""
    document = facts if isinstance(facts, Document) else Document("facts", facts)
    own = [one for one in policy.indicators if one.is_own]
    verdicts = evaluate(policy, document, as_of)
    sheet = normalised(document, policy)
    periods = {one.id: _period(policy, one, sheet, as_of) for one in own}
    month = int(policy.setting("year_start_month", as_of, 1))
    counted = _counted([(one, periods[one.id]) for one in own], sheet, as_of)
    return [
        _attained(one, periods[one.id], verdicts, sheet.subjects, as_of, month)
        if one.kind == "attainment"
        else _reckoned(one, periods[one.id], counted[one.id], sheet.subjects, as_of, month)
        for one in own
    ]


def _period(policy: Policy, one: Indicator, sheet: Facts, as_of: date) -> Period:
    """The period of the indicator's rhythm that holds the day; what has no rhythm of its own is shown over the year."""
    word = one.period if one.period in WORDS and one.period not in SHOWN_OVER_THE_YEAR else "year"
    found = begun(rhythm_of(word), as_of, almanac_of(policy, as_of, sheet.events))
    return next(period for period in found if period.start <= as_of < period.until)


def _counted(wanted: Sequence[tuple[Indicator, Period]], sheet: Facts, as_of: date) -> dict[str, Number]:
    asked = [_tally(one, one.where, period, as_of) for one, period in wanted if one.where is not None]
    found = count(asked, sheet.rows)
    return {one.id: found.get((one.id, EVERYBODY), NOTHING).number for one, _ in wanted}


def _tally(one: Indicator, where: Filter, period: Period, as_of: date) -> Tally:
    standing = where.family == "link"
    return Tally(
        key=one.id,
        duty=one.id,
        part=None,
        period=period,
        subject_type="",
        posts=(),
        except_posts=(),
        where=where,
        distinct=one.distinct,  # type: ignore[arg-type]  # the schema knows the words
        by="all",
        span_from=None if standing or period.start == date.min else period.start,
        span_until=None if standing else min(next_day(as_of), period.until),
        standing_on=as_of if standing else None,
    )


def _people(whom: Subject, subjects: Iterable[Person], period: Period, as_of: date, year_start_month: int) -> set[str]:
    window = (max(period.start, date.min), min(next_day(as_of), period.until))
    return {
        one.id
        for one in subjects
        if holds(one, whom, window) and served(one, whom, period) and joined(one, whom, period, year_start_month)
    }


def _attained(
    one: Indicator, period: Period, verdicts: Iterable[Verdict], subjects: Sequence[Person], as_of: date, month: int
) -> Measure:
    if not one.duties:
        return Measure(indicator=one, period=period, reason="没有绑定职责")
    among = None if one.population is None else _people(one.population, subjects, period, as_of, month)
    states: dict[str, list[str]] = {}
    for verdict in verdicts:
        inside = verdict.period.start < period.until and period.start < verdict.period.until
        asked = inside and verdict.period.start <= as_of and verdict.state in JUDGED
        if asked and verdict.duty in one.duties and (among is None or verdict.subject in among):
            states.setdefault(verdict.subject, []).append(verdict.state)
    met = sum(all(state == "met" for state in found) for found in states.values())
    if not states:
        return Measure(indicator=one, period=period, reason="没有人被要求做到，无从计算")
    return Measure(
        indicator=one, period=period, numerator=met, denominator=len(states), rate=Fraction(100 * met, len(states))
    )


def _reckoned(
    one: Indicator, period: Period, found: Number, subjects: Sequence[Person], as_of: date, month: int
) -> Measure:
    if one.kind == "count":
        return Measure(indicator=one, period=period, numerator=found, rate=found)
    people = len(_people(one.population or Subject(type="member"), subjects, period, as_of, month))
    if not people:
        return Measure(indicator=one, period=period, numerator=found, denominator=0, reason="分母是 0，无从计算")
    rate = Fraction(found) * exact(one.per) / people
    return Measure(indicator=one, period=period, numerator=found, denominator=people, rate=rate)


def measures_json(policy: Policy, found: Iterable[Measure]) -> dict[str, Any]:
    """The answer of `lianxin policy indicators`."""
    return {
        "policy": {"id": policy.id, "digest": policy.digest},
        "indicators": [one.to_json() for one in found],
    }
