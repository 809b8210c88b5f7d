"""Deliver, accept, send back: each refusal by its name, with nothing changed."""

from __future__ import annotations

import datetime as dt
import json
from unittest import mock

import pytest
from django.db import connection

from core.audit import SYSTEM
from core.errors import NotFound
from core.models import AuditEvent
from exchange import actions, queries
from exchange.canonical import canonical, digest_of
from exchange.models import Delivery
from exchange.overview import accepted_below
from registry import doctor
from tests.exchange.conftest import as_owner, sent, under

pytestmark = pytest.mark.django_db

AT = dt.datetime(2022, 11, 30, 9, tzinfo=dt.UTC)


def _body(code: str = "430923", number: int = 1) -> dict:
    return {"committee": {"code": code, "name": "某会"}, "period": "2022-11", "revision": number}


def _deliver(revision: int = 1) -> Delivery:
    return sent(_body(number=revision), revision=revision)


def test_a_return_goes_to_the_parent_the_registry_names_with_the_ancestors_of_the_day(anhua):
    delivery = _deliver()
    assert (delivery.sender, delivery.recipient, delivery.ancestors) == ("430923", "430900", ["430000"])
    assert delivery.digest == digest_of(delivery.body)


def test_the_body_has_the_same_canonical_text_after_the_database_gave_it_back(anhua):
    delivery = _deliver()
    again = queries.sent("2022-11")[0]
    assert canonical(again.body) == canonical(delivery.body)
    assert digest_of(again.body) == again.digest


def test_submitting_the_same_return_twice_is_refused_and_changes_nothing(anhua):
    _deliver()
    with pytest.raises(actions.AlreadyDelivered):
        _deliver()
    assert len(queries.sent("2022-11")) == 1


def test_two_deliveries_at_the_same_moment_are_one(anhua, monkeypatch):
    first = _deliver()
    monkeypatch.setattr(actions, "_may_send", lambda period, revision: None)  # both looked before either was there
    with pytest.raises(actions.AlreadyDelivered):
        _deliver()
    assert [one.pk for one in queries.sent("2022-11")] == [first.pk]


@pytest.mark.parametrize("back", [("430900", "430923"), ("430000", "430900")])
def test_with_a_circle_in_the_tree_nothing_is_sent_and_it_is_said(place, back):
    """Anhua itself comes back to itself, or those above it do."""
    was = {"430900": "430000", "430000": None}
    try:
        as_owner(under(*back))
        assert doctor._circles() == (False, mock.ANY)
        with place("anhua").inside(), pytest.raises(actions.InCircle, match="有环"):
            _deliver()
    finally:
        as_owner(under(back[0], was[back[0]]))
    with place("anhua").inside():
        assert _deliver().recipient == "430900"


def test_a_correction_waits_until_the_parent_has_answered_the_first(place):
    with place("anhua").inside():
        first = _deliver()
        with pytest.raises(actions.StillWaiting):
            _deliver(2)
    with place("yiyang").inside():
        actions.send_back(delivery_id=first.pk, reason="口径不对", at=AT, by=SYSTEM)
    with place("anhua").inside():
        _deliver(2)
        assert [(one.revision, one.state, one.reason) for one in queries.sent("2022-11")] == [
            (2, "submitted", ""),
            (1, "returned", "口径不对"),
        ]


def test_an_older_revision_cannot_follow_a_newer_one(place):
    with place("anhua").inside():
        newer = _deliver(2)
    with place("yiyang").inside():
        actions.accept(delivery_id=newer.pk, at=AT, by=SYSTEM)
    with place("anhua").inside(), pytest.raises(actions.OlderRevision):
        _deliver(1)


def test_a_committee_at_the_top_has_nobody_to_send_to(place):
    with place("hunan").inside(), pytest.raises(actions.NoParent):
        sent(_body("430000"))


def test_accepting_twice_or_returning_after_acceptance_is_refused(place):
    with place("anhua").inside():
        delivery = _deliver()
    with place("yiyang").inside():
        actions.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM)
        with pytest.raises(actions.AlreadyDecided):
            actions.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM)
        with pytest.raises(actions.AlreadyDecided):
            actions.send_back(delivery_id=delivery.pk, reason="晚了", at=AT, by=SYSTEM)
        assert queries.received_one(delivery.pk).state == "accepted"


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_sending_back_without_a_reason_is_refused(place, reason):
    with place("anhua").inside():
        delivery = _deliver()
    with place("yiyang").inside():
        with pytest.raises(actions.ReasonMissing):
            actions.send_back(delivery_id=delivery.pk, reason=reason, at=AT, by=SYSTEM)
        assert queries.received_one(delivery.pk).state == "submitted"


@pytest.mark.parametrize("slug", ["anhua", "nanxian", "hunan", "guangdong"])
def test_whoever_is_not_the_recipient_finds_no_such_return(place, slug):
    with place("anhua").inside():
        delivery = _deliver()
    with place(slug).inside(), pytest.raises(NotFound):
        actions.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM)


def test_a_body_that_does_not_match_its_digest_is_not_accepted(place):
    with place("anhua").inside():
        delivery = _deliver()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO exchange_delivery (id, created_at, sender, recipient, ancestors, period, revision, body, digest,"
                " state, reason, submitted_at, signature, public_key) SELECT gen_random_uuid(), created_at, sender, recipient,"
                " ancestors, period, 7, %s, digest, state, reason, submitted_at, signature, public_key"
                " FROM exchange_delivery RETURNING id",
                [json.dumps(_body(number=7) | {"figure": 99})],
            )
            forged = cursor.fetchone()[0]
    with place("yiyang").inside(), pytest.raises(actions.BodyAltered):
        actions.accept(delivery_id=forged, at=AT, by=SYSTEM)
    assert delivery.digest


def test_each_step_leaves_a_row_in_the_trail_of_who_took_it(place):
    with place("anhua").inside():
        delivery = _deliver()
        assert AuditEvent.objects.filter(action="exchange.deliver", subject_id=delivery.pk).exists()
    with place("yiyang").inside():
        actions.send_back(delivery_id=delivery.pk, reason="口径不对", at=AT, by=SYSTEM)
        assert AuditEvent.objects.get(action="exchange.returned").why == "口径不对"


def test_the_accepted_revision_stands_while_a_correction_waits(place):
    with place("anhua").inside():
        first = _deliver()
    with place("yiyang").inside():
        actions.accept(delivery_id=first.pk, at=AT, by=SYSTEM)
    with place("anhua").inside():
        _deliver(2)
    with place("yiyang").inside():
        assert [one.revision for one in queries.received("2022-11")] == [2]
        assert [one.revision for one in queries.received_accepted("2022-11")] == [1]
        assert [one.revision for one in accepted_below("2022-11")] == [1]


def test_floats_that_are_no_numbers_have_no_canonical_text():
    with pytest.raises(ValueError, match="JSON"):
        canonical({"number": float("nan")})
