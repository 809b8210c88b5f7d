"""Many periods of the letterbox at once, for those above: figures and states, never a whole body. As the committee entered."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from core import tenancy
from core.tuples import made
from exchange.figures import Figure
from exchange.models import Delivery

# Row-level security narrows this further: what another committee may not read is not there.
MINE = "(recipient = %(me)s OR ancestors @> ARRAY[%(me)s]::varchar[])"


class Told(NamedTuple):
    """One indicator of one child's accepted return, with all below it. Numbers None: not applicable there."""

    sender: str
    period: str
    applicable: bool
    numerator: int | None
    denominator: int | None


class Standing(NamedTuple):
    """How far one committee's return of a period has come. `is_late`: its first revision was sent too late; `id`: of the newest,
    where it was sent to this committee."""

    sender: str
    recipient: str
    period: str
    revision: int
    state: str
    is_late: bool
    id: str | None


class Received(NamedTuple):
    """The newest revision a child sent for a period, whatever became of it. `first_at`: when its first revision was sent."""

    id: UUID
    sender: str
    revision: int
    state: str
    reason: str
    digest: str
    first_at: dt.datetime


def received(period: str) -> list[Received]:
    """What the direct children sent for a period, without bodies. One statement."""
    sql = f"""
        SELECT DISTINCT ON (sender) id, sender, revision, state, reason, digest, min(submitted_at) OVER (PARTITION BY sender)
        FROM {_table()} WHERE period = %(period)s AND recipient = %(me)s ORDER BY sender, revision DESC
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"me": tenancy.current().code, "period": period})
        return made(Received, cursor.fetchall())


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One accepted return below for one period. `children`: what it says of each of its own, where that was asked for."""

    sender: str
    recipient: str
    revision: int
    digest: str
    children: Sequence[Mapping[str, Any]]
    total: list[Figure] = field(default_factory=list)


def accepted_below(period: str, *, listed_by: Collection[str] = ()) -> list[Accepted]:
    """The newest accepted return of every committee below that this one may read, with its total. Two statements, no bodies.

    `listed_by`: codes of those whose word on each of their children is wanted.
    """
    newest = (
        f"FROM {_table()} WHERE state = 'accepted' AND period = %(period)s AND {MINE} ORDER BY sender, revision DESC"
    )
    about = f"""
        SELECT DISTINCT ON (sender) sender, recipient, revision, digest,
            CASE WHEN sender = ANY(%(listed_by)s) THEN body->'children' END {newest}
    """
    figures = f"""
        SELECT {FIGURE}, newest.sender
        FROM (SELECT DISTINCT ON (sender) sender, body {newest}) AS newest
        CROSS JOIN LATERAL jsonb_to_recordset(newest.body->'total')
            AS one (indicator text, basis text, numerator bigint, denominator bigint, answered int, asked int)
    """
    given: dict[str, Any] = {"me": tenancy.current().code, "period": period, "listed_by": list(listed_by)}
    with connection.cursor() as cursor:
        cursor.execute(about, given)
        found = {
            sender: Accepted(
                sender=sender, recipient=recipient, revision=revision, digest=digest,
                children=_read(children) or [],
            )
            for sender, recipient, revision, digest, children in cursor.fetchall()
        }  # fmt: skip
        cursor.execute(figures, given)
        rows = cursor.fetchall()
    for sender, one in groupby(rows, key=itemgetter(-1)):
        if sender in found:
            found[sender].total.extend(made(Figure, map(_FIELDS, one)))
    return list(found.values())


_FIELDS = itemgetter(slice(len(Figure._fields)))

# In the order of a figure's fields. What applies has a numerator; not to read the word again saves a tenth of the statement.
FIGURE = "indicator, basis, numerator IS NOT NULL, numerator, denominator, answered, asked"


def is_any_adapted(period: str) -> bool:
    """Says an accepted return below that its committee had a policy otherwise than its parent's? One statement."""
    sql = f"""
        SELECT EXISTS (SELECT FROM {_table()} WHERE state = 'accepted' AND period = %(period)s AND {MINE}
            AND body #> '{{policies,own}}' IS DISTINCT FROM body #> '{{policies,parent}}')
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"me": tenancy.current().code, "period": period})
        return bool(cursor.fetchone()[0])


def _read(value: str | None) -> Any:
    """JSONB as this driver hands it over: text."""
    return json.loads(value) if value is not None else None


def figure_in(scope: str) -> str:
    """SQL: the one figure of a column `body` that the parameters `indicator` and `basis` name; the rest of the body stays behind."""
    path = f"$.{scope}[*] ? (@.indicator == $indicator && @.basis == $basis)"
    return f"jsonb_path_query_first(body, '{path}', jsonb_build_object('indicator', %(indicator)s::text, 'basis', %(basis)s::text))"


def told(periods: Sequence[str], *, indicator: str, basis: str) -> list[Told]:
    """One figure of every accepted return of a direct child, over several periods. One statement; the bodies stay in the database."""
    sql = f"""
        SELECT sender, period, (figure->>'applicable')::boolean, (figure->>'numerator')::bigint, (figure->>'denominator')::bigint
        FROM (
            SELECT DISTINCT ON (sender, period) sender, period,
                {figure_in("total")} AS figure
            FROM {_table()} WHERE state = 'accepted' AND period = ANY(%(periods)s) AND recipient = %(me)s
            ORDER BY sender, period, revision DESC
        ) AS newest
        WHERE figure IS NOT NULL
    """
    given: dict[str, Any] = {
        "me": tenancy.current().code,
        "periods": list(periods),
        "indicator": indicator,
        "basis": basis,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return made(Told, cursor.fetchall())


def answered(periods: Sequence[str]) -> frozenset[str]:
    """Codes of the indicators that any direct child's accepted return of these periods has a figure of. One statement."""
    sql = f"""
        SELECT DISTINCT figure->>'indicator' FROM {_table()}, jsonb_array_elements(body->'total') AS figure
        WHERE state = 'accepted' AND period = ANY(%(periods)s) AND recipient = %(me)s AND (figure->>'applicable')::boolean
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"me": tenancy.current().code, "periods": list(periods)})
        return frozenset(row[0] for row in cursor.fetchall())


def standings(too_late: Mapping[str, dt.datetime]) -> dict[tuple[str, str], dict[str, Standing]]:
    """The newest revision of every return this committee may see: by sender and recipient, then by period.

    `too_late`: the periods asked for, and from which moment a first revision comes late. One statement, no bodies. Most returns
    have one revision: telling the newest of the others here costs half of what sorting all of them there does.
    """
    sql = f"""
        SELECT sender, recipient, period, revision, state,
            submitted_at >= (%(too_late)s::timestamptz[])[array_position(%(periods)s, period::text)],
            CASE WHEN recipient = %(me)s THEN id::text END
        FROM {_table()} WHERE period = ANY(%(periods)s) AND {MINE}
    """
    given: dict[str, Any] = {
        "me": tenancy.current().code,
        "periods": list(too_late),
        "too_late": list(too_late.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows = made(Standing, cursor.fetchall())
    found: dict[tuple[str, str], dict[str, Standing]] = {}
    for row in rows:
        known = found.setdefault((row.sender, row.recipient), {})
        other = known.get(row.period)
        known[row.period] = row if other is None else _joined(row, other)
    return found


def _joined(one: Standing, other: Standing) -> Standing:
    """The newer of two revisions; late only where both are, for then the first is."""
    newest = max(one, other, key=attrgetter("revision"))
    return newest._replace(is_late=one.is_late and other.is_late)


def _table() -> str:
    return str(connection.ops.quote_name(Delivery._meta.db_table))
