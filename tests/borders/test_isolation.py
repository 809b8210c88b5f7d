"""No read or write crosses committees, and it is PostgreSQL that says so."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from core import tenancy
from core.audit import SYSTEM
from core.tenancy import UnknownCommittee
from registry import queries
from tenants.members.models import Member, Sector

pytestmark = pytest.mark.django_db


def _who() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        return cursor.fetchone()


def _denied(statement: str) -> str:
    with pytest.raises(ProgrammingError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(caught.value)


def _plant_canary(place, name: str) -> None:
    with place.inside():
        sector = Sector.objects.create(name=f"{name}界")
        Member.objects.create(
            name=name, name_pinyin=name, number="1", sector=sector, joined_on=dt.date(2021, 1, 1), is_invented=True
        )


def test_inside_a_committee_the_connection_holds_its_role_and_schema_and_outside_neither(place):
    with place("anhua").inside() as committee:
        assert _who() == (committee.role, "c_430923")
    user, schema = _who()
    assert user.endswith("_app")
    assert schema == "public"


@pytest.mark.parametrize("verb", ["SELECT * FROM", "DELETE FROM", "TRUNCATE", "LOCK TABLE"])
def test_another_committees_schema_is_denied_by_postgresql(place, verb):
    _plant_canary(place("yiyang"), "益阳人甲")
    with place("anhua").inside():
        assert "permission denied for schema c_430900" in _denied(f"{verb} c_430900.members_member")


def test_the_parent_has_no_more_right_than_a_stranger(place):
    with place("yiyang").inside():
        assert "permission denied" in _denied("SELECT * FROM c_430923.members_member")


@pytest.mark.parametrize(
    "table", ["accounts_user", "core_auditevent", "accounts_session", "django_migrations", "registry_schemascript"]
)
def test_public_tables_that_also_exist_inside_are_closed_to_committees(place, table):
    with place("anhua").inside():
        assert "permission denied" in _denied(f"SELECT * FROM public.{table}")


@pytest.mark.parametrize("table", ["members_member", "registry_schemascript", "dispatch_job", "exchange_delivery"])
def test_the_bare_login_reads_nothing_but_the_routing_table(place, table):
    where = "c_430923.members_member" if table == "members_member" else f"public.{table}"
    assert "permission denied" in _denied(f"SELECT * FROM {where}")


def test_the_operator_reads_no_committees_content(place):
    with tenancy.as_operator():
        assert "permission denied" in _denied("SELECT * FROM c_430923.members_member")
        assert "permission denied" in _denied("SELECT * FROM public.exchange_delivery")


@pytest.mark.parametrize("column", ["parent_id", "code", "slug", "schema_name"])
def test_the_operator_cannot_rewrite_the_tree(db, column):
    with tenancy.as_operator():
        assert "permission denied" in _denied(f"UPDATE registry_committee SET {column} = {column}")
        assert "permission denied" in _denied("DELETE FROM registry_committee")


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE members_member",
        "CREATE TABLE own_table (a int)",
        "ALTER TABLE members_member ADD COLUMN a int",
        "CREATE TABLE public.own_table (a int)",
        "CREATE TEMP TABLE members_member (a int)",  # pg_temp comes first on every search path
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "UPDATE core_auditevent SET why = 'x'",
        "DELETE FROM core_auditevent",
        "SELECT set_config('role', 'none', false)",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY members_member TO PROGRAM 'cat'",
    ],
)
def test_a_committees_role_cannot_do_more_than_its_rows(place, statement):
    with place("anhua").inside():
        _denied(statement)


def test_look_alike_data_stays_where_it_was_planted(place):
    _plant_canary(place("anhua"), "安化人甲")
    _plant_canary(place("nanxian"), "南县人乙")
    with place("anhua").inside():
        assert list(Member.objects.values_list("name", flat=True)) == ["安化人甲"]
    with place("nanxian").inside():
        assert list(Member.objects.values_list("name", flat=True)) == ["南县人乙"]


def test_an_unknown_committee_is_refused_and_nothing_is_entered(place):
    with pytest.raises(UnknownCommittee), tenancy.inside("999999"):
        pytest.fail("entered")
    assert not tenancy.is_inside()


@pytest.mark.parametrize("code", ["c_430923; DROP", "../x", "public", "430923'", "", "A" * 41])
def test_a_strange_code_never_becomes_a_schema(place, code):
    if code == "public":
        assert tenancy.schema_of(code) == "c_public"  # cannot spell the shared schema
        return
    with pytest.raises(ValueError, match="not a committee code"):
        tenancy.schema_of(code)


def test_a_role_name_postgresql_would_cut_off_is_refused(settings):
    settings.DATABASE_NAME = "a_database_with_a_long_name"
    with pytest.raises(ValueError, match="longer than PostgreSQL keeps"):
        tenancy.role_of("1" * 40)


def test_feature_code_outside_a_committee_is_an_error_never_public(db):
    with pytest.raises(tenancy.OutsideCommittee):
        tenancy.current()
    with pytest.raises(ProgrammingError), transaction.atomic():
        Member.objects.count()


def test_a_nested_entry_returns_to_where_it_was_also_after_an_error(place):
    with place("anhua").inside():
        with pytest.raises(RuntimeError, match="halt"), place("nanxian").inside():
            assert _who()[1] == "c_430921"
            raise RuntimeError("halt")
        assert _who()[1] == "c_430923"


def test_a_rolled_back_switch_is_made_again(place):
    with place("anhua").inside():
        with pytest.raises(RuntimeError, match="halt"), transaction.atomic():
            with place("nanxian").inside():
                assert _who()[1] == "c_430921"
            raise RuntimeError("halt")
        assert _who()[1] == "c_430923"


def test_a_database_error_inside_a_nested_entry_leaves_nobody_standing(place):
    with place("anhua").inside():
        with pytest.raises(DatabaseError), transaction.atomic(), place("nanxian").inside():
            connection.cursor().execute("SELECT nothing_of_that_name")
        assert _who()[1] == "c_430923"


def test_with_committee_and_set_schema_are_closed(place):
    from registry.models import Committee

    row = Committee.objects.get(code="430923")
    with pytest.raises(TypeError, match="leaks across threads"), row:
        pytest.fail("entered")
    with pytest.raises(TypeError, match="core.tenancy.inside"):
        row.activate()
    with pytest.raises(TypeError, match="core.tenancy.inside"):
        connection.set_schema("c_430923")


def test_no_table_name_exists_on_both_sides_but_the_four_named_kinds(db):
    from django.apps import apps
    from django.conf import settings

    both = set(settings.SHARED_APPS) & set(settings.TENANT_APPS)
    assert both == {"core", "accounts"}
    assert {m._meta.app_label for m in apps.get_models()} >= {"members", "exchange"}


def test_no_foreign_key_crosses_from_a_committee_to_public_and_all_point_downward(db):
    from django.apps import apps
    from django.conf import settings

    order = [name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS]
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.app_label
        if label not in order:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None) and field.concrete and field.related_model
            if target:
                assert target._meta.app_label in order, f"{model} points out of its schema at {target}"
                assert order.index(target._meta.app_label) <= order.index(label), f"{model} points upward at {target}"


def test_the_registry_remembers_a_route_for_a_second_only():
    assert queries.FRESH_SECONDS <= 1


def test_system_acts_without_an_account():
    assert SYSTEM.actor_id is None
