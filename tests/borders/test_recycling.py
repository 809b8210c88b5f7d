"""A connection that has visited many committees begins anew, so that its server process's memory has a bound."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from core import tenancy
from registry.models import Committee

FOUR = ("430923", "430921", "430900", "440100")


@pytest.fixture
def bound_of_two(committed, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "LX_COMMITTEES_PER_CONNECTION", 2)


def _process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _visit(code: str) -> int:
    with tenancy.inside(code):
        return _process()


def test_the_committee_beyond_the_bound_is_served_by_a_new_server_process(bound_of_two):
    first, second, third, fourth = (_visit(code) for code in FOUR)
    assert first == second
    assert third == fourth != first


def test_committees_already_visited_cost_no_new_connection(bound_of_two):
    assert len({_visit(code) for code in FOUR[:2] * 3}) == 1


def test_no_connection_is_closed_within_a_transaction(bound_of_two):
    with transaction.atomic():
        inside = [_visit(code) for code in FOUR]
    assert len(set(inside)) == 1
    assert _visit("430000") != inside[0]  # made good as soon as it is over


def test_a_cursor_still_being_read_keeps_its_connection(bound_of_two):
    rows = Committee.objects.filter(code__in=FOUR).order_by("code").iterator(chunk_size=1)
    with tenancy.nowhere():
        processes = {_visit(row.code) for row in rows}
    assert len(processes) == 1
    assert len({_visit(code) for code in FOUR}) == 1  # all known to it
    assert _visit("430000") not in processes


def test_zero_means_no_bound(bound_of_two, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "LX_COMMITTEES_PER_CONNECTION", 0)
    assert len({_visit(code) for code in FOUR}) == 1


def test_entering_on_the_way_in_from_another_committee_stands_right_after_the_change(bound_of_two):
    for code in FOUR:
        with tenancy.inside("430923"), tenancy.inside(code), connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_schema()")
            assert cursor.fetchone() == (tenancy.role_of(code), tenancy.schema_of(code))
