"""The first document of a committee, and what is in force on which day."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.audit import SYSTEM
from tenants.policy import actions, queries
from tenants.policy.models import Layer, PolicyDocument

pytestmark = pytest.mark.django_db
TODAY = date(2022, 11, 30)


def test_provisioning_adopted_the_template_as_the_first_document(anhua):
    document = PolicyDocument.objects.get()
    assert (document.order, document.identifier, document.base) == (1, "yiyang-2021", "yiyang-2021")
    assert document.in_force_from == date(2021, 12, 25)
    assert document.decision is None
    assert document.layer == Layer.PARENT


def test_the_document_is_its_issuers_own(yiyang):
    assert PolicyDocument.objects.get().layer == Layer.OWN


def test_preparing_twice_adopts_once(anhua):
    actions.prepare_committee(template="yiyang-2021", by=SYSTEM)
    assert PolicyDocument.objects.count() == 1


@pytest.mark.parametrize("name", ["no-such-template", "../../etc"])
def test_a_template_that_cannot_be_used_is_refused_before_anything_is_made(db, name):
    with pytest.raises(actions.UnusableTemplate) as refusal:
        actions.prepare_committee.check(template=name)
    assert name in refusal.value.message


def test_a_committee_may_begin_without_a_policy(place):
    actions.prepare_committee.check(template=None)
    with place("hunan").inside():
        actions.prepare_committee(template=None, by=SYSTEM)
        assert not queries.has_policy(TODAY)
        assert queries.data_entry_on(TODAY) == "self"
        with pytest.raises(queries.NoPolicy):
            queries.policy_on(TODAY)


def test_before_the_document_took_effect_there_was_no_policy(anhua):
    assert not queries.has_policy(date(2021, 12, 24))
    assert queries.has_policy(date(2021, 12, 25))


def test_who_enters_records_comes_from_the_document(place):
    for slug, expected in (("anhua", "self_and_filing"), ("guangzhou", "office")):
        with place(slug).inside():
            assert queries.data_entry_on(TODAY) == expected


def test_two_committees_with_one_template_never_share_what_was_kept(place):
    with place("anhua").inside():
        queries.policy_on(TODAY)
        actions.adapt(
            operations=[{"op": "set", "path": "duty.constituents.max", "value": 9}],
            reason="试", body="party_group", meeting="第1次会议", decided_on=TODAY, document_number="1号",
            in_force_from=TODAY, today=TODAY, by=SYSTEM,
        )  # fmt: skip
        assert queries.policy_on(TODAY).duty("constituents", TODAY).max == 9
    with place("nanxian").inside():
        assert queries.policy_on(TODAY).duty("constituents", TODAY).max == 5


def test_a_known_policy_costs_one_statement(anhua):
    queries.policy_on(TODAY)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        queries.policy_on(TODAY)
    assert len(asked) == 1
