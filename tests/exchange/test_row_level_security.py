"""Raw SQL as each committee's role: what the letterbox gives is PostgreSQL's word, not the code's."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import ProgrammingError, connection, transaction

from core.audit import SYSTEM
from exchange import actions
from tests.exchange.conftest import key_of_here, sent

pytestmark = pytest.mark.django_db

AT = dt.datetime(2022, 11, 30, 9, tzinfo=dt.UTC)


def _body(code: str = "430923", period: str = "2022-11") -> dict:
    return {
        "committee": {"code": code, "name": "某会", "level": "county"},
        "period": period,
        "revision": 1,
        "own": [],
        "total": [],
    }


def _run(statement: str, params: list | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def _denied(statement: str, params: list | None = None) -> str:
    with pytest.raises(ProgrammingError) as caught, transaction.atomic():
        _run(statement, params)
    return str(caught.value)


def _seen() -> int:
    return _run("SELECT id FROM exchange_delivery")


@pytest.fixture
def delivery(place):
    """Anhua's return for November, on its way to Yiyang."""
    with place("anhua").inside():
        return sent(_body())


INSERT = """INSERT INTO exchange_delivery (id, created_at, sender, recipient, ancestors, period, revision, body, digest,
    state, reason, submitted_at, decided_at, signature, public_key)
    VALUES (gen_random_uuid(), now(), %s, %s, %s, '2022-11', 1, %s, 'x', %s, '', now(), NULL, 'x', %s)"""


def _insert(sender="430923", recipient="430900", ancestors=("430000",), body=None, state="submitted", key=None):
    return [sender, recipient, list(ancestors), json.dumps(body or _body(sender)), state, key or key_of_here()[1]]


def test_sender_and_recipient_see_a_submitted_return_and_nobody_else_does(place, delivery):
    seen = {}
    for slug in ("anhua", "yiyang", "nanxian", "hunan", "guangdong", "guangzhou"):
        with place(slug).inside():
            seen[slug] = _seen()
    assert seen == {"anhua": 1, "yiyang": 1, "nanxian": 0, "hunan": 0, "guangdong": 0, "guangzhou": 0}


def test_the_grandparent_sees_it_once_the_parent_has_accepted_it_and_a_foreign_province_never(place, delivery):
    with place("yiyang").inside():
        actions.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM)
    seen = {}
    for slug in ("hunan", "guangdong", "nanxian", "guangzhou"):
        with place(slug).inside():
            seen[slug] = _seen()
    assert seen == {"hunan": 1, "guangdong": 0, "nanxian": 0, "guangzhou": 0}


def test_a_returned_one_stays_between_sender_and_recipient(place, delivery):
    with place("yiyang").inside():
        actions.send_back(delivery_id=delivery.pk, reason="口径不对", at=AT, by=SYSTEM)
    with place("hunan").inside():
        assert _seen() == 0
    with place("anhua").inside():
        assert _seen() == 1


def test_the_registrys_own_parent_and_ancestors_are_let_in(place):
    with place("anhua").inside():
        assert _run(INSERT, _insert()) == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"sender": "430921", "body": _body("430921")}, "in another's name"),
        ({"recipient": "440000"}, "to a foreign province"),
        ({"recipient": "430000", "ancestors": ()}, "past the parent"),
        ({"recipient": "430923", "ancestors": ()}, "to oneself"),
        ({"ancestors": ("430000", "440000")}, "with a stranger above"),
        ({"ancestors": ()}, "with nobody above"),
        ({"state": "accepted"}, "already accepted"),
        ({"body": _body("430921")}, "with another's body"),
        ({"body": _body(period="2022-10")}, "with another month's body"),
        ({"body": _body() | {"revision": 2}}, "with another revision's body"),
        ({"key": "of a stranger"}, "under a key that is not one's own"),
    ],
)
def test_a_return_cannot_be_inserted(place, changed, why):
    with place("anhua").inside():
        assert "row-level security" in _denied(INSERT, _insert(**changed)), why


def test_a_committee_without_a_parent_can_insert_nothing(place):
    with place("hunan").inside():
        for recipient in ("430000", "430900", "440000"):
            params = _insert(sender="430000", recipient=recipient, ancestors=(), body=_body("430000"))
            assert "row-level security" in _denied(INSERT, params)


@pytest.mark.parametrize(
    "column", ["body", "digest", "sender", "recipient", "ancestors", "period", "revision", "submitted_at"]
)
def test_nobody_may_update_anything_but_the_decision(place, delivery, column):
    for slug in ("anhua", "yiyang"):
        with place(slug).inside():
            assert "permission denied" in _denied(f"UPDATE exchange_delivery SET {column} = {column}")


@pytest.mark.parametrize("statement", ["DELETE FROM exchange_delivery", "TRUNCATE exchange_delivery"])
def test_nobody_may_remove_a_return(place, delivery, statement):
    for slug in ("anhua", "yiyang"):
        with place(slug).inside():
            assert "permission denied" in _denied(statement)


DECIDE = "UPDATE exchange_delivery SET state = %s, reason = 'r', decided_at = now()"


def test_only_the_recipient_decides(place, delivery):
    for slug in ("anhua", "nanxian", "hunan", "guangdong"):
        with place(slug).inside():
            assert _run(DECIDE, ["accepted"]) == 0
    with place("yiyang").inside():
        assert _run(DECIDE, ["accepted"]) == 1


@pytest.mark.parametrize("first", ["accepted", "returned"])
def test_a_decision_is_never_taken_back(place, delivery, first):
    with place("yiyang").inside():
        assert _run(DECIDE, [first]) == 1
        for state in ("submitted", "accepted", "returned"):
            assert _run(DECIDE, [state]) == 0


def test_a_return_cannot_be_put_back_to_submitted_or_left_without_a_time(place, delivery):
    with place("yiyang").inside():
        assert "row-level security" in _denied("UPDATE exchange_delivery SET state = 'submitted', reason = 'r'")
        assert "row-level security" in _denied("UPDATE exchange_delivery SET state = 'accepted', decided_at = NULL")


def test_the_inner_selects_of_the_policies_run_once_per_statement(place, delivery):
    """A correlated one would run per row (SubPlan); these are InitPlans."""
    with place("hunan").inside(), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (COSTS OFF) SELECT id FROM exchange_delivery WHERE period = '2022-11'")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "InitPlan" in plan
    assert "SubPlan" not in plan
