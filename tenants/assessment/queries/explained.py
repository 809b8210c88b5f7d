"""One subject's standing with everything that answers "why": rule, clause, provenance, periods, parts, records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy_engine import Duty, Policy, Verdict
from tenants.assessment.queries.sources import Source, sources_of
from tenants.assessment.queries.standing import Line, Standing
from tenants.policy.queries import words
from tenants.policy.queries.reading import DutyLine, duty_line

URGENCY = ("outstanding", "exceeded", "met", "waived", "counted", "not_applicable")


@dataclass(frozen=True, slots=True)
class Piece:
    """A period, a part or a missing item below a line."""

    title: str
    state: str
    counted: str
    need: str
    outstanding: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """A line with its rule as the policy page words it and the records behind its figure."""

    line: Line
    rule: DutyLine
    periods: tuple[Piece, ...]  # only where there is more than one
    parts: tuple[Piece, ...]
    missing: tuple[str, ...]
    records: tuple[Source, ...]


def explained(standing: Standing, policy: Policy, parent: Policy) -> list[Explained]:
    """What is owed first. `parent` is the policy without our own overlays; `standing` carries record ids. One statement, and one per app."""
    wanted = {record for line in standing.lines for verdict in line.verdicts for record in verdict.records}
    sources = sources_of(wanted)
    day = policy.on
    assert day is not None, "a policy of the committee is always one of a day"
    found = [
        Explained(
            line=line,
            rule=duty_line(policy, parent, line.duty, day),
            periods=tuple(_periods(line)),
            parts=tuple(_parts(line.verdicts[-1])),
            missing=tuple(_missing(line.duty, line.verdicts[-1])),
            records=tuple(_records(line, sources)),
        )
        for line in standing.lines
    ]
    return sorted(found, key=lambda one: URGENCY.index(one.line.state))


def _periods(line: Line) -> Iterator[Piece]:
    if len(line.verdicts) < 2:
        return
    for verdict in line.verdicts:
        need = words.number(verdict.min) if verdict.min is not None else ""
        yield Piece(
            words.period(verdict.period.key),
            verdict.state,
            words.number(verdict.counted),
            need,
            words.number(verdict.over if verdict.state == "exceeded" else verdict.outstanding),
            verdict.closed,
        )


def _parts(verdict: Verdict) -> Iterator[Piece]:
    for part in verdict.parts:
        need = words.number(part["min"]) if part["min"] is not None else ""
        yield Piece(
            part["title"] or part["id"],
            part["state"],
            words.number(part["counted"]),
            need,
            words.number(part["outstanding"]),
            verdict.closed,
        )


def _missing(duty: Duty, verdict: Verdict) -> Iterator[str]:
    """Lines of a list not yet there. A coverage's missing persons are found on the list of members, not here."""
    titles = {item.id: item.title or item.id for item in duty.items}
    yield from (titles[item] for item in verdict.missing if item in titles)


def _records(line: Line, sources: dict[str, Source]) -> Iterator[Source]:
    ids = {record for verdict in line.verdicts for record in verdict.records}
    found = [sources[record] for record in ids if record in sources]
    yield from sorted(found, key=lambda source: (source.on, source.id), reverse=True)
