"""Links as a condition: whom a duty binds because of a link, and whom a subject is linked with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Literal

from policy_engine.model import Duty, Filter, Part, Subject
from policy_engine.periods import Period
from policy_engine.tally import By, Distinct, Tally, key

SUBJECT, POPULATION, PARTNERS = "linked", "linked_population", "partners"
OUT_OF, ON_LEAVE, HANDED_OVER = "out_of", "left_out", "handed_over"
BESIDE = (SUBJECT, POPULATION, PARTNERS, OUT_OF, ON_LEAVE, HANDED_OVER)
"""Suffixes of tallies that say whom or out of how many, not what was done; a part of a duty may not be called like them."""


def linked_tallies(duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """Who holds the links that a subject or population asks for, and the subject's own partners."""
    return [
        *_holders(SUBJECT, duty.subject, duty, period, as_of),
        *(_holders(POPULATION, duty.population, duty, period, as_of) if duty.population else ()),
        *(_partners(PARTNERS, duty.population, duty, period, as_of) if duty.population else ()),
        *(tally for part in duty.parts if part.population for tally in _of_part(part, duty, period, as_of)),
    ]


def of_part(suffix: str, part: str) -> str:
    """The suffix of a tally about the population of one part; without a part, of the duty's."""
    return f"{suffix}.{part}" if part else suffix


def _of_part(part: Part, duty: Duty, period: Period, as_of: date) -> Iterator[Tally]:
    assert part.population
    yield from _holders(of_part(POPULATION, part.id), part.population, duty, period, as_of)
    yield from _partners(of_part(PARTNERS, part.id), part.population, duty, period, as_of)


def stands_beside(tally: Tally) -> bool:
    """Not a count of what was done, so that nothing of it can be late."""
    own = tally.key.removeprefix(f"{tally.duty}/")
    return own != tally.key and own.partition("@")[0].partition(".")[0] in BESIDE


def _holders(suffix: str, whom: Subject, duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """Those with such a link on any day of the period up to as-of; on its reference day where the duty is continuous."""
    if not whom.linked:
        return []
    since = None if duty.period == "continuous" else period.start
    return [_tally(suffix, whom.type, whom.linked, whom.side, duty, period, as_of, since=since)]


def _partners(suffix: str, whom: Subject, duty: Duty, period: Period, as_of: date) -> list[Tally]:
    """Whom each subject is linked with on the reference day: each of them is to be reached."""
    if not whom.links:
        return []
    partners = _tally(suffix, duty.subject.type, whom.links, whom.side, duty, period, as_of)
    if not whom.handover:
        return [partners]
    held = _tally(HANDED_OVER, duty.subject.type, whom.links, "from", duty, period, as_of, since=period.start)
    return [partners, replace(held, distinct="subject", by="target")]  # of each partner: who was linked with it


def _tally(
    suffix: str,
    subject_type: str,
    links: tuple[str, ...],
    side: Literal["from", "to"],
    duty: Duty,
    period: Period,
    as_of: date,
    *,
    since: date | None = None,
) -> Tally:
    distinct: Distinct = "target" if side == "from" else "subject"
    by: By = "subject" if side == "from" else "target"
    return Tally(
        key=key(duty.id, period, suffix),
        duty=duty.id,
        part=None,
        period=period,
        subject_type=subject_type,
        posts=(),
        except_posts=(),
        where=Filter(family="link", kinds=links),
        distinct=distinct,
        by=by,
        standing_on=period.reference_day(as_of),
        standing_from=since,
    )
