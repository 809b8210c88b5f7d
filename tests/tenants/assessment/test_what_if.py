"""试算: a draft tried on last year's records, beside the present rule; nothing of it is kept as a fact."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.db.models import Q

from core import clock
from core.errors import DomainError, NotFound
from tenants.assessment import actions
from tenants.assessment.queries import whatif
from tenants.policy.actions import keep_draft
from tenants.policy.models import PolicyDocument

pytestmark = pytest.mark.django_db
TODAY, LAST = dt.date(2022, 11, 30), dt.date(2021, 12, 31)
WHILE = dt.date(2021, 6, 1)
FIVE_TO_EIGHT = [
    {"op": "set", "path": "duty.constituents.min", "value": 5},
    {"op": "set", "path": "duty.constituents.max", "value": 8},
]
OWN = {
    "id": "own_1",
    "value": {
        "title": "交一件提案", "clauses": [], "kind": "count", "subject": "member", "period": "year",
        "counts": {"kinds": ["proposal"]}, "values": [{"min": 1}],
    },
}  # fmt: skip


@pytest.fixture
def clerk(anhua, account):
    return account("office")


def draft_of(by, operations=FIVE_TO_EIGHT, additions=()):
    return keep_draft(typed={}, operations=operations, additions=additions, at=clock.now(), by=by)


def tried(draft):
    return whatif.weigh(draft, as_of=LAST, day=TODAY, at=clock.now())


def test_last_years_links_are_judged_by_the_draft_beside_the_present_rule(clerk, town):
    enough, short, none = (town.member(paired=paired, since=WHILE) for paired in (5, 3, 0))
    found = tried(draft_of(clerk))
    assert (found.total, len(found.short_before), len(found.short_after)) == (3, 1, 2)
    assert found.newly == {str(short.pk)}
    effect = next(one for one in found.effects if one.id == "constituents")
    assert (effect.rule_before, effect.rule_after) == ("保持 3–5 人", "保持 5–8 人")
    assert (effect.before.met, effect.before.short, effect.after.met, effect.after.short) == (2, 1, 1, 2)
    assert effect.worse == (str(short.pk),)
    (line,) = whatif.member_lines(found, within=Q())
    assert (line.id, line.was, line.owed) == (short.pk, "全部完成", (("constituents", "重点联系界别群众", "差 2 人"),))
    assert str(none.pk) in found.short_before
    assert str(enough.pk) not in found.short_after


def test_a_dropped_duty_and_one_of_our_own_are_tried_too(clerk, town):
    town.member(paired=3, since=WHILE)
    found = tried(draft_of(clerk, [{"op": "remove", "path": "duty.constituents"}], [OWN]))
    effects = {one.id: one for one in found.effects}
    assert (effects["constituents"].rule_after, effects["constituents"].after) == ("不再要求", None)
    assert (effects["own_1"].rule_before, effects["own_1"].before, effects["own_1"].after.short) == ("不要求", None, 1)


def test_a_trial_writes_nothing(clerk, town):
    town.member(paired=3, since=WHILE)
    tried(draft_of(clerk))
    assert PolicyDocument.objects.count() == 1


def test_a_draft_that_does_not_hold_together_is_not_tried(clerk):
    with pytest.raises(DomainError, match="先改好再试算"):
        tried(draft_of(clerk, [{"op": "set", "path": "duty.constituents.min", "value": 6}]))


def test_the_page_says_how_many_and_opens_the_members_behind_a_figure(clerk, anhua, town, account, browser_of):
    short = town.member(paired=3, since=WHILE)
    office = browser_of(anhua, clerk)
    assert "没有可试算的草稿" in office.get("/standing/what-if/").content.decode()
    draft_of(clerk)
    text = office.get("/standing/what-if/?year=2021&duty=constituents").content.decode()
    assert "2021 年全年 1 名委员中将有 <strong>1</strong> 人尚差" in text
    assert f"/standing/{short.pk}/" in text
    other = office.get(f"/standing/what-if/?year=2021&sector={clerk.pk}").content.decode()
    assert "没有人因此变成尚差" in other
    assert office.get("/standing/what-if/?format=xlsx").status_code == 200
    assert browser_of(anhua, account("member")).get("/standing/what-if/").status_code == 403


def test_a_large_committee_is_tried_by_a_job_and_read_from_the_cache(clerk, anhua, town, browser_of, monkeypatch):
    monkeypatch.setattr(whatif, "LARGE", 0)
    town.member(paired=3, since=WHILE)
    draft, office = draft_of(clerk), browser_of(anhua, clerk)
    url = "/standing/what-if/?year=2021"
    assert "交给后台算" in office.get(url).content.decode()
    assert office.post(url).url.startswith("/jobs/")
    assert office.post(url).url == office.post(url).url  # asked twice, one job
    seen = []
    actions.try_draft(
        draft_id=draft.pk, as_of=LAST, day=TODAY, at=clock.now(), progress=lambda *step: seen.append(step[:2])
    )
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert "将有 <strong>1</strong> 人尚差" in office.get(url).content.decode()
    cache.clear()
    with pytest.raises(NotFound):
        actions.try_draft(draft_id=clerk.pk, as_of=LAST, day=TODAY, at=clock.now())


def test_the_statements_of_a_trial_do_not_grow_with_the_members(clerk, town, django_assert_max_num_queries):
    for _ in range(3):
        town.member(paired=3, since=WHILE)
    draft = draft_of(clerk)
    with django_assert_max_num_queries(24):
        tried(draft)
