"""The province's pages: 14 cities, 120 counties, every carried indicator, 12 months; against SQL by hand on the same returns.

The peer is one statement a careful developer would write for that page, as the committee's own role under the same row-level
security, its rows fetched; both say the same numbers, or nothing is measured. A page may cost twice the statement and
what it costs with its figures already at hand (template, session, rights).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from statistics import median
from typing import Any
from unittest.mock import patch

from tests.bench import province
from tests.bench.figure import Figure, seconds
from tests.bench.place import prepared

RUNS = 25
WITHIN = 2.0  # times the statement


@dataclass(frozen=True)
class Face:
    """A page: how its figures are read, the peer's statement, which function of which module a page reads them by."""

    name: str
    path: str
    data: Callable[[], Any]
    sql: str
    given: dict[str, Any]
    reads: tuple[str, ...]


MINE = f"(recipient = '{province.CODE}' OR ancestors @> ARRAY['{province.CODE}']::varchar[])"
TREE = f"""
SELECT d.sender, d.recipient, d.digest, f.indicator, f.basis, f.applicable, f.numerator, f.denominator, f.answered, f.asked
FROM (SELECT DISTINCT ON (sender) sender, recipient, digest, body FROM exchange_delivery
    WHERE period = %(period)s AND state = 'accepted' AND {MINE} ORDER BY sender, revision DESC) d
CROSS JOIN LATERAL jsonb_to_recordset(d.body->'total')
    AS f(indicator text, basis text, applicable boolean, numerator bigint, denominator bigint, answered int, asked int)
"""
TREND = f"""
SELECT sender, period, figure->>'numerator', figure->>'denominator' FROM (
    SELECT DISTINCT ON (sender, period) sender, period,
        jsonb_path_query_first(body, '$.total[*] ? (@.indicator == "R02" && @.basis == "own")') AS figure
    FROM exchange_delivery WHERE state = 'accepted' AND period = ANY(%(periods)s) AND recipient = '{province.CODE}'
    ORDER BY sender, period, revision DESC) d
UNION ALL
SELECT '', period, figure->>'numerator', figure->>'denominator' FROM (
    SELECT DISTINCT ON (period) period,
        jsonb_path_query_first(body, '$.own[*] ? (@.indicator == "R02" && @.basis == "own")') AS figure
    FROM reports_return WHERE period = ANY(%(periods)s) ORDER BY period, revision DESC) d
"""
OFFERED = f"""
SELECT DISTINCT figure->>'indicator' FROM exchange_delivery, jsonb_array_elements(body->'total') AS figure
WHERE state = 'accepted' AND period = ANY(%(periods)s) AND recipient = '{province.CODE}' AND (figure->>'applicable')::boolean
"""
WALL = f"""
SELECT DISTINCT ON (sender, period) sender, recipient, period, revision, state, min(submitted_at) OVER (PARTITION BY sender, period)
FROM exchange_delivery WHERE period = ANY(%(periods)s) AND {MINE} ORDER BY sender, period, revision DESC
"""


def run() -> list[Figure]:
    with prepared():
        province.make()
        from django.conf import settings

        from core import loaded, tenancy

        loaded.stays(settings.ROOT_URLCONF)  # as the web process does
        with tenancy.inside(province.CODE):
            ask = _browser()
            return [figure for face in _faces() for figure in _measured(face, ask)]


def _faces() -> Iterator[Face]:
    from tenants.reports import queries
    from tenants.reports.queries import overview

    months = province.periods()
    given = {"period": months[-1], "periods": months}
    spans = [queries.span(key) for key in months]

    def trend() -> Any:
        return overview.offered(spans), overview.trend(overview.picked("R02.own"), spans)

    tree = ("tenants.reports.queries.rollup",)
    yield Face("tree table", "/rollup/", lambda: queries.rollup(months[-1]), TREE, given, tree)
    yield Face("heat table", "/rollup/heat/", lambda: queries.rollup(months[-1]), TREE, given, tree)
    yield Face(
        "trend", "/rollup/trend/?indicator=R02.own", trend, TREND, given,
        ("tenants.reports.queries.overview.offered", "tenants.reports.queries.overview.trend"),
    )  # fmt: skip
    yield Face(
        "completeness", "/rollup/wall/", lambda: overview.wall(spans), WALL, given,
        ("tenants.reports.queries.overview.wall",),
    )  # fmt: skip


def _measured(face: Face, ask: Callable[[str], None]) -> Iterator[Figure]:
    by_hand = [face.sql, OFFERED] if face.name == "trend" else [face.sql]

    def hand() -> None:
        for sql in by_hand:
            _fetched(sql, face.given)

    _compare(face)
    ask(face.path)  # templates are read once
    data, sql, whole, rest = [], [], [], []
    for _ in range(RUNS):  # alternating, so that a machine whose speed drifts favours nobody
        data.append(seconds(face.data))
        sql.append(seconds(hand))
        whole.append(seconds(lambda: ask(face.path)))
        with _at_hand(face, ask):
            rest.append(seconds(lambda: ask(face.path)))
    limit = WITHIN * median(sql) + median(rest)
    yield Figure(f"{face.name}, figures: SQL by hand", median(data), median(sql), 1 / WITHIN, "s", RUNS)
    yield Figure(f"{face.name}, page: twice the SQL and its template", median(whole), limit, 1, "s", RUNS)


def _fetched(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


@contextmanager
def _at_hand(face: Face, ask: Callable[[str], None]) -> Iterator[None]:
    """The page's reads answer at once, with what they answered before."""
    patches = []
    for name in face.reads:
        module, _, function = name.rpartition(".")
        answer: list[Any] = []
        before = getattr(import_module(module), function)

        def once(*args: Any, before: Any = before, answer: list[Any] = answer, **more: Any) -> Any:
            if not answer:
                answer.append(before(*args, **more))
            return answer[0]

        patches.append(patch(name, once))
    for one in patches:
        one.start()
    try:
        ask(face.path)
        yield
    finally:
        for one in patches:
            one.stop()


def _browser() -> Callable[[str], None]:
    """The office asks for a page, as from a browser."""
    from django.test import Client

    from accounts.actions import create_user
    from core.audit import SYSTEM

    office: Any = create_user(username="bangongshi", display_name="办公室", password=None, roles=["office"], by=SYSTEM)
    browser = Client(headers={"host": "bench.localhost"})
    browser.force_login(office)

    def ask(path: str) -> None:
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)

    return ask


def _compare(face: Face) -> None:
    """Ours and the peer's say the same."""
    rows, found = _fetched(face.sql, face.given), face.data()
    if face.name == "tree table":
        theirs = {(row[0], row[3], row[4]): row[6:10] for row in rows if row[5]}
        ours = {
            (line.code, *cell.column.key): (cell.figure.numerator, cell.figure.denominator, cell.figure.answered, cell.figure.asked)
            for line in found.lines for cell in line.cells if line.depth and cell.is_known
        }  # fmt: skip
        assert ours
        assert ours == {key: theirs[key] for key in ours}
        assert {key[1] for key in theirs} == {key[1] for key in ours}
    if face.name == "trend":
        theirs = {row[:2]: row[2] for row in rows if row[0]}
        ours = {(one.code, period.key): cell.figure for one in found[1].children for period, cell in zip(found[1].periods, one.cells, strict=True)}  # fmt: skip
        assert {key: one and one.numerator for key, one in ours.items()} == {
            key: value and int(value) for key, value in theirs.items()
        }
    if face.name == "completeness":
        assert {(row[0], row[2]) for row in rows} == {
            (line.code, one.period.key) for line in found.lines for one in line.bricks if one.state == "accepted"
        }
