"""The same borders on connections outside any transaction, as in production."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, connections

from core import tenancy
from core.db.postgres.base import DatabaseWrapper
from core.tenancy import CommitteeNotActive, Context, EntryFailed
from registry import provisioning
from registry.models import State
from tenants.members.models import Member, Sector


def _who() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        return cursor.fetchone()


def test_a_dropped_role_entered_right_after_another_leaves_nobodys_data_in_reach(committed):
    ghost = tenancy.Committee("nobody", "无此会", "nobody", "county", None, "active", 1)
    with tenancy.inside("430923"):
        assert _who()[1] == "c_430923"
    with pytest.raises(EntryFailed), tenancy.inside(ghost):
        pytest.fail("entered")
    assert connection.connection is None  # closed, not left standing
    with pytest.raises(ProgrammingError):
        Member.objects.count()


def test_entering_a_dropped_role_from_within_another_closes_the_connection(committed):
    ghost = tenancy.Committee("nobody", "无此会", "nobody", "county", None, "active", 1)
    with tenancy.inside("430923"):
        with pytest.raises(EntryFailed), tenancy.inside(ghost):
            pytest.fail("entered")
        assert _who()[1] == "c_430923"  # a new connection, standing where the context says


def test_on_the_way_out_the_connection_itself_goes_back_not_only_its_next_cursor(committed):
    with tenancy.inside("430923"):
        _who()
    with connection.connection.cursor() as raw:
        raw.execute("SELECT current_user, current_schema()")
        user, schema = raw.fetchone()
    assert (user.endswith("_app"), schema) == (True, "public")


def test_role_and_path_change_in_one_round_trip(committed, monkeypatch):
    seen: list[str] = []
    switch = DatabaseWrapper._switch

    def spy(self, cursor, context):
        seen.append(str(context.role))
        return switch(self, cursor, context)

    monkeypatch.setattr(DatabaseWrapper, "_switch", spy)
    with tenancy.inside("430923"):
        Member.objects.count()
        Sector.objects.count()
        Member.objects.first()
    assert len(seen) <= 3  # maybe one to stand nowhere, one in, one out; never one per query


def test_a_suspended_committee_is_refused_and_comes_back(committed):
    provisioning.set_state(code="430921", state=State.SUSPENDED)
    try:
        with pytest.raises(CommitteeNotActive), tenancy.inside("430921"):
            pytest.fail("entered")
    finally:
        provisioning.set_state(code="430921", state=State.ACTIVE)
    with tenancy.inside("430921"):
        assert _who()[1] == "c_430921"


def test_the_makers_way_in_is_closed_once_a_committee_is_open(committed):
    with pytest.raises(CommitteeNotActive), tenancy.inside_while_making(tenancy.resolve("430923")):
        pytest.fail("entered")


def test_each_tenant_table_renamed_in_turn_gives_an_error_never_a_row_of_public(committed):
    from django.apps import apps
    from django.conf import settings

    labels = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS}
    models = [model for model in apps.get_models() if model._meta.app_label in labels]
    assert len(models) > 15
    owner = connections["owner"]
    for model in models:
        table = model._meta.db_table
        with owner.cursor() as cursor:
            cursor.execute(f'ALTER TABLE c_430921."{table}" RENAME TO "{table}_away"')
        try:
            with tenancy.inside("430921"), pytest.raises(ProgrammingError):
                list(model.objects.all()[:1])
        finally:
            with owner.cursor() as cursor:
                cursor.execute(f'ALTER TABLE c_430921."{table}_away" RENAME TO "{table}"')


def test_a_forged_context_for_a_schema_that_is_not_ours_is_refused(committed):
    for path in ("information_schema", "pg_catalog", 'c_x"; RESET ROLE', "c_../x"):
        with pytest.raises(EntryFailed):
            connection.stand(Context(role=None, path=(path,)))
