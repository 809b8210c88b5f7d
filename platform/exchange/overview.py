"""Many periods of the letterbox at once, for those above: figures and states, never a whole body. As the committee entered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core import tenancy
from exchange.models import Delivery

# Row-level security narrows this further: what another committee may not read is not there.
MINE = "(recipient = %(me)s OR ancestors @> ARRAY[%(me)s]::varchar[])"


@dataclass(frozen=True, slots=True)
class Told:
    """One indicator of one child's accepted return, with all below it. Numbers None: not applicable there."""

    sender: str
    period: str
    applicable: bool
    numerator: int | None
    denominator: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one committee's return of a period has come. `first_at`: when its first revision was sent."""

    sender: str
    recipient: str
    period: str
    revision: int
    state: str
    first_at: dt.datetime


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
        return [Told(*row) for row in cursor.fetchall()]


def answered(periods: Sequence[str]) -> frozenset[str]:
    """Codes of the indicators that any direct child's accepted return of these periods has a figure of. One statement."""
    sql = f"""
        SELECT DISTINCT figure->>'indicator' FROM {_table()}, jsonb_array_elements(body->'total') AS figure
        WHERE state = 'accepted' AND period = ANY(%(periods)s) AND recipient = %(me)s AND (figure->>'applicable')::boolean
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"me": tenancy.current().code, "periods": list(periods)})
        return frozenset(row[0] for row in cursor.fetchall())


def standings(periods: Sequence[str]) -> list[Standing]:
    """The newest revision of every return this committee may see, over several periods. One statement, no bodies."""
    sql = f"""
        SELECT DISTINCT ON (sender, period) sender, recipient, period, revision, state,
            min(submitted_at) OVER (PARTITION BY sender, period)
        FROM {_table()} WHERE period = ANY(%(periods)s) AND {MINE}
        ORDER BY sender, period, revision DESC
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"me": tenancy.current().code, "periods": list(periods)})
        return [Standing(*row) for row in cursor.fetchall()]


def _table() -> str:
    return str(connection.ops.quote_name(Delivery._meta.db_table))
