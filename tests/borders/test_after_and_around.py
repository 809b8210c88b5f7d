"""C5, C6, C8: what runs after a commit, after a response, in a command, in a migration, and after a connection was cut."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.core.signals import request_finished
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations import Migration, RunPython
from django.db.migrations.state import ProjectState
from django.test import Client

from core import tenancy
from tests.environment import DATABASE

ROOT = Path(__file__).resolve().parent.parent.parent


def _who() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        return cursor.fetchone()


def _raw() -> tuple[str, str]:
    """Where the connection itself stands, asked behind the back of the code that switches it."""
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        return cursor.fetchone()


def _of(code: str) -> tuple[str, str]:
    return tenancy.role_of(code), tenancy.schema_of(code)


NOBODY = (f"{DATABASE}_app", "public")


# --- C8: after a commit ---


def test_c8_a_callback_runs_where_it_was_registered_however_the_transaction_ends(committed):
    seen: list[tuple] = []

    def note() -> None:
        seen.append((tenancy.current().code if tenancy.is_inside() else None, _who()))

    with transaction.atomic():
        with tenancy.inside("430923"):
            transaction.on_commit(note)
            with tenancy.inside("430921"):
                transaction.on_commit(note)
        transaction.on_commit(note)
        with tenancy.inside("430900"), transaction.atomic():
            transaction.on_commit(note, robust=True)
    assert seen == [("430923", _of("430923")), ("430921", _of("430921")), (None, NOBODY), ("430900", _of("430900"))]
    assert _who() == NOBODY


def test_c8_a_transaction_inside_another_committees_block_changes_nothing_for_its_callbacks(committed):
    seen: list[str] = []
    with tenancy.inside("430923"), transaction.atomic(), tenancy.inside("430921"):
        transaction.on_commit(lambda: seen.append(tenancy.current().code))
    assert seen == ["430921"]


def test_c8_a_callback_that_fails_leaves_nobody_standing_and_the_next_one_in_its_place(committed):
    seen: list[str] = []

    def fail() -> None:
        raise KeyError("halt")

    with transaction.atomic():
        with tenancy.inside("430923"):
            transaction.on_commit(fail, robust=True)
        with tenancy.inside("430921"):
            transaction.on_commit(lambda: seen.append(tenancy.current().code))
    assert seen == ["430921"]
    with pytest.raises(KeyError), transaction.atomic(), tenancy.inside("430923"):
        transaction.on_commit(fail)
    assert (tenancy.is_inside(), _who(), _raw()) == (False, NOBODY, NOBODY)


def test_c8_a_callback_of_a_committee_whose_role_is_gone_is_refused(committed):
    ghost = tenancy.Committee("nobody", "无此会", "nobody", "county", None, "active", 1)
    ran: list[int] = []
    with pytest.raises(tenancy.EntryFailed), transaction.atomic():
        token = tenancy._context.set(tenancy.context_of(ghost))
        connection.on_commit(lambda: ran.append(1))
        tenancy._context.reset(token)
    assert ran == []
    assert _who() == NOBODY


def test_c8_outside_a_transaction_it_runs_at_once_and_here(committed):
    seen: list[str] = []
    with tenancy.inside("430923"):
        transaction.on_commit(lambda: seen.append(tenancy.current().code))
    assert seen == ["430923"]


# --- C8: signals, commands, migrations ---


def test_c8_no_receiver_of_ours_listens_to_rows():
    """A signal runs in whatever committee saves the row; nothing of ours is hung on one but the files of deleted rows.

    Those are rows of the committee one stands in, and their content goes at its commit (decision 0007).
    """
    files = {ROOT / f"tenants/{app}/apps.py": {"post_delete"} for app in ("liaison", "members")}
    for root in ("platform", "tenants", "billing_free"):
        for path in (ROOT / root).rglob("*.py"):
            heard = {
                alias.name
                for node in ast.walk(ast.parse(path.read_text("utf-8")))
                if isinstance(node, ast.ImportFrom) and node.module == "django.db.models.signals"
                for alias in node.names
            }
            assert heard == files.get(path, set()), path


def test_c8_a_management_command_runs_where_its_caller_stands_and_leaves_nothing_behind(committed):
    seen: list[tuple[str, str]] = []

    class Look(BaseCommand):
        requires_system_checks = ()

        def handle(self, *args: object, **options: object) -> None:
            seen.append(_who())
            with tenancy.inside("430921"):
                seen.append(_who())

    call_command(Look())
    with tenancy.inside("430923"):
        call_command(Look())
        assert _who() == _of("430923")
    assert seen == [NOBODY, _of("430921"), _of("430923"), _of("430921")]
    assert _raw() == NOBODY


def test_c8_a_data_migration_works_on_the_schema_being_migrated_and_no_committee_is_entered(committed):
    from registry.upgrade import in_schema

    seen: list[tuple] = []

    def look(apps, schema_editor) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT current_schema(), (SELECT count(*) FROM members_member)")
            seen.append((*cursor.fetchone(), tenancy.is_inside()))

    migration = Migration("look", "members")
    migration.operations = [RunPython(look)]
    with tenancy.inside("430923"):  # wherever the one who started it stands
        for schema in ("c_430921", "c_430900"):
            with in_schema(schema), connections["owner"].schema_editor() as editor, tenancy.nowhere():
                migration.apply(ProjectState(), editor)
        assert _who() == _of("430923")
    assert [(schema, inside) for schema, _, inside in seen] == [("c_430921", False), ("c_430900", False)]


# --- C6: after a response ---


@pytest.mark.parametrize("path", ["/sign-in/", "/no-such-page/", "/members/", "/healthz"])
def test_c6_after_a_response_the_connection_itself_holds_no_role_and_no_schema(committed, path):
    with tenancy.nowhere():
        _who()
    Client(headers={"host": "anhua.localhost"}).get(path)
    assert (_raw(), tenancy.is_inside()) == (NOBODY, False)


def test_c6_after_a_view_that_raises_too_and_what_listens_to_the_end_of_a_request_stands_nowhere(
    committed, monkeypatch
):
    seen: list[bool] = []

    def listen(**_: object) -> None:
        seen.append(tenancy.is_inside())

    def broken(*_: object, **__: object) -> None:
        _who()
        raise RuntimeError("broken")

    request_finished.connect(listen)
    monkeypatch.setattr("accounts.views.signing.page", broken)
    try:
        client = Client(headers={"host": "anhua.localhost"}, raise_request_exception=False)
        client.get("/sign-in/").close()
    finally:
        request_finished.disconnect(listen)
    assert (_raw(), tenancy.is_inside()) == (NOBODY, False)
    assert not any(seen)


# --- C5: cut off in the middle ---


@pytest.mark.parametrize(
    ("limit", "statement"),
    [("statement_timeout", "SELECT pg_sleep(5)"), ("idle_in_transaction_session_timeout", None)],
)
def test_c5_after_a_timeout_in_the_middle_the_next_committee_stands_right(committed, limit, statement):
    with pytest.raises(DatabaseError), tenancy.inside("430923"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {limit} TO '50ms'")
        if statement is None:
            time.sleep(0.4)
        cursor.execute(statement or "SELECT 1")
    with tenancy.inside("430921"):
        assert _who() == _of("430921")
    assert _who() == NOBODY


def test_c5_an_exception_of_any_kind_in_the_middle_leaves_the_connection_fit_for_the_next(committed):
    for error in (KeyError, KeyboardInterrupt, SystemExit, GeneratorExit):
        with pytest.raises(error), tenancy.inside("430923"), transaction.atomic():
            _who()
            raise error
        assert (_raw(), tenancy.is_inside()) == (NOBODY, False)
        with tenancy.inside("430921"):
            assert _who() == _of("430921")
