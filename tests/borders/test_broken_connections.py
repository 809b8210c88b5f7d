"""Nobody stands in a committee by accident: dead connections, swallowed errors, interruptions, random interleavings."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import psycopg2
import pytest
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.utils import InterfaceError
from django.test import Client

from core import tenancy
from core.tenancy import EntryFailed
from registry import queries
from tests.environment import ADMIN_URL, DATABASE

GHOST = tenancy.Committee("nobody", "无此会", "nobody", "county", None, "active", 1)


def _who() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        return cursor.fetchone()


def _expected(code: str | None) -> tuple[str, str]:
    return (f"{DATABASE}_app", "public") if code is None else (tenancy.role_of(code), tenancy.schema_of(code))


def _pull_the_plug() -> None:
    """End this thread's server process, as a restart or a failover would."""
    admin = psycopg2.connect(ADMIN_URL)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    admin.close()


def test_a_connection_that_died_inside_a_committee_is_left_behind_and_the_next_entry_stands_right(committed):
    with pytest.raises(DatabaseError), tenancy.inside("430923"):
        _who()
        _pull_the_plug()
        _who()
    with tenancy.inside("430921"):
        assert _who() == _expected("430921")


def test_a_connection_that_dies_within_a_transaction_comes_back_where_the_context_says(committed):
    with tenancy.inside("430923"):
        with pytest.raises(DatabaseError), transaction.atomic():
            _who()
            _pull_the_plug()
            _who()
        assert _who() == _expected("430923")


def test_a_connection_found_dead_while_standing_nowhere_is_replaced_at_the_next_entry(committed):
    with tenancy.nowhere():
        _who()
        _pull_the_plug()
        with pytest.raises(DatabaseError):
            _who()
    with tenancy.inside("430921"):
        assert _who() == _expected("430921")


def test_the_first_request_after_a_restart_of_the_database_is_answered(committed):
    client = Client(headers={"host": "anhua.localhost"})
    assert client.get("/sign-in/").status_code == 200
    _pull_the_plug()
    queries._cache.update({key: (hit[0] + 60, hit[1]) for key, hit in queries._cache.items()})  # no routing query first
    try:
        close_old_connections()  # as at the start of every request; the test client leaves it out
        assert client.get("/sign-in/").status_code == 200
    finally:
        queries.forget_routes()


def test_a_commit_that_postgresql_turns_into_a_rollback_does_not_fool_us_about_where_we_stand(committed):
    with tenancy.inside("430923"):
        connection.close()
        with transaction.atomic():  # the new connection switches within it
            _who()
            with pytest.raises(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT nothing_of_that_name")
        assert _who() == _expected("430923")


def test_a_switch_undone_by_a_rollback_is_made_again(committed):
    there = tenancy.context_of(tenancy.resolve("430921"))
    with tenancy.inside("430923"):
        previous = None
        with pytest.raises(KeyError), transaction.atomic():
            previous = tenancy.enter(there)
            raise KeyError("halt")
        assert _who() == _expected("430921")
        tenancy.leave(previous)
        assert _who() == _expected("430923")


def test_a_switch_undone_by_a_rollback_to_a_savepoint_is_made_again(committed):
    there = tenancy.context_of(tenancy.resolve("430921"))
    with tenancy.inside("430923"), transaction.atomic():
        savepoint = transaction.savepoint()
        previous = tenancy.enter(there)
        transaction.savepoint_rollback(savepoint)
        assert _who() == _expected("430921")
        tenancy.leave(previous)
        assert _who() == _expected("430923")


def test_an_interruption_right_after_the_switch_was_sent_is_not_forgotten(committed):
    class Interrupted:
        def execute(self, statement: str) -> None:
            with connection.connection.cursor() as cursor:
                cursor.execute(statement)
            raise KeyboardInterrupt  # a time limit's signal, say

    with tenancy.inside("430923"):
        with pytest.raises(KeyboardInterrupt):
            connection._switch(Interrupted(), tenancy.context_of(tenancy.resolve("430921")))
        assert _who() == _expected("430923")


def _wander(chance: random.Random, expected: str | None, depth: int = 0) -> None:
    """A random walk of entries, errors, rollbacks and reconnects; wherever we ask, we must stand where the context says."""

    def nested(context: Callable[[], object], code: str | None) -> None:
        with context():  # type: ignore[attr-defined]
            _wander(chance, code, depth + 1)

    def fail() -> None:
        with transaction.atomic():
            _wander(chance, expected, depth + 1)
            raise KeyError("halt")

    def enter_nobody() -> None:
        with tenancy.inside(GHOST):
            pytest.fail("entered")

    code = chance.choice(["430900", "430921", "430923", "440100"])
    leaves = [_who, enter_nobody, lambda: connection.cursor().execute("SELECT nope"), connection.close]
    branches = [
        lambda: nested(lambda: tenancy.inside(code), code),
        lambda: nested(tenancy.nowhere, None),
        lambda: nested(transaction.atomic, expected),
        fail,
    ]
    for _ in range(chance.randint(1, 4)):
        try:
            chance.choice(leaves + branches if depth < 4 else leaves)()
            if chance.random() < 0.5:  # asking heals: a connection just closed would be made anew outside the next step
                assert _who() == _expected(expected)
        except (DatabaseError, InterfaceError, EntryFailed, KeyError, transaction.TransactionManagementError):
            pass  # refused is fine; only standing elsewhere is not


@pytest.mark.parametrize("seed", range(4))
def test_no_random_walk_ever_stands_in_another_committee(committed, seed):
    chance = random.Random(seed)
    for _ in range(40):
        _wander(chance, None)
        assert not tenancy.is_inside()
        close_old_connections()


def test_threads_walking_at_once_never_meet(committed):
    start, trouble = threading.Barrier(4), []

    def walk(seed: int) -> None:
        start.wait()
        try:
            for _ in range(15):
                _wander(random.Random(seed), None)
                close_old_connections()
        except BaseException as error:
            trouble.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=walk, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
