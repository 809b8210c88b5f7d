"""One subject's standing with everything that answers "why": rule, clause, provenance, periods, parts, records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import Q

from policy_engine import Duty, Policy, Verdict
from tenants.assessment.queries.sources import Source, sources_of
from tenants.assessment.queries.standing import Line, Standing
from tenants.members.models import Member, Sector, SpecialCommittee
from tenants.policy.queries import words
from tenants.policy.queries.reading import DutyLine, duty_line

EVERYBODY = Q()
NAMED_AT_MOST = 60  # of a coverage's gaps; the rest is a number
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
    unreached: tuple[Named, ...] = ()  # whom a coverage has not reached, as far as the reader may know them
    beyond: int = 0  # how many more there are


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or something with a standing of its own."""

    name: str
    url: str


def explained(standing: Standing, policy: Policy, parent: Policy, *, within: Q = EVERYBODY) -> list[Explained]:
    """What is owed first. `parent` is the policy without our own overlays; `standing` carries record ids.

    `within` says whom the reader may know: of the others a coverage has not reached only the number is told. One
    statement, one per app, and three where a coverage has gaps.
    """
    wanted = {record for line in standing.lines for verdict in line.verdicts for record in verdict.records}
    sources = sources_of(wanted)
    gaps = {line.duty.id: _gaps(line) for line in standing.lines}
    known = _known({one for found in gaps.values() for one in found}, within)
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
            unreached=tuple(known[one] for one in gaps[line.duty.id] if one in known)[:NAMED_AT_MOST],
            beyond=max(
                0, len(gaps[line.duty.id]) - min(NAMED_AT_MOST, sum(one in known for one in gaps[line.duty.id]))
            ),
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


def _in_words(duty: Duty, source: Source) -> Source:
    """A check in the words of the list it is of: 委员填写, a step."""
    titles = {item.id: item.title for item in duty.items}
    if source.item not in titles:
        return source
    return replace(source, kind="办理步骤" if duty.kind == "workflow" else "清单事项", title=titles[source.item])


def _missing(duty: Duty, verdict: Verdict) -> Iterator[str]:
    """Lines of a list not yet there; receivers of a report are bodies."""
    titles = {
        item.id: item.title if item.title not in ("", item.id) else words.word("bodies", item.id) for item in duty.items
    }
    yield from (titles[item] for item in verdict.missing if item in titles)


def _gaps(line: Line) -> list[str]:
    """Ids of those a coverage has not reached (S12, S22: the gaps are named)."""
    last = line.verdicts[-1]
    return list(last.missing) if last.denominator is not None and not line.is_over_nobody else []


def _known(ids: set[str], within: Q) -> dict[str, Named]:
    """Names and pages, in the order of their lists."""
    if not ids:
        return {}
    found = {}
    members = Member.objects.filter(within, pk__in=ids).order_by("name_pinyin", "number").values_list("pk", "name")
    found.update({str(key): Named(name, f"/standing/{key}/") for key, name in members})
    for model, place in ((Sector, "sectors"), (SpecialCommittee, "special-committees")):
        if len(found) < len(ids):
            rows = model.objects.filter(pk__in=ids).values_list("pk", "name")  # type: ignore[attr-defined]
            found.update({str(key): Named(name, f"/standing/{place}/{key}/") for key, name in rows})
    return found


def _records(line: Line, sources: dict[str, Source]) -> Iterator[Source]:
    ids = {record for verdict in line.verdicts for record in verdict.records}
    found = [_in_words(line.duty, sources[record]) for record in ids if record in sources]
    yield from sorted(found, key=lambda source: (source.on, source.id), reverse=True)
