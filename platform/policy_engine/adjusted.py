"""The number a duty asks of one subject in one period: it may grow with a population, or shrink with the days of belonging."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Any

from policy_engine.bench import Bench, Person
from policy_engine.kinds import KINDS
from policy_engine.model import Duty, ProRata
from policy_engine.periods import Period, add_months
from policy_engine.shares import exact

UNITS = {"month": 1, "quarter": 3}
Span = tuple[date, date]
Absences = tuple[tuple[date | None, date | None], ...]


def adjusted(bench: Bench, duty: Duty, period: Period, person: Person) -> Duty:
    """The duty as it binds this subject in this period."""
    if duty.per:
        duty = _for_population(duty, len(bench.people(duty, period, person)))
    if duty.pro_rata and KINDS[duty.kind].pro_rata and period.until != date.max and period.start != date.min:
        duty = _for_days(duty, period, person)
    return duty


def rounded(value: Fraction, how: str) -> int:
    """`nearest` takes a half up."""
    return {"up": ceil, "down": floor}[how](value) if how != "nearest" else floor(value + Fraction(1, 2))


def _for_population(duty: Duty, people: int) -> Duty:
    """So many for every `per` people."""
    share = Fraction(people, duty.per or 1)
    numbers: Any = {
        name: rounded(exact(number) * share, duty.round)
        for name in ("min", "max")
        if (number := getattr(duty, name)) is not None
    }
    return replace(duty, **numbers)


def _for_days(duty: Duty, period: Period, person: Person) -> Duty:
    """The minimum, and that of each part, shrunk to the share of the period in which the person belonged."""
    rule = duty.pro_rata
    if rule is None or (person.since, person.until, person.absences) == (None, None, ()):
        return duty
    held = _belonging(period, person, _long_enough(person.absences, rule) if rule.absences else ())
    share = _share(held, period, rule.unit)
    if share == 1:
        return duty
    if not held and _belonging(period, person, ()):
        return replace(duty, idle="这一期全在请假")
    if rule.of == "k" and KINDS[duty.kind].least == "k":
        return replace(duty, min=_less(duty.min, share, rule.round))
    parts = tuple(replace(part, min=_less(part.min, share, rule.round)) for part in duty.parts)
    least = duty.min if KINDS[duty.kind].least != "min" else _less(duty.min, share, rule.round)
    return replace(duty, min=least, parts=parts)


def _less(number: float | None, share: Fraction, how: str) -> int | None:
    return None if number is None else rounded(exact(number) * share, how)


def _long_enough(absences: Absences, rule: ProRata) -> Absences:
    """Those of at least the days or months the rule names; one without an end is."""
    long = dict(rule.longer)
    return tuple(
        (gone, back)
        for gone, back in absences
        if gone is None
        or back is None
        or (back >= add_months(gone, long.get("months", 0)) and (back - gone).days >= long.get("days", 0))
    )


def _belonging(period: Period, person: Person, absences: Absences) -> list[Span]:
    """The stretches of the period in which the person belonged and was not away."""
    first, until = max(person.since or date.min, period.start), min(person.until or date.max, period.until)
    held = [(first, until)] if first < until else []
    for gone, back in absences:
        held = [piece for span in held for piece in _without(span, (gone or date.min, back or date.max))]
    return held


def _without(span: Span, gap: Span) -> Iterator[Span]:
    pieces = ((span[0], min(span[1], gap[0])), (max(span[0], gap[1]), span[1]))
    yield from (piece for piece in pieces if piece[0] < piece[1])


def _share(held: list[Span], period: Period, unit: str) -> Fraction:
    """Days, or calendar months or quarters of which any day counts as the whole."""
    if unit == "day":
        return Fraction(sum((until - first).days for first, until in held), (period.until - period.start).days)
    wholes = list(_units(period, UNITS[unit]))
    touched = sum(any(first < end and start < until for first, until in held) for start, end in wholes)
    return Fraction(touched, len(wholes))


def _units(period: Period, months: int) -> Iterator[Span]:
    start = period.start.replace(day=1)
    while start < period.until:
        end = add_months(start, months)
        yield start, end
        start = end
