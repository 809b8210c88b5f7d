"""The five documents as data: complete, in short Chinese sentences, and silent where the document is silent."""

import re

import pytest

from policy_engine import Template, resolve
from policy_engine.load import load_catalogue
from tests.policy_engine.shipped import shipped

CLAUSES = {"dongcheng-2020": 163, "yiyang-2021": 74, "guangzhou-2020": 58, "dongcheng-2017": 63, "ordos-2021": 57}
LEAVES_NUMBERS_OPEN = {"R01", "R05", "R09"}


@pytest.fixture(scope="module", params=sorted(CLAUSES))
def template(request: pytest.FixtureRequest) -> Template:
    return shipped(request.param)


def test_every_clause_of_every_document_is_listed(template: Template) -> None:
    assert len(template.clauses) == CLAUSES[template.id]


def test_every_summary_is_a_short_chinese_sentence(template: Template) -> None:
    odd = [
        one.id
        for one in template.clauses.values()
        if not (10 <= len(one.summary) <= 40 and re.search(r"[一-鿿]{4}", one.summary))
    ]
    assert odd == []


def test_nobody_owes_by_a_number_the_document_does_not_have() -> None:
    ordos = resolve(shipped("ordos-2021"))
    persons = [duty for duty in ordos.duties if duty.subject.type in ("member", "sector")]
    assert persons
    assert [duty.id for duty in persons if duty.judged and duty.min is not None] == []
    assert {one.id for one in ordos.indicators if not one.applicable} >= LEAVES_NUMBERS_OPEN


def test_a_number_that_binds_members_stands_in_a_numbered_clause(template: Template) -> None:
    policy = resolve(template)
    loose = [
        duty.id
        for duty in policy.duties
        if duty.subject.type == "member"
        and duty.judged
        and (duty.min or duty.max)
        and not any(
            template.clauses[one].count_min is not None or template.clauses[one].count_max is not None
            for one in duty.clauses
        )
    ]
    assert loose == []


def test_indicators_are_bound_only_to_attainments_and_known_duties(template: Template) -> None:
    policy = resolve(template)
    names = {duty.id for duty in policy.duties_on(None)}
    bound = [one for one in policy.indicators if one.duties]
    assert all(one.kind == "attainment" and set(one.duties) <= names for one in bound)


def test_the_catalogue_has_forty_indicators_each_defined() -> None:
    catalogue = load_catalogue()
    assert [one["code"] for one in catalogue] == [f"R{number:02}" for number in range(1, 41)]
    assert all(one["definition"] and one["clauses"] for one in catalogue)
