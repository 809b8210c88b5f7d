"""The first document of a committee, and what is in force on which day."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.audit import SYSTEM
from policy_engine import load_template
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


POLICY = """
id: {id}
title: {id}
number: null
kind: annual_work_points
issuer: 政协安化县委员会
level: county
adopted_on: 2022-03-01
issued_on: 2022-03-01
in_force_from: 2022-03-01
trial: false
{more}
"""
CLAUSES = "clauses:\n- {{id: {id}-1, ref: '1', summary: 要点, who: Member, force: required}}\n"
DUTY = """
id: {duty}
title: 读书
clauses: [{id}-1]
kind: count
force: required
subject: member
period: year
counts: {{kinds: [training], roles: [participant]}}
values: [{{min: 2}}]
"""


def _document(folder, id, *, duty="reading_year", more=""):
    """A small document of the committee's own, as one writes it."""
    place = folder / id
    (place / "duties").mkdir(parents=True)
    (place / "policy.yaml").write_text(POLICY.format(id=id, more=more))
    (place / "clauses.yaml").write_text(CLAUSES.format(id=id))
    (place / "duties" / f"{duty}.yaml").write_text(DUTY.format(id=id, duty=duty))
    return load_template(place)


def test_a_document_of_other_things_stands_beside_the_first(anhua, tmp_path):
    points = actions.adopt_template(template=_document(tmp_path, "points-2022"), by=SYSTEM)
    policy = queries.policy_on(TODAY)
    assert {"duty.constituents", "duty.reading_year"} <= set(policy.elements)
    assert policy.duty("reading_year", TODAY).in_force
    assert points.pk in queries.in_force_ids(TODAY)
    assert len(queries.in_force_ids(TODAY)) == 2
    assert "duty.reading_year" not in queries.parent_policy_on(TODAY).elements  # the parent asks nothing of the kind
    assert "duty.reading_year" not in queries.policy_on(date(2022, 2, 28)).elements


def test_two_documents_are_judged_as_one_and_can_both_be_adapted(anhua, tmp_path):
    actions.adopt_template(template=_document(tmp_path, "points-2022"), by=SYSTEM)
    said = {
        "reason": "试", "body": "party_group", "meeting": "第1次会议", "decided_on": TODAY, "document_number": "1号",
        "in_force_from": TODAY, "today": TODAY, "by": SYSTEM,
    }  # fmt: skip
    for path, value in (("duty.constituents.max", 9), ("duty.reading_year.min", 3)):
        actions.adapt(operations=[{"op": "set", "path": path, "value": value}], **said)
    policy = queries.policy_on(TODAY)
    assert policy.duty("constituents", TODAY).max == 9
    assert policy.duty("reading_year", TODAY).min == 3
    from tenants.assessment.queries import duties_of

    assert {"constituents", "reading_year"} <= {duty.id for duty in duties_of(policy, "member", TODAY)}


def test_what_a_later_document_replaces_ends_on_its_first_day(anhua, tmp_path):
    more = "replaces: [{document: yiyang-2021, paths: [duty.constituents]}]"
    actions.adopt_template(template=_document(tmp_path, "points-2022", duty="constituents", more=more), by=SYSTEM)
    policy = queries.policy_on(TODAY)
    assert policy.duty("constituents", TODAY).min == 2
    assert policy.duty("contacts", TODAY).in_force
    assert queries.policy_on(date(2022, 2, 1)).duty("constituents", date(2022, 2, 1)).min == 3


def test_one_that_contradicts_without_saying_so_takes_the_place_of_the_earlier(anhua, tmp_path):
    made = actions.adopt_template(template=_document(tmp_path, "points-2022", duty="constituents"), by=SYSTEM)
    assert queries.in_force_ids(TODAY) == {made.pk}
    assert "duty.contacts" not in queries.policy_on(TODAY).elements


def test_the_same_document_anew_takes_the_place_of_the_old_one(anhua, tmp_path):
    actions.adopt_template(template=_document(tmp_path / "a", "points-2022"), by=SYSTEM)
    anew = actions.adopt_template(template=_document(tmp_path / "b", "points-2022", duty="study_year"), by=SYSTEM)
    assert {"duty.study_year", "duty.constituents"} <= set(queries.policy_on(TODAY).elements)
    assert "duty.reading_year" not in queries.policy_on(TODAY).elements
    assert anew.pk in queries.in_force_ids(TODAY)
