"""A document adopted for a day to come: what holds when, and taking it back before its first day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from core.audit import SYSTEM
from core.errors import NotFound
from tenants.policy import actions, queries
from tenants.policy.queries import adopted

pytestmark = pytest.mark.django_db
TODAY, NEW_YEAR = date(2022, 11, 30), date(2023, 1, 1)
AT = datetime(2022, 11, 30, 9, tzinfo=UTC)


def adapt(first=NEW_YEAR):
    return actions.adapt(
        operations=[{"op": "set", "path": "duty.constituents.max", "value": 9}], reason="试", body="party_group",
        meeting="第1次会议", decided_on=TODAY, document_number="1号", in_force_from=first, today=TODAY, by=SYSTEM,
    )  # fmt: skip


def most(day):
    return queries.policy_on(day).duty("constituents", day).max


def test_a_document_for_a_day_to_come_binds_from_that_day(anhua):
    adapt()
    assert (most(TODAY), most(NEW_YEAR)) == (5, 9)
    assert [line.state for line in adopted.lines(TODAY)] == ["future", "in_force"]
    assert [line.state for line in adopted.lines(NEW_YEAR)] == ["in_force", "in_force"]


def test_until_its_first_day_it_may_be_taken_back_and_stays_in_the_list(anhua, account, browser_of):
    document = adapt()
    leader = browser_of(anhua, account("leader"))
    url = f"/policy/documents/{document.pk}/withdraw/"
    assert url in leader.get("/policy/documents/").content.decode()
    assert leader.post(url, {"reason": ""}).status_code == 422
    assert leader.post(url, {"reason": "会议改期"}).url == "/policy/documents/"
    assert most(NEW_YEAR) == 5
    assert adopted.lines(TODAY)[0].state == "withdrawn"
    assert "会议改期" in leader.get("/policy/documents/").content.decode()
    assert "已经撤回" in leader.post(url, {"reason": "再撤"}).content.decode()
    assert browser_of(anhua, account("member")).get(url).status_code == 403


def test_what_is_in_force_cannot_be_taken_back(anhua):
    document = adapt(TODAY)
    with pytest.raises(actions.AlreadyInForce):
        actions.withdraw(id=document.pk, reason="不要了", today=TODAY, at=AT, by=SYSTEM)
    with pytest.raises(NotFound):
        actions.withdraw(id=document.decision_id, reason="不要了", today=TODAY, at=AT, by=SYSTEM)


def test_the_database_keeps_what_was_taken_back(anhua):
    actions.withdraw(id=adapt().pk, reason="会议改期", today=TODAY, at=AT, by=SYSTEM)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM policy_withdrawal")
