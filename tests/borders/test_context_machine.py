"""C1, C2, C8: Hypothesis drives entries, errors, rollbacks, dead connections and callbacks in any order.

Wherever a cursor is handed out, role, schema and the row found are those of the context, or the answer is a refusal.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass

import psycopg2
import pytest
from django.db import DatabaseError, InterfaceError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from core import tenancy
from core.tenancy import CommitteeNotActive, EntryFailed, UnknownCommittee
from registry import queries
from tenants.members.models import Sector
from tests.environment import ADMIN_URL, DATABASE

CODES = ("430000", "430900", "430921", "430923", "440100")
REFUSED = (DatabaseError, InterfaceError, TransactionManagementError, EntryFailed)
GHOST = tenancy.Committee("nobody", "无此会", "nobody", "county", None, "active", 1)
SUSPENDED = tenancy.Committee("430921", "政协南县委员会", "nanxian", "county", "430900", "suspended", 1)


class Halt(Exception):
    """What leaves a block by an exception."""


@dataclass
class Level:
    """A block that was entered: `code` for a change of place, None of it for a transaction."""

    block: AbstractContextManager[object]
    is_transaction: bool
    place: str | None  # where one stands within


def _of(place: str | None) -> tuple[str, str]:
    if place == "operator":
        return f"{DATABASE}_operator", "public"
    return (f"{DATABASE}_app", "public") if place is None else (tenancy.role_of(place), tenancy.schema_of(place))


def _canaries(code: str) -> list[str]:
    return [f"金丝雀{code}-{number}" for number in range(3)]


def _read() -> list[str]:
    return list(Sector.objects.filter(name__startswith="金丝雀").order_by("name").values_list("name", flat=True))


def _who() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        return cursor.fetchone()


def _new_connection() -> None:
    """Whatever the last example did to it."""
    connection.close()
    del connections["default"]


class Wanderer(RuleBasedStateMachine):
    """`levels` is the stack of `with` blocks. A refusal is due after an error in the open transaction (`broken`) and on
    a connection whose server process was ended (`killed`); to stand elsewhere never is.
    """

    admin: psycopg2.extensions.connection

    def __init__(self) -> None:
        super().__init__()
        _new_connection()
        self.levels: list[Level] = []
        self.broken = False
        self.killed: object = None

    @property
    def place(self) -> str | None:
        return self.levels[-1].place if self.levels else None

    @property
    def in_transaction(self) -> bool:
        return any(level.is_transaction for level in self.levels)

    @property
    def may_refuse(self) -> bool:
        return self.broken or (self.killed is not None and self.killed is connection.connection)

    @contextmanager
    def _refused_only_if_due(self) -> Iterator[None]:
        due = self.may_refuse
        try:
            yield
        except REFUSED as refusal:
            if not due:
                raise AssertionError("refused for no reason") from refusal
            self.broken = self.in_transaction
            if not self.in_transaction:  # as between two requests
                connection.close_if_unusable_or_obsolete()

    def _enter(self, block: AbstractContextManager[object], place: str | None, *, is_transaction: bool = False) -> None:
        with self._refused_only_if_due():
            block.__enter__()
            self.levels.append(Level(block, is_transaction, place))

    def _exit(self, error: BaseException | None = None) -> None:
        level = self.levels.pop()
        with self._refused_only_if_due():
            if level.is_transaction:  # an inner block left by an exception may leave the outer one to be rolled back
                self.broken = self.in_transaction and (self.broken or error is not None)
            level.block.__exit__(type(error) if error else None, error, None)

    # --- where one stands ---

    @rule(code=st.sampled_from(CODES))
    def enter(self, code: str) -> None:
        self._enter(tenancy.inside(code), code)

    @rule()
    def enter_nowhere(self) -> None:
        self._enter(tenancy.nowhere(), None)

    @rule()
    def enter_as_operator(self) -> None:
        self._enter(tenancy.as_operator(), "operator")

    @rule()
    def enter_what_does_not_exist(self) -> None:
        """A role that is gone: refused; within a transaction the connection is lost with it."""
        with pytest.raises(REFUSED), tenancy.inside(GHOST):
            pytest.fail("entered")
        self.broken = self.broken or self.in_transaction

    @rule()
    def enter_what_is_suspended_or_unknown(self) -> None:
        with pytest.raises(CommitteeNotActive), tenancy.inside(SUSPENDED):
            pytest.fail("entered")
        with pytest.raises((UnknownCommittee, *REFUSED)), tenancy.inside("999999"):
            pytest.fail("entered")

    @precondition(lambda self: self.levels)
    @rule()
    def leave(self) -> None:
        self._exit()

    @precondition(lambda self: self.levels)
    @rule()
    def leave_by_an_exception(self) -> None:
        with suppress(Halt):
            self._exit(Halt())

    # --- transactions ---

    @rule(savepoint=st.booleans())
    def begin(self, savepoint: bool) -> None:
        self._enter(transaction.atomic(savepoint=savepoint), self.place, is_transaction=True)

    @precondition(lambda self: self.in_transaction)
    @rule(code=st.sampled_from(CODES))
    def roll_back_to_a_savepoint_made_elsewhere(self, code: str) -> None:
        with self._refused_only_if_due():
            mark = transaction.savepoint()
            with tenancy.inside(code):
                _who()
                transaction.savepoint_rollback(mark)
                self._look(code)

    @rule()
    def make_an_error(self) -> None:
        with suppress(*REFUSED), connection.cursor() as cursor:
            cursor.execute("SELECT nothing_of_that_name")
        self.broken = self.broken or self.in_transaction

    @rule()
    def register_a_callback(self) -> None:
        place = self.place

        with suppress(*REFUSED):
            transaction.on_commit(lambda: self._look(place))

    # --- the connection ---

    @rule()
    def close(self) -> None:
        connection.close()
        self.broken = self.broken or self.in_transaction

    @rule()
    def reconnect(self) -> None:
        """As at the start of a request; Django drops a connection it finds in a transaction."""
        self.broken = self.broken or self.in_transaction
        with suppress(*REFUSED):
            connection.close_if_unusable_or_obsolete()
            connection.ensure_connection()

    @rule()
    def kill_the_server_process(self) -> None:
        if connection.connection is None or connection.connection.closed:
            return
        with self.admin.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        self.killed = connection.connection

    # --- looking ---

    def _look(self, place: str | None) -> None:
        with self._refused_only_if_due():
            assert _who() == _of(place)
            if place in CODES:
                assert _read() == _canaries(place)

    @rule()
    def ask(self) -> None:
        self._look(self.place)

    @precondition(lambda self: self.place in CODES)
    @rule()
    def read_in_pieces(self) -> None:
        """A server-side cursor read across another committee's block (C4)."""
        with self._refused_only_if_due():
            found = []
            for row in Sector.objects.filter(name__startswith="金丝雀").order_by("name").iterator(chunk_size=1):
                found.append(row.name)
                with tenancy.inside("430000"):
                    _who()
            assert found == _canaries(str(self.place))

    @invariant()
    def the_context_is_what_was_entered(self) -> None:
        wanted = tenancy.wanted()
        assert (wanted.role or f"{DATABASE}_app", wanted.path[0]) == _of(self.place)

    @invariant()
    def a_sound_connection_outside_transactions_stands_where_it_believes(self) -> None:
        """Not only the next cursor: what the connection thinks is what the server would say."""
        raw = connection.connection
        if raw is None or raw.closed or self.may_refuse or self.in_transaction or connection._standing is None:
            return
        with raw.cursor() as cursor:
            cursor.execute("SELECT current_user, current_schema()")
            believed = connection._standing
            assert cursor.fetchone() == (believed.role or f"{DATABASE}_app", believed.path[0])

    def teardown(self) -> None:
        while self.levels:
            with suppress(Halt):
                self._exit(Halt())
        assert not tenancy.is_inside()
        self._look(None)


@pytest.fixture
def canaries(committed) -> Iterator[None]:
    """Three rows in each committee, and an administrator who can end server processes."""
    for code in CODES:
        with tenancy.inside(code):
            Sector.objects.bulk_create([Sector(name=name) for name in _canaries(code)])
    Wanderer.admin = psycopg2.connect(ADMIN_URL)
    Wanderer.admin.autocommit = True
    yield
    Wanderer.admin.close()
    connection.close()
    for code in CODES:
        with tenancy.inside(code):
            Sector.objects.filter(name__startswith="金丝雀").delete()


@pytest.mark.parametrize(("committees_per_connection", "walks"), [(100, 30), (2, 15)])
def test_whatever_the_order_of_events_one_stands_where_the_context_says_or_is_refused(
    canaries, monkeypatch, committees_per_connection, walks
):
    monkeypatch.setattr(queries, "FRESH_SECONDS", -1.0)  # the same steps must do the same, however long they take
    monkeypatch.setitem(connection.settings_dict, "LX_COMMITTEES_PER_CONNECTION", committees_per_connection)
    how = settings(
        max_examples=walks,
        stateful_step_count=40,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Wanderer, settings=how)


THREADS = 4


@pytest.mark.parametrize("seed", range(3))
def test_threads_that_enter_and_leave_at_the_same_moment_never_stand_in_each_others_committee(canaries, seed):
    """C2: in every round all threads move at once, meet, and look at once."""
    meet, trouble = threading.Barrier(THREADS, timeout=60), []

    def walk(number: int) -> None:
        chance, levels = random.Random(f"{seed}/{number}"), [None]
        stack: list[AbstractContextManager[object]] = []
        try:
            for _ in range(60):
                meet.wait()
                if stack and chance.random() < 0.4:
                    stack.pop().__exit__(None, None, None)
                    levels.pop()
                else:
                    code = chance.choice(CODES)
                    stack.append(tenancy.inside(code))
                    stack[-1].__enter__()
                    levels.append(code)
                meet.wait()
                assert _who() == _of(levels[-1])
                assert levels[-1] is None or _read() == _canaries(levels[-1])
        except BaseException as error:
            trouble.append(error)
            meet.abort()
        finally:
            while stack:
                stack.pop().__exit__(None, None, None)
            connection.close()

    threads = [threading.Thread(target=walk, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
