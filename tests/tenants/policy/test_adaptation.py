"""A committee's own adaptation: what it changes, what it refuses, what it leaves behind."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from core.audit import SYSTEM
from core.errors import DomainError
from core.models import AuditEvent
from tenants.policy import actions, queries
from tenants.policy.models import Kind, Layer, PolicyDocument
from tenants.policy.queries import reading
from tenants.proceedings.actions import DecidedInFuture, UnknownBody
from tenants.proceedings.models import Decision

pytestmark = pytest.mark.django_db
TODAY = date(2022, 11, 30)
FIVE_TO_EIGHT = [
    {"op": "set", "path": "duty.constituents.min", "value": 5},
    {"op": "set", "path": "duty.constituents.max", "value": 8},
]


def adapt(operations=FIVE_TO_EIGHT, **changed):
    said = {
        "reason": "本县界别群众较多",
        "body": "chairpersons_council",
        "meeting": "第3次会议",
        "decided_on": date(2022, 11, 3),
        "document_number": "安协发〔2022〕3号",
        "in_force_from": date(2022, 11, 3),
        "today": TODAY,
        "by": SYSTEM,
    }
    return actions.adapt(operations=operations, **said | changed)


def constituents(day):
    duty = queries.policy_on(day).duty("constituents", day)
    return duty.min, duty.max


def test_our_values_hold_from_their_day_and_the_parents_before(anhua):
    adapt()
    assert constituents(date(2022, 11, 3)) == (5, 8)
    assert constituents(date(2022, 11, 2)) == (3, 5)
    parent = queries.parent_policy_on(TODAY).duty("constituents", TODAY)
    assert (parent.min, parent.max) == (3, 5)


def test_the_parents_policy_and_the_siblings_stay_as_they_were(anhua, place):
    adapt()
    before = queries.policy_on(TODAY).digest
    for sibling in ("nanxian", "yiyang"):
        with place(sibling).inside():
            assert constituents(TODAY) == (3, 5)
            assert queries.policy_on(TODAY).digest != before


def test_the_value_remembers_reason_body_meeting_and_document(anhua):
    adapt()
    least = next(
        one for one in reading.duty_on("constituents", TODAY).parameters if one.path == "duty.constituents.min"
    )
    assert (least.value, least.parent_value, least.source.is_own) == (5, 3, True)
    assert least.source.document == "安协发〔2022〕3号"
    assert least.source.reason == "本县界别群众较多"
    assert least.source.decided == "主席会议 第3次会议"
    assert [source.is_own for source in least.chain] == [False, True]


def test_document_decision_and_trail_are_written_together(anhua):
    document = adapt()
    assert (document.kind, document.layer, document.order) == (Kind.OVERLAY, Layer.OWN, 2)
    assert document.decision.document_number == "安协发〔2022〕3号"
    trail = AuditEvent.objects.get(subject_id=document.pk)
    assert (trail.action, trail.why) == ("policy.adopt_overlay", "本县界别群众较多")


def test_a_later_adaptation_supersedes_an_earlier_one(anhua):
    adapt()
    adapt([{"op": "set", "path": "duty.constituents.max", "value": 10}], in_force_from=date(2022, 11, 20))
    assert constituents(TODAY) == (5, 10)
    assert constituents(date(2022, 11, 19)) == (5, 8)


@pytest.mark.parametrize(
    ("operations", "changed", "code", "field"),
    [
        ([], {}, "nothing_changed", None),
        (FIVE_TO_EIGHT, {"reason": "  "}, "statement_missing", "reason"),
        (FIVE_TO_EIGHT, {"meeting": ""}, "statement_missing", "meeting"),
        (FIVE_TO_EIGHT, {"document_number": ""}, "statement_missing", "document_number"),
        (FIVE_TO_EIGHT, {"in_force_from": date(2022, 11, 2)}, "takes_effect_before_decision", "in_force_from"),
        (FIVE_TO_EIGHT, {"body": "somebody"}, "adaptation_refused", None),
        (
            [{"op": "set", "path": "duty.constituents.min", "value": 6}],
            {},
            "adaptation_refused",
            "duty.constituents.min",
        ),
        ([{"op": "set", "path": "duty.nowhere.min", "value": 6}], {}, "adaptation_refused", "duty.nowhere.min"),
        (
            [{"op": "set", "path": "duty.constituents.min", "value": value} for value in (4, 5)],
            {},
            "adaptation_refused",
            "duty.constituents.min",
        ),
    ],
)
def test_what_does_not_hold_together_is_refused_and_nothing_is_written(anhua, operations, changed, code, field):
    with pytest.raises(DomainError) as refusal:
        adapt(operations, **changed)
    assert refusal.value.code == code
    assert field is None or field in refusal.value.fields
    assert PolicyDocument.objects.count() == 1
    assert not Decision.objects.exists()
    assert constituents(TODAY) == (3, 5)


def test_a_body_that_exists_in_documents_but_does_not_decide_here_is_refused(anhua):
    with pytest.raises(UnknownBody):
        adapt(body="general_office")
    assert PolicyDocument.objects.count() == 1


def test_a_meeting_that_has_not_been_held_is_refused(anhua):
    with pytest.raises(DecidedInFuture) as refusal:
        adapt(decided_on=date(2022, 12, 1), in_force_from=date(2023, 1, 1))
    assert "decided_on" in refusal.value.fields
    assert PolicyDocument.objects.count() == 1


def test_what_the_parent_fixed_cannot_be_set(guangzhou):
    with pytest.raises(actions.AdaptationRefused) as refusal:
        adapt([{"op": "set", "path": "setting.data_entry.value", "value": "self"}])
    assert "setting.data_entry.value" in refusal.value.fields


def test_an_adaptation_without_a_policy_is_refused(place):
    with place("hunan").inside(), pytest.raises(queries.NoPolicy):
        adapt()


@pytest.mark.parametrize(
    "statement", ["UPDATE policy_policydocument SET reason = ''", "DELETE FROM policy_policydocument"]
)
def test_the_database_itself_refuses_to_change_an_adopted_document(anhua, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_preview_writes_nothing(anhua):
    policy = actions.preview(
        operations=FIVE_TO_EIGHT,
        reason="试",
        body="party_group",
        meeting="第1次会议",
        document_number="",
        in_force_from=TODAY,
    )
    assert policy.duty("constituents", TODAY).min == 5
    assert PolicyDocument.objects.count() == 1
