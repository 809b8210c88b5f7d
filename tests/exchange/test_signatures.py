"""Keys and signatures in the letterbox: only a committee's own key speaks for it, and what it signed before stays said."""

from __future__ import annotations

import json

import pytest
from django.db import ProgrammingError, connection, transaction

from core.audit import SYSTEM
from exchange import actions, queries, signing
from exchange.canonical import digest_of
from exchange.models import Delivery, SigningKey
from tests.exchange.conftest import AT, key_of_here, sent

pytestmark = pytest.mark.django_db


def _body(code: str = "430923", revision: int = 1) -> dict:
    return {"committee": {"code": code, "name": "某会"}, "period": "2022-11", "revision": revision, "number": 7}


def _deliver(body: dict, *, signature: str, public_key: str) -> Delivery:
    return actions.deliver(
        period="2022-11",
        revision=body["revision"],
        body=body,
        signature=signature,
        public_key=public_key,
        at=AT,
        by=SYSTEM,
    )


def test_a_body_altered_after_signing_is_not_sent(anhua):
    private, public = key_of_here()
    signature = signing.sign(private, _body())
    with pytest.raises(actions.BadSignature):
        _deliver(_body() | {"number": 8}, signature=signature, public_key=public)
    assert not Delivery.objects.exists()


def test_a_key_that_was_changed_signs_no_more_and_what_it_signed_stands(place):
    with place("anhua").inside():
        delivery = sent(_body())
        private, public = key_of_here()
        actions.publish_key(public_key=signing.new_key()[1], at=AT, by=SYSTEM)
    with place("yiyang").inside():
        assert actions.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM).state == "accepted"
    with place("anhua").inside(), pytest.raises(actions.KeyNotInUse):
        _deliver(_body(revision=2), signature=signing.sign(private, _body(revision=2)), public_key=public)


@pytest.mark.parametrize("altered", [{"digest": True}, {"digest": False}])
def test_a_row_that_came_past_the_code_with_another_body_is_not_accepted(place, altered):
    """As the committee's own role, with its own published key: the signature does not fit, so the recipient refuses."""
    with place("anhua").inside():
        _, public = key_of_here()
        signature = signing.sign(signing.new_key()[0], _body())
        digest = digest_of(_body()) if altered["digest"] else "0" * 64
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO exchange_delivery (id, created_at, sender, recipient, ancestors, period, revision, body, digest, state,"
                " reason, submitted_at, signature, public_key) VALUES (gen_random_uuid(), now(), '430923', '430900', '{430000}',"
                " '2022-11', 1, %s, %s, 'submitted', '', now(), %s, %s) RETURNING id",
                [json.dumps(_body()), digest, signature, public],
            )
            (forged,) = cursor.fetchone()
    with place("yiyang").inside():
        with pytest.raises(actions.BadSignature if altered["digest"] else actions.BodyAltered):
            actions.accept(delivery_id=forged, at=AT, by=SYSTEM)
        done, refused = actions.accept_many(delivery_ids=[forged], at=AT, by=SYSTEM)
        assert (done, [key for key, _ in refused]) == ([], [forged])
        assert queries.received_one(forged).state == "submitted"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO exchange_signingkey (id, created_at, committee, public_key, since) VALUES (gen_random_uuid(), now(), '430921', 'x', now())",
        "UPDATE exchange_signingkey SET public_key = 'mine'",
        "DELETE FROM exchange_signingkey",
        "UPDATE exchange_signingkey SET until = NULL",
    ],
)
def test_nobody_speaks_for_another_or_swaps_a_key(place, statement):
    with place("anhua").inside():
        key_of_here()
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_nobody_retires_anothers_key_and_everybody_reads_it(place):
    with place("anhua").inside():
        key_of_here()
    with place("nanxian").inside(), connection.cursor() as cursor:
        cursor.execute("UPDATE exchange_signingkey SET until = now()")
        assert cursor.rowcount == 0
        assert SigningKey.objects.filter(committee="430923", until=None).exists()


def test_several_are_accepted_at_once_and_one_decided_already_says_so(place):
    with place("anhua").inside():
        first = sent(_body())
    with place("nanxian").inside():
        second = sent(_body("430921"))
    with place("yiyang").inside():
        actions.accept(delivery_id=first.pk, at=AT, by=SYSTEM)
        done, refused = actions.accept_many(delivery_ids=[first.pk, second.pk, second.pk], at=AT, by=SYSTEM)
        assert [one.pk for one in done] == [second.pk]
        assert [(key, type(why)) for key, why in refused] == [(first.pk, actions.AlreadyDecided)]
