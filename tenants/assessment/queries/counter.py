"""All tallies of a policy counted by one SQL statement over the deeds.

The rule is the one in `policy_engine.tally`; its plain counter and this one are fed the same random records by a
property test. Every value travels as a parameter. A row is credited to its subject and, where some tally counts
by target, to its target as well.

What each tally asks (kinds, days, whom it credits) is a table of its own, `asked`, that the deeds are joined with: a deed
is looked at by the few tallies of its kind, and a duty of fifty-three weeks costs fifty-three rows of that table. What a
filter asks beyond that is one condition of a CASE, shared by all tallies of the filter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db import connection

from core.deed import COLUMNS, rows_sql
from policy_engine import Counted, Filter, Tally
from policy_engine.matching import LISTS, OWN, WORDS
from policy_engine.shares import weight
from policy_engine.tally import EVERYBODY, tabled, weighed
from tenants.assessment.deeds import branches

SELF = "self"  # the committee's own id among subjects; in its own schema it needs no other


def _identity(role: str) -> str:
    return f"CASE {role}_type WHEN 'committee' THEN '{SELF}' ELSE {role}_id::text END"


DAY = "to_char(on_date, 'YYYY-MM-DD')"
VALUES: Mapping[str, str] = {
    "target": _identity("target"),
    "subject": _identity("subject"),
    "item": "item",
    "venue": "venue_id::text",
    "destination": "destination",
    "day": DAY,
    "step": f"item || '@' || {DAY}",
    "dated": f"record_id::text || '@' || {DAY} || '@' || record_id::text",
    "answer": f"based_on::text || '@' || {DAY} || '@' || record_id::text",
}
NIL, ALL = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"
NAMES = {NIL: SELF, ALL: EVERYBODY}
"""Ids are compared and sorted as the sixteen bytes they are; these two stand for what has none."""


def _id(role: str) -> str:
    return f"CASE {role}_type WHEN 'committee' THEN '{NIL}'::uuid ELSE {role}_id END"


CREDITED: Mapping[str, str] = {  # whom a row is credited to: one id, or two
    "subject": f"{_id('subject')}, NULL::uuid",
    "target": f"{_id('target')}, NULL::uuid",
    "pair": f"CASE WHEN target_type = 'committee' OR target_id IS NOT NULL THEN {_id('subject')} END, {_id('target')}",
    "all": f"'{ALL}'::uuid, NULL::uuid",
}
ANY = "*"  # among kinds


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL and the parameters of its placeholders, in order."""

    sql: str
    params: tuple[Any, ...] = ()


def count_all(tallies: Sequence[Tally]) -> dict[tuple[str, str], Counted]:
    """Everybody's counts: numbers, and the distinct targets, items or venues; record ids only where a tally is `listed`. One query."""
    return _run(tallies, lambda tally: tally.listed, only=None)


def count_one(tallies: Sequence[Tally], subject: str) -> dict[tuple[str, str], Counted]:
    """One subject's counts with the records behind each; what everybody did is a second query where a tally asks for it."""
    own = [tally for tally in tallies if tally.by != "all"]
    common = [tally for tally in tallies if tally.by == "all"]
    return _run(own, lambda _: True, only=subject) | _run(common, lambda _: True, only=None)


def _all(conditions: Iterable[Condition]) -> Condition:
    parts = list(conditions)
    return Condition(" AND ".join(part.sql for part in parts), tuple(value for part in parts for value in part.params))


def filter_parts(wanted: Filter) -> Iterator[Condition]:
    """What a row must hold, as `policy_engine.matching` asks it; confirmation and time apart."""
    yield Condition("family = %s", (wanted.family,))
    if wanted.kinds:
        yield Condition("kind = ANY(%s)", (list(wanted.kinds),))
    yield from _beyond_kind(wanted)


def _beyond_kind(wanted: Filter) -> Iterator[Condition]:
    for name, column in WORDS.items():
        words = getattr(wanted, name)
        if name == "kinds":
            continue
        if name == "organisers" and OWN in words:
            yield Condition(_ORGANISED, (list(words),))
        elif words:
            yield Condition(f"{column}{'::text' if column.endswith('_id') else ''} = ANY(%s)", (list(words),))
    if wanted.away:
        yield Condition("(role IS NULL OR role <> ALL(%s::text[]))", (list(wanted.away),))
    for name in LISTS:
        words = getattr(wanted, name)
        if words:
            yield Condition(f"{name} && %s::text[]", (list(words),))
    for amount, number in wanted.at_least:
        yield Condition("(amounts->>%s)::numeric >= %s", (amount, number))
    if wanted.checklist is not None:
        yield Condition("checklist = %s", (wanted.checklist,))
    if wanted.at_venue:
        yield Condition("venue_id IS NOT NULL")
    if wanted.without:
        apart = _all(filter_parts(wanted.without))
        yield Condition(f"({apart.sql}) IS NOT TRUE", apart.params)  # a column without a value makes it no exception


_ORGANISED = (
    "(organiser_type = ANY(%s) OR organiser_type = subject_type"
    " AND (organiser_id = subject_id OR organiser_type = 'committee'))"
)


def _run(
    tallies: Sequence[Tally], is_listed: Callable[[Tally], bool], *, only: str | None
) -> dict[tuple[str, str], Counted]:
    if not tallies:
        return {}
    listed = [number for number, tally in enumerate(tallies) if is_listed(tally)]
    statement = _statement(tallies, listed, only=only)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.params)
        rows = cursor.fetchall()
    plain = [tally.key if _is_plain(tally) else None for tally in tallies]
    numbers: dict[int, Counted] = {}  # most rows are a number and nothing else, and few numbers differ
    found = {}
    for index, one, other, number, values, records, facts in rows:
        id = NAMES.get(one, one) if other is None else f"{NAMES.get(one, one)}>{NAMES.get(other, other)}"
        if (key := plain[index]) and not records:
            found[key, id] = numbers.get(number) or numbers.setdefault(number, Counted(number))
        elif (counted := _counted(tallies[index], number, values, records, facts)).number:
            found[tallies[index].key, id] = counted
    return found


def _is_plain(tally: Tally) -> bool:
    return tally.distinct == "record" and not tally.where.weighs


def _statement(tallies: Sequence[Tally], listed: Sequence[int], *, only: str | None) -> Condition:
    """One row per tally and id: how many, the distinct values, the records where listed, and what weights are made of.

    A tally counts one family, so no id of it stands in two legs: each leg is grouped by itself.
    """
    families: dict[str, list[tuple[int, Tally]]] = {}
    for number, tally in enumerate(tallies):
        families.setdefault(tally.where.family, []).append((number, tally))
    legs = [_leg(family, of, set(listed), only) for family, of in sorted(families.items())]
    return Condition(" UNION ALL ".join(leg.sql for leg in legs), tuple(value for leg in legs for value in leg.params))


def _leg(family: str, numbered: Sequence[tuple[int, Tally]], listed: Collection[int], only: str | None) -> Condition:
    """The deeds of one family, each beside every tally that counts it, counted. No column is read, told apart or gathered that
    none of these tallies needs: a record is told apart from another here, and that is half of what counting costs."""
    tallies = [tally for _, tally in numbered]
    asked, test = _asked(numbered)
    by = [by for by in CREDITED if any(tally.by == by for tally in tallies)]
    credited = ", ".join(f"('{one}', {CREDITED[one]})" for one in by)
    words = f"(kind), ('{ANY}')" if any(not tally.where.kinds for tally in tallies) else "(kind)"
    where = _all([*_could(tallies), *_mine(by, only)])
    other = "other" if "pair" in by else None
    value = _value(tallies)
    facts = _facts(tallies)
    shown = [number for number, _ in numbered if number in listed]
    cells = [
        "tally",
        "one::text",
        f"{other}::text" if other else "NULL::text",
        "count(*)",
        "array_agg(value) FILTER (WHERE value IS NOT NULL)" if value else "NULL::text[]",
        "array_agg(record_id::text) FILTER (WHERE tally = ANY(%s))" if shown else "NULL::text[]",
        "array_agg(facts) FILTER (WHERE facts IS NOT NULL)" if facts else "NULL::text[]",
    ]
    apart = ["asked.tally", "credited.one", "credited.other" if other else None, "record_id"]
    apart += [f"{value} AS value" if value else None, f"{facts} AS facts" if facts else None]
    of_deed = (
        f" CROSS JOIN LATERAL (VALUES {words}) AS word (word)"
        f" CROSS JOIN LATERAL (VALUES {credited}) AS credited (by, one, other)"
        f" JOIN {asked.sql} ON asked.word = word.word{' AND asked.by = credited.by' if len(by) > 1 else ''}"
        f" WHERE credited.one IS NOT NULL AND {where.sql} AND CASE WHEN {_in_time(tallies)} THEN {test.sql} END"
    )
    inner = ", ".join(filter(None, apart))
    sql = (
        f"SELECT {', '.join(cells)} FROM (SELECT DISTINCT {inner} FROM ({_rows(family, inner + of_deed)}) AS deed{of_deed}"
        f") AS counted GROUP BY tally, one{', other' if other else ''}"
    )
    return Condition(sql, (*([shown] if shown else ()), *asked.params, *where.params, *test.params))


def _rows(family: str, read_by: str) -> str:
    """The deeds of a family with the columns a statement names. One too many costs little; one missing is an error of the database."""
    words = set(re.findall(r"\w+", read_by))
    return rows_sql(branches(), family, [name for name in COLUMNS if name in words])


_COLUMNS: Mapping[str, str] = {
    "tally": "int", "word": "text", "by": "text", "test": "int", "value": "text", "amount": "text", "since": "date", "until": "date",
    "done_since": "date", "done_until": "date", "still": "date", "named": "text[]",
}  # fmt: skip


def _in_time(tallies: Sequence[Tally]) -> str:
    """By the day, or by the period a row says it is about; what stands, on the day it is looked at. Only what some tally asks:
    this is looked at for every deed beside every tally."""
    asks = []
    if any(tally.done_from or tally.done_until for tally in tallies):
        asks.append("on_date >= asked.done_since AND on_date < asked.done_until")
    if any(tally.standing_on for tally in tallies):
        asks.append("(until_date IS NULL OR until_date > asked.still)")
    by_day = "on_date >= asked.since AND on_date < asked.until"
    by_name = (
        f"CASE WHEN asked.named IS NULL OR for_period IS NULL THEN {by_day} ELSE for_period = ANY (asked.named) END"
    )
    is_named = any(tally.named is not None and tally.standing_on is None for tally in tallies)
    return " AND ".join([*asks, by_name if is_named else by_day])


def _asked(numbered: Sequence[tuple[int, Tally]]) -> tuple[Condition, Condition]:
    """What the tallies of a family ask, as a table; and which of the conditions of its column `test` a row must hold."""
    tests: list[Condition] = []
    rows = []
    for number, tally in numbered:
        if (test := _test(tally.where)) not in tests:
            tests.append(test)
        asks = (tally.by, tests.index(test), *_data(tally))
        rows += [(number, word, *asks) for word in tally.where.kinds or (ANY,)]
    columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    written = json.dumps([dict(zip(_COLUMNS, row, strict=True)) for row in rows], default=str)
    table = Condition(f"jsonb_to_recordset(%s) AS asked ({columns})", (written,))
    either = " ".join(f"WHEN {number} THEN {one.sql}" for number, one in enumerate(tests))
    return table, Condition(f"CASE asked.test {either} END", tuple(value for one in tests for value in one.params))


def _test(wanted: Filter) -> Condition:
    is_confirmed = Condition("confirmed" if wanted.confirmed == "required" else "confirmed IS NOT NULL")
    return _all([is_confirmed, *_beyond_kind(wanted)])


def _data(tally: Tally) -> tuple[Any, ...]:
    """The columns of `asked` from `value` on. What stands is bounded by the day it is looked at, not by a span."""
    weighs = tally.where.weighs
    value = "weight" if weighs else tally.distinct if tally.distinct != "record" else None
    amount = tally.where.sum if weighs else None
    done = (tally.done_from or date.min, tally.done_until or date.max)
    if tally.standing_on is not None:
        end = tally.standing_on + timedelta(days=1)
        still = tally.standing_from or tally.standing_on
        return value, amount, date.min, end, *done, still, None
    return value, amount, tally.span_from or date.min, tally.span_until or date.max, *done, date.min, tally.named


def _value(tallies: Sequence[Tally]) -> str | None:
    """What a record is told apart by: a record whose target or venue is not named stands for itself. None where records are counted."""
    wanted = sorted({tally.distinct for tally in tallies if not tally.where.weighs} - {"record"})
    each = " ".join(f"WHEN '{one}' THEN coalesce(nullif({VALUES[one]}, ''), record_id::text)" for one in wanted)
    return f"CASE asked.value {each} END" if wanted else None


def _facts(tallies: Sequence[Tally]) -> str | None:
    """What each record's weight is worked out from; the sum is the engine's own, so that it is as exact. None where nothing weighs."""
    if not any(tally.where.weighs for tally in tallies):
        return None
    facts = "record_id::text, amounts->>asked.amount, role, place::text, crew::text, array_to_string(results, ' ')"
    return f"CASE asked.value WHEN 'weight' THEN ARRAY[{facts}] END"


def _could(tallies: Sequence[Tally]) -> Iterator[Condition]:
    """What some of the tallies could count at all, on plain columns: whole branches and most rows need not be looked at.
    Every kind asked for and the earliest day, where all of them name kinds and days."""
    is_any = any(tally.where.confirmed == "any" for tally in tallies)
    yield Condition("confirmed IS NOT NULL" if is_any else "confirmed")
    if all(tally.where.kinds for tally in tallies):
        yield Condition("kind = ANY(%s)", (sorted({kind for tally in tallies for kind in tally.where.kinds}),))
    firsts = [tally.span_from for tally in tallies if tally.standing_on is None and tally.span_from is not None]
    if len(firsts) == len(tallies):
        yield Condition("(for_period IS NOT NULL OR on_date >= %s)", (min(firsts),))


def _mine(by: Sequence[str], only: str | None) -> Iterator[Condition]:
    """Limits the rows to one subject's, on plain columns, so that the branches' indexes serve it."""
    if only is None:
        return
    roles = [role for role in ("subject", "target") if role in by or (role == "subject" and "pair" in by)]
    if only == SELF:
        either = " OR ".join(f"{role}_type = 'committee'" for role in roles)
        yield Condition(f"({either})")
    else:
        either = " OR ".join(f"{role}_id = %s::uuid" for role in roles)
        yield Condition(f"({either})", (only,) * len(roles))
    yield Condition("credited.one = %s::uuid", (NIL if only == SELF else only,))


def _counted(
    tally: Tally,
    number: int,
    values: Sequence[str] | None,
    records: Sequence[str] | None,
    facts: Sequence[Sequence[str | None]] | None,
) -> Counted:
    if tally.where.weighs:
        return _weighed(tally, facts or ())
    listed = tuple(sorted(set(records or ())))
    if _is_plain(tally):
        return Counted(number=number, records=listed)
    apart = tuple(sorted(set(values or ())))
    return Counted(number=len(apart), records=listed, values=apart)


def _weighed(tally: Tally, rows: Iterable[Sequence[str | None]]) -> Counted:
    weights: dict[str, Fraction] = {}
    for record, amount, role, place, crew, results in rows:
        assert record is not None, "every row is one of a record"
        worth = weight(
            tally.where.share,
            (amount if tally.where.sum else 1),
            role,
            int(place) if place else None,
            json.loads(crew) if crew else None,
        )
        worth *= tabled(tally.where, (results or "").split()) if tally.where.table else 1
        weights[record] = max(weights.get(record, worth), worth)
    return weighed(weights)
