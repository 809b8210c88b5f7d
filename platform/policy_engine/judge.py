"""Judgement: counts against the rule of the day. Knows nothing of records, files or databases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from policy_engine.model import Policy, State
from policy_engine.periods import Period
from policy_engine.tally import Counts


@dataclass(frozen=True, slots=True)
class Post:
    """A post held from a day until (exclusive) another; None is open."""

    kind: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Anything that can owe a duty: member, sector, venue, special_committee, committee. `since`/`until`: belonging, half-open."""

    type: str
    id: str
    posts: tuple[Post, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    subject: str
    duty: str
    period: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One subject, one duty, one period; keys as in the contract. `to_json()` gives the published shape."""

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

    def to_json(self) -> dict[str, Any]:
        raise NotImplementedError


def judge(
    policy: Policy, subjects: Iterable[Person], counts: Counts, as_of: date, *, waivers: Iterable[Waiver] = ()
) -> list[Verdict]:
    """A verdict per subject × duty × period begun in the year holding `as_of`, sorted by subject, duty, period."""
    raise NotImplementedError
