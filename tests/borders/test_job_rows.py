"""Raw SQL as a committee's role on the job tables: PostgreSQL's word, not the code's."""

from __future__ import annotations

import uuid

import pytest
from django.db import ProgrammingError, connection, transaction

from core import tenancy
from dispatch.models import Job

pytestmark = pytest.mark.django_db


def _run(statement: str, params: list | None = None) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def _insert(**changes: object) -> int:
    """A row as `enqueue` writes it, without RETURNING: reading back would be refused by another policy first."""
    job = Job(**({"committee": "430923", "epoch": 1, "task": "test.note"} | changes))
    fields = [field for field in Job._meta.concrete_fields if field.attname in changes or not field.has_db_default()]
    names = [field.column for field in fields]
    values = [field.get_db_prep_save(field.pre_save(job, True), connection) for field in fields]
    return _run(f"INSERT INTO dispatch_job ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})", values)


def test_a_committee_inserts_a_fresh_job_of_its_own(place):
    with place("anhua").inside():
        assert _insert() == 1


@pytest.mark.parametrize(
    "changed", [{"committee": "430900"}, {"committee": ""}, {"state": "sent"}, {"state": "done"}, {"attempts": 1}]
)
def test_a_job_in_anothers_name_or_already_under_way_is_refused(place, changed):
    with place("anhua").inside(), pytest.raises(ProgrammingError, match="row-level security"):
        _insert(**changed)


@pytest.mark.parametrize("as_whom", ["430921", "430923"])
def test_a_committee_cannot_ask_that_anothers_job_stop(place, as_whom):
    with place("nanxian").inside():
        job = uuid.uuid4()  # named, for another test's committed rows may stand beside it
        _insert(id=job, committee="430921")
    ask = "INSERT INTO dispatch_cancellation (id, created_at, job_id, committee) VALUES (%s, now(), %s, %s)"
    with place("anhua").inside(), pytest.raises(ProgrammingError, match="row-level security"):
        _run(ask, [uuid.uuid4(), job, as_whom])


@pytest.mark.parametrize("statement", ["UPDATE dispatch_job SET ids = '{}'", "DELETE FROM dispatch_job"])
def test_a_committee_cannot_change_or_remove_jobs(place, statement):
    with place("anhua").inside(), pytest.raises(ProgrammingError, match="permission denied"):
        _run(statement)


def test_the_group_and_the_login_see_no_job(place):
    with place("anhua").inside():
        _insert()
    with pytest.raises(ProgrammingError, match="permission denied"), tenancy.nowhere():
        _run("SELECT 1 FROM dispatch_job")
