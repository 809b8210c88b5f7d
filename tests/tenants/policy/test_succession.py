"""Another whole document: in place of the present one, or beside it; and what changed above since we adopted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.audit import SYSTEM
from policy_engine import load_overlay
from tenants.policy import actions, queries
from tenants.policy.models import PolicyDocument
from tenants.policy.queries import adopted, changes, news
from tenants.policy.queries.stack import layers_on

pytestmark = pytest.mark.django_db
TODAY, NEW_YEAR = date(2022, 11, 30), date(2023, 1, 1)
SAID = {
    "reason": "换届", "body": "chairpersons_council", "meeting": "第1次会议", "decided_on": TODAY, "document_number": "1号",
    "in_force_from": NEW_YEAR, "today": TODAY, "by": SYSTEM,
}  # fmt: skip


def edited(template, *, id, most):
    """The same document under another name, with other numbers of its clauses and another maximum."""
    duty = template.elements["duty.constituents"]
    (entry,) = duty.values["max"]
    values = {**duty.values, "max": (replace(entry, value=most),)}
    clauses = {f"N{name}": replace(clause, id=f"N{name}") for name, clause in template.clauses.items()}
    elements = {name: replace(one, clauses=tuple(f"N{clause}" for clause in one.clauses)) for name, one in template.elements.items()}  # fmt: skip
    elements["duty.constituents"] = replace(elements["duty.constituents"], values=values)
    header = {**template.header, "id": id, "title": "新办法"}
    return replace(template, id=id, header=header, clauses=clauses, elements=elements)


@pytest.fixture
def held(anhua):
    return layers_on(TODAY).template


def most(day):
    return queries.policy_on(day).duty("constituents", day).max


def test_a_later_document_holds_from_its_day_and_the_earlier_keeps_its_own(held):
    actions.adopt_successor(template=edited(held, id="next", most=9), replaces=True, **SAID)
    assert (most(TODAY), most(NEW_YEAR)) == (5, 9)
    assert [line.state for line in adopted.lines(TODAY)] == ["future", "in_force"]
    assert [line.state for line in adopted.lines(NEW_YEAR)] == ["in_force", "superseded"]
    policy = queries.policy_on(NEW_YEAR)
    assert policy.duty("constituents", TODAY).max == 5  # the rule of each day, also read later
    assert policy.duty("constituents", NEW_YEAR).clauses == ("NYY21-15-5",)


def test_the_same_document_for_the_same_day_is_adopted_once(held):
    template = edited(held, id="next", most=9)
    actions.adopt_successor(template=template, replaces=True, **SAID)
    with pytest.raises(actions.AlreadyAdopted):
        actions.adopt_successor(template=template, replaces=True, **SAID)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"replaces": False}, actions.CannotStandBeside),
        ({"meeting": ""}, actions.StatementMissing),
        ({"in_force_from": date(2022, 11, 1)}, actions.TakesEffectBeforeDecision),
    ],
)
def test_what_cannot_be_adopted_is_refused_and_nothing_is_written(held, changed, refusal):
    with pytest.raises(refusal):
        actions.adopt_successor(template=edited(held, id="next", most=9), **{"replaces": True} | SAID | changed)
    assert PolicyDocument.objects.count() == 1


def test_what_another_document_asks_instead_is_told_duty_by_duty(held):
    made = actions.successor(template=edited(held, id="next", most=9), replaces=True, in_force_from=NEW_YEAR)
    present = queries.policy_on(TODAY)
    (change,) = changes.duty_changes(present, replace(present, elements=made.elements), NEW_YEAR)
    assert (change.title, change.kind) == ("重点联系界别群众", "changed")


def test_the_page_shows_the_changes_before_it_registers_them(held, anhua, account, browser_of, monkeypatch):
    from tenants.policy.queries import shipped

    monkeypatch.setattr(shipped, "template", lambda name: edited(held, id=name, most=9))
    leader = browser_of(anhua, account("leader"))
    sent = {"template": "guangzhou-2020", "how": "replace"} | {name: str(value) for name, value in SAID.items() if name not in ("by", "today")}  # fmt: skip
    look = leader.post("/policy/documents/adopt/", sent)
    assert [change.kind for change in look.context["changes"]] == ["changed"]
    assert PolicyDocument.objects.count() == 1
    assert leader.post("/policy/documents/adopt/", sent | {"meeting": ""}).status_code == 422
    assert leader.post("/policy/documents/adopt/", sent | {"step": "adopt"}).url == "/policy/documents/"
    assert most(NEW_YEAR) == 9
    assert browser_of(anhua, account("member")).get("/policy/documents/adopt/").status_code == 403


def test_a_new_version_above_is_told_beside_our_deviation_and_changes_nothing(held):
    ours = load_overlay(
        {"overlay": "o", "base": held.id, "reason": "试", "decided_by": "party_group", "from": "2022-07-01",
         "operations": [{"op": "set", "path": "duty.constituents.max", "value": 8}]}
    )  # fmt: skip
    duty = held.elements["duty.constituents"]
    (entry,) = duty.values["max"]
    changed = replace(duty, values={**duty.values, "max": (replace(entry, value=6),)})
    now = replace(held, elements={**held.elements, "duty.constituents": changed})
    assert news.between(held, held, [ours]) is None
    (side,) = news.between(held, now, [ours]).sides
    assert (side.old, side.new, side.ours, side.is_open) == ("5", "6", "8", True)
    (piece,) = news.between(held, now, []).pieces
    assert (piece.title, piece.old, piece.new, piece.word) == ("要求 重点联系界别群众：最多", "5", "6", "改动")
    assert most(TODAY) == 5
