"""The monthly statement: sums of the ledger at ¥0.00, for those who keep the budget file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction

from billing_free import actions, queries
from billing_free.models import Meter
from billing_free.quotas import What
from core import tenancy
from core.audit import SYSTEM
from core.errors import NotFound
from dispatch.actions import enqueue
from dispatch.models import Job
from tenants.reports.actions import CLOSE_PERIOD
from tests.billing_free.test_quotas import Person

pytestmark = pytest.mark.django_db
TODAY = dt.date(2022, 11, 30)
ANHUA = "430923"


def _row(what: What, month: str, amount: int) -> None:
    Meter(committee=ANHUA, what=what, amount=amount, month=month).save(force_insert=True)


def _line(statement: queries.Statement, what: What) -> tuple[int, int, int, int]:
    line = next(one for one in statement.lines if one.what == what)
    return line.before, line.added, line.removed, line.stands


def test_a_month_is_what_stood_before_came_and_went(anhua):
    for month, amount in (("2022-09", 100), ("2022-10", 30), ("2022-10", -20), ("2022-11", 5)):
        _row(What.STORAGE, month, amount)
    october = queries.statement(ANHUA, "2022-10", today=TODAY)
    assert _line(october, What.STORAGE) == (100, 30, 20, 110)
    assert _line(queries.statement(ANHUA, "2022-11", today=TODAY), What.STORAGE) == (110, 5, 0, 115)


def test_the_running_month_stands_where_claims_do_also_after_balancing(anhua):
    _row(What.RECORDS, "2022-08", 40)
    _row(What.RECORDS, "2022-11", 2)
    with tenancy.as_operator():
        actions.balance_month("2022-09")
    stands = {line.what: line.stands for line in queries.statement(ANHUA, "2022-11", today=TODAY).lines}
    assert stands == {line.what: line.used for line in queries.use(ANHUA, "county", TODAY)}
    assert stands[What.RECORDS] == 42


def test_jobs_begin_at_nothing_each_month(anhua):
    with transaction.atomic():
        enqueue(CLOSE_PERIOD, by=Person(), period="2022-10")
    assert _line(queries.statement(ANHUA, "2022-11", today=TODAY), What.JOBS) == (0, 1, 0, 1)
    assert _line(queries.statement(ANHUA, "2022-10", today=TODAY), What.JOBS) == (0, 0, 0, 0)


def test_jobs_of_a_balanced_month_outlive_their_rows(anhua):
    with transaction.atomic():
        row = enqueue(CLOSE_PERIOD, by=Person(), period="2022-10")
    with tenancy.as_operator():
        Job.objects.filter(pk=row.pk).update(created_at=dt.datetime(2022, 9, 15, tzinfo=dt.UTC))
        actions.balance_month("2022-09")
        Job.objects.filter(pk=row.pk).delete()
    assert _line(queries.statement(ANHUA, "2022-09", today=TODAY), What.JOBS) == (0, 1, 0, 1)


def test_everything_costs_nothing(anhua):
    _row(What.RECORDS, "2022-11", 5000)
    statement = queries.statement(ANHUA, "2022-11", today=TODAY)
    assert [str(line.cost) for line in statement.lines] == ["0.00"] * len(What)
    assert statement.total == Decimal("0.00")


def test_there_is_a_statement_for_every_month_since_the_first_use(anhua):
    _row(What.RECORDS, "2021-12", 1)
    found = queries.months(ANHUA, today=dt.date(2022, 2, 1))
    assert found == ["2022-02", "2022-01", "2021-12"]


@pytest.mark.parametrize("month", ["2022-13", "2022-1", "x", "2022-12", "../"])
def test_what_is_no_month_or_has_not_begun_is_not_found(anhua, month):
    with pytest.raises(NotFound):
        queries.statement(ANHUA, month, today=TODAY)


@pytest.mark.parametrize("role", ["office", "leader"])
def test_the_office_and_the_leader_read_and_print_it(anhua, account, browser_of, role):
    _row(What.RECORDS, "2022-11", 1234)
    page = browser_of(anhua, account(role)).get("/statement/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "1,234 条" in text
    assert "¥0.00" in text
    assert "data-print" in text


def test_a_member_does_not_and_a_strange_month_is_404(anhua, account, browser_of):
    assert browser_of(anhua, account("member")).get("/statement/").status_code == 403
    assert browser_of(anhua, account("office")).get("/statement/?month=2023-01").status_code == 404


def test_a_refusal_at_the_limit_is_shown_on_the_form(anhua, account, browser_of):
    from tenants.members.actions import add_sector

    sector = add_sector(name="教育界", by=SYSTEM)
    with tenancy.as_operator():
        actions.set_quota(code=ANHUA, what=What.MEMBERS, amount=0, why="试点", by=SYSTEM)
    page = browser_of(anhua, account("office")).post(
        "/members/new/",
        {"name": "张丽华", "number": "A1", "sector": str(sector.pk), "joined_on": "2021-11-01", "posts": "member"},
    )
    assert page.status_code == 422
    assert "已到本会的限额" in page.content.decode()
