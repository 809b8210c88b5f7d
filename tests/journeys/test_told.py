"""The story on the deployment that shows it: told once, marked as invented, nobody's name outside its committee."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from tests.removal import ADMIN_URL

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
COMMITTEES = ("430000", "430900", "430923", "430921", "440000", "440100")
Deployment = Any


@contextmanager
def database(deployment: Deployment) -> Iterator[Any]:
    """As the server's administrator, who alone sees every schema."""
    connection = psycopg2.connect(make_dsn(ADMIN_URL, dbname=deployment.environment["LX_DATABASE"]))
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def rows(cursor: Any, sql: str) -> list[Any]:
    cursor.execute(sql)
    return [row[0] for row in cursor.fetchall()]


def told(cursor: Any) -> dict[str, list[int]]:
    """By committee: how many members, contacts, and rosters that were imported."""
    counts = ["members_member", "liaison_contactrecord", "core_auditevent WHERE action = 'members.import_roster'"]
    return {code: [rows(cursor, f"SELECT count(*) FROM c_{code}.{one}")[0] for one in counts] for code in COMMITTEES}


def test_the_story_is_told_once_and_no_name_leaves_its_committee(deployment: Deployment) -> None:
    with database(deployment) as cursor:
        before = told(cursor)
        assert all(members and contacts and imported == 1 for members, contacts, imported in before.values())
        names = set()
        for code in COMMITTEES:
            assert rows(cursor, f"SELECT name FROM c_{code}.members_member WHERE NOT is_invented") == []
            names |= set(rows(cursor, f"SELECT name FROM c_{code}.members_member"))
            names |= set(rows(cursor, f"SELECT name FROM c_{code}.liaison_constituent"))
        sent = rows(cursor, "SELECT row_to_json(d)::text FROM public.exchange_delivery d")
        assert len(names) > 100
        assert len(sent) > 5
        assert [name for name in names for text in sent if name in text] == []
    again = json.loads(deployment.lianxin("demo", "load", "--scale", "small", "--json"))
    assert (again["created"], again["acts"]) == ([], 0)
    with database(deployment) as cursor:
        assert told(cursor) == before
