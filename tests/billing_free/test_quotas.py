"""Quotas: claimed in the action's transaction, refused with a sentence, kept as a ledger nobody rewrites."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from billing_free import actions, queries
from billing_free.actions import NoReason, OverQuota
from billing_free.models import Balance, Meter, Quota
from billing_free.quotas import LIMITS, What, default_limit, spoken
from core import tenancy
from core.audit import SYSTEM
from core.models import AuditEvent
from dispatch.actions import enqueue
from dispatch.models import Job
from registry.models import Level
from tenants.activities.actions import register_activity
from tenants.liaison.actions import register_contact
from tenants.members.actions import add_member, add_sector, keep_draft
from tenants.members.models import Member
from tenants.policy.models import PolicyDocument
from tenants.reports.actions import CLOSE_PERIOD
from tenants.voices.actions import register_output
from tests.policy_engine.shipped import shipped

pytestmark = pytest.mark.django_db
TODAY = dt.date(2022, 11, 30)
ANHUA = "430923"


class Person:
    """Somebody with an account, as far as jobs care."""

    actor_id = uuid4()
    actor_name = "办公室"


def limit(what: What, amount: int | None, code: str = ANHUA) -> None:
    with tenancy.as_operator():
        actions.set_quota(code=code, what=what, amount=amount, why="试点", by=SYSTEM)


def used(what: What) -> int:
    return queries.use_of_one(ANHUA, "county", what).used


def member(number: str = "A1", name: str = "张丽华") -> Member:
    sector = add_sector(name=f"教育界{number}", by=SYSTEM)
    return add_member(name=name, number=number, sector=sector, joined_on=dt.date(2021, 11, 1), by=SYSTEM)


def contact(of: Member, **more):
    values = {"member": of.pk, "kind": "visit", "held_on": TODAY, "summary": "看望", "today": TODAY, "by": SYSTEM}
    return register_contact(**(values | more))


def activity():
    return register_activity(
        title="调研", kind="research", organiser_type="committee", held_on=TODAY, today=TODAY, by=SYSTEM
    )


def output(of: Member):
    return register_output(
        type="proposal", title="提案", submitted_on=TODAY, authorship="individual", lead=of.pk, today=TODAY, by=SYSTEM
    )


def test_every_level_has_a_limit_for_everything():
    assert set(LIMITS) == set(Level.values)
    assert all(default_limit(level, what) > 0 for level in Level.values for what in What)


def test_amounts_are_spoken_with_their_unit():
    assert spoken(What.MEMBERS, 1200) == "1,200 名"
    assert [spoken(What.STORAGE, n) for n in (10, 2048, 5 * 1024**2, 3 * 1024**3)] == [
        "10 字节",
        "2 KB",
        "5 MB",
        "3 GB",
    ]


def test_a_claim_is_counted_and_a_release_gives_back(anhua):
    with transaction.atomic():
        actions.claim(what=What.STORAGE, amount=500, by=SYSTEM)
        actions.claim(what=What.STORAGE, amount=0, by=SYSTEM)
        actions.release(what=What.STORAGE, amount=200, by=SYSTEM)
    assert used(What.STORAGE) == 300
    assert list(Meter.objects.filter(what=What.STORAGE).order_by("id").values_list("amount", flat=True)) == [500, -200]


@pytest.mark.parametrize("move", [actions.claim, actions.release])
def test_amounts_are_never_negative_and_never_outside_a_transaction(anhua, move):
    with pytest.raises(ValueError, match="with"):
        move(what=What.MEMBERS, amount=-1, by=SYSTEM)
    connection.in_atomic_block, kept = False, connection.in_atomic_block
    try:
        with pytest.raises(RuntimeError, match="inside transaction"):
            move(what=What.MEMBERS, amount=1, by=SYSTEM)
    finally:
        connection.in_atomic_block = kept


def test_the_limit_itself_is_allowed_and_one_more_is_not(anhua):
    limit(What.MEMBERS, 2)
    member("A1")
    member("A2", "李明")
    with pytest.raises(OverQuota) as refused:
        member("A3", "王芳")
    said = refused.value.message
    assert "最多 2 名" in said
    assert "已用 2 名" in said
    assert "还要 1 名" in said
    assert "联系平台运维" in said
    assert (refused.value.code, refused.value.status) == ("over_quota", 409)


def test_a_refused_action_leaves_neither_its_row_nor_a_trail_nor_a_claim(anhua):
    limit(What.MEMBERS, 0)
    trail = AuditEvent.objects.filter(action="members.add_member").count()
    with pytest.raises(OverQuota):
        member()
    assert Member.objects.count() == 0
    assert AuditEvent.objects.filter(action="members.add_member").count() == trail
    assert used(What.MEMBERS) == 0


def test_every_kind_of_record_is_one_record_and_refused_at_the_limit(anhua):
    someone = member()
    before = used(What.RECORDS)
    contact(someone)
    activity()
    output(someone)
    assert used(What.RECORDS) == before + 3
    limit(What.RECORDS, before + 3)
    for act in (lambda: contact(someone), activity, lambda: output(member("A2", "李明"))):
        with pytest.raises(OverQuota, match="履职记录"), transaction.atomic():
            act()


def test_a_form_pressed_twice_claims_once(anhua):
    someone, id = member(), uuid4()
    before = used(What.RECORDS)
    assert contact(someone, id=id) == contact(someone, id=id)
    assert used(What.RECORDS) == before + 1


def test_claiming_adds_one_statement_to_an_action(anhua):
    someone = member()
    contact(someone)
    with CaptureQueriesContext(connection) as asked:
        contact(someone)
    assert len([one for one in asked.captured_queries if "billing_free" in one["sql"]]) == 1


def test_an_adopted_document_is_claimed_when_the_committee_is_made(anhua):
    assert used(What.DOCUMENTS) == PolicyDocument.objects.count() > 0


def test_a_document_beyond_the_limit_is_refused(anhua):
    from tenants.policy.actions import adopt_template

    limit(What.DOCUMENTS, 1)
    with pytest.raises(OverQuota, match="办法文件"):
        adopt_template(template=shipped("guangzhou-2020"), by=SYSTEM)


def test_an_upload_is_claimed_while_it_is_kept_and_given_back_when_imported(anhua, account):
    from tenants.members.actions import import_roster, preview
    from tests.tenants.members.test_importing import book, line

    office = account("office")
    content = book(line())
    for _ in range(2):  # a second upload takes the place of the first
        draft = keep_draft(content=content, file_name="a.xlsx", effective_on=TODAY, makes_groups=True, by=office)
        assert used(What.STORAGE) == len(content)
    _, plan = preview(draft_id=draft.pk, by=office)
    limit(What.MEMBERS, 0)
    with pytest.raises(OverQuota, match="委员名册"):
        import_roster(draft_id=draft.pk, digest=plan.digest, by=office)
    assert Member.objects.count() == 0
    limit(What.MEMBERS, None)
    import_roster(draft_id=draft.pk, digest=plan.digest, by=office)
    assert (used(What.STORAGE), used(What.MEMBERS)) == (0, 1)


def test_an_upload_beyond_the_limit_is_not_kept(anhua, account):
    from tests.tenants.members.test_importing import book, line

    limit(What.STORAGE, 100)
    with pytest.raises(OverQuota, match="上传文件"):
        keep_draft(
            content=book(line()), file_name="a.xlsx", effective_on=TODAY, makes_groups=True, by=account("office")
        )
    assert used(What.STORAGE) == 0


def test_jobs_are_counted_from_their_own_rows_and_refused_at_the_months_limit(anhua):
    limit(What.JOBS, 1)
    with transaction.atomic():
        enqueue(CLOSE_PERIOD, by=Person(), period="2022-10")
        assert used(What.JOBS) == 1
        with pytest.raises(OverQuota, match="每月限额"):
            enqueue(CLOSE_PERIOD, by=Person(), period="2022-10")
        enqueue(CLOSE_PERIOD, by=SYSTEM, period="2022-10")  # the timetable's: a month must close
    assert (Job.objects.count(), used(What.JOBS)) == (2, 1), "what nobody asked for is nobody's use"


def test_jobs_of_another_month_do_not_count(anhua):
    with transaction.atomic():
        row = enqueue(CLOSE_PERIOD, by=Person(), period="2022-10")
    with tenancy.as_operator():
        Job.objects.filter(pk=row.pk).update(created_at=dt.datetime(2022, 10, 31, 15, 59, tzinfo=dt.UTC))
    assert used(What.JOBS) == 0
    with tenancy.as_operator():  # 23:59 and 00:00 in the committees' zone
        Job.objects.filter(pk=row.pk).update(created_at=dt.datetime(2022, 10, 31, 16, 0, tzinfo=dt.UTC))
    assert used(What.JOBS) == 1


def test_a_limit_needs_a_reason_and_leaves_a_trail(db):
    with tenancy.as_operator():
        with pytest.raises(NoReason):
            actions.set_quota(code=ANHUA, what=What.MEMBERS, amount=5, why=" ", by=SYSTEM)
        actions.set_quota(code=ANHUA, what=What.MEMBERS, amount=5, why="换届", by=SYSTEM)
        actions.set_quota(code=ANHUA, what=What.MEMBERS, amount=None, why="恢复", by=SYSTEM)
        assert Quota.objects.count() == 0
        trail = AuditEvent.objects.filter(action="billing_free.set_quota").order_by("id")
        assert [(one.old["amount"], one.new["amount"], one.why) for one in trail] == [
            (None, 5, "换届"), (5, None, "恢复"),
        ]  # fmt: skip


def _later(month: str, amount: int) -> None:
    """A ledger row of another month."""
    Meter(committee=ANHUA, what=What.STORAGE, amount=amount, month=month).save(force_insert=True)


def test_the_timetable_balances_the_month_before_last(anhua):
    from billing_free.tasks import balance

    for month in ("2022-09", "2022-10", "2022-11"):
        _later(month, 10)
    balance()
    assert set(Balance.objects.filter(what=What.STORAGE).values_list("month", "amount")) == {("2022-09", 10)}


def test_a_balanced_month_is_not_added_up_again_and_the_sum_stays(anhua):
    for month, amount in (("2022-08", 10), ("2022-09", 20), ("2022-10", -5), ("2022-11", 7)):
        _later(month, amount)
    assert used(What.STORAGE) == 32
    with tenancy.as_operator():
        assert actions.balance_month("2022-09") >= 1
        assert actions.balance_month("2022-09") == 0
    assert Balance.objects.get(what=What.STORAGE).amount == 30
    assert used(What.STORAGE) == 32
    limit(What.STORAGE, 40)
    with transaction.atomic():
        actions.claim(what=What.STORAGE, amount=8, by=SYSTEM)
        with pytest.raises(OverQuota):
            actions.claim(what=What.STORAGE, amount=1, by=SYSTEM)


# --- row-level security, both directions ---------------------------------------------------------


def _denied(statement: str) -> None:
    with pytest.raises(ProgrammingError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert "permission denied" in str(caught.value) or "row-level security" in str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_free_meter SET amount = 1",
        "DELETE FROM billing_free_meter",
        "TRUNCATE billing_free_meter",
        "INSERT INTO billing_free_balance (id, created_at, committee, what, month, amount) "
        "VALUES (gen_random_uuid(), now(), '430923', 'members', '2022-10', -5)",
        "UPDATE billing_free_balance SET amount = 0",
        "UPDATE billing_free_quota SET amount = 999999",
        "INSERT INTO billing_free_quota (id, created_at, committee, what, amount, why) "
        "VALUES (gen_random_uuid(), now(), '430923', 'members', 999999, 'x')",
        "DELETE FROM billing_free_quota",
        "INSERT INTO billing_free_meter (id, created_at, committee, what, amount, month) "
        "VALUES (gen_random_uuid(), now(), '430921', 'members', 999999, '2022-11')",
    ],
)
def test_a_committee_only_appends_to_its_own_ledger(anhua, statement):
    _denied(statement)


def test_a_committee_reads_its_own_and_nobody_elses(place):
    limit(What.MEMBERS, 7, "430921")
    with place("nanxian").inside(), transaction.atomic():
        actions.claim(what=What.MEMBERS, by=SYSTEM)
        assert Meter.objects.filter(what=What.MEMBERS).count() == 1
        assert Quota.objects.count() == 1
    with tenancy.as_operator():
        actions.balance_month("2022-11")
    with place("anhua").inside():
        assert set(Meter.objects.values_list("committee", flat=True)) <= {ANHUA}
        assert set(Balance.objects.values_list("committee", flat=True)) <= {ANHUA}
        assert Quota.objects.count() == 0


def test_the_operator_reads_numbers_and_not_who_used_them(place):
    with place("anhua").inside(), transaction.atomic():
        actions.claim(what=What.MEMBERS, by=SYSTEM)
    with tenancy.as_operator():
        assert queries.use_of_one(ANHUA, "county", What.MEMBERS).used == 1
        _denied("SELECT by_id FROM billing_free_meter")
        _denied("INSERT INTO billing_free_meter (id, created_at, committee, what, amount, month) "
                "VALUES (gen_random_uuid(), now(), '430923', 'members', -1, '2022-11')")  # fmt: skip
        _denied("UPDATE billing_free_balance SET amount = 0")


@pytest.mark.parametrize("table", ["meter", "balance", "quota"])
def test_the_bare_login_reads_none_of_it(db, table):
    _denied(f"SELECT * FROM public.billing_free_{table}")
