"""The story's people are the same at every run and break what is careless with names."""

from __future__ import annotations

from collections import Counter

import pytest

from core import sheets
from demo import company, settling
from demo.cast import PARTS, parts
from tenants.members.actions.roster_file import columns

ANHUA = next(part for part in PARTS if part.slug == "anhua")
EVERY_PART = [*PARTS, *parts("small")]


def test_the_same_part_has_the_same_people_at_every_run() -> None:
    assert company.roster(ANHUA) == company.roster(ANHUA)


def test_another_committee_has_other_people() -> None:
    nanxian = next(part for part in PARTS if part.slug == "nanxian")
    ours = {one.name for one in company.roster(ANHUA)[20:]}
    theirs = {one.name for one in company.roster(nanxian)[20:]}
    assert len(ours & theirs) < len(ours) / 4


def test_chance_differs_from_act_to_act_and_from_committee_to_committee() -> None:
    from random import Random

    drawn = {Random(f"{act} {part.code}").random() for act in ("pairs", "contacts") for part in PARTS}
    assert len(drawn) == 2 * len(PARTS)


def test_there_are_long_names_with_a_dot_a_rare_ideograph_and_two_people_of_one_name() -> None:
    names = [one.name for one in company.roster(ANHUA)]
    assert max(len(name) for name in names if "·" in name) >= 15
    assert any(ord(char) > 0xFFFF for name in names for char in name)
    assert Counter(names)["王伟"] >= 2


def test_some_join_late_and_some_leave_early() -> None:
    people = company.roster(ANHUA)
    assert {one.joined_on.year for one in people} == {2021, 2022}
    assert any(one.left_on for one in people)


@pytest.mark.parametrize("part", EVERY_PART, ids=lambda part: f"{part.slug}-{part.members}")
def test_the_member_who_signs_in_is_an_ordinary_one_who_serves_all_year(part) -> None:
    star = company.star_of(part)
    assert (star.post, star.left_on) == ("委员", None)


@pytest.mark.parametrize("part", EVERY_PART, ids=lambda part: f"{part.slug}-{part.members}")
def test_parents_come_before_children(part) -> None:
    cast = PARTS if part in PARTS else parts("small")
    before = [one.code for one in cast[: cast.index(part)]]
    assert part.parent is None or part.parent in before


def test_the_roster_is_a_workbook_the_import_reads_without_a_wrong_cell() -> None:
    sheet = sheets.read(settling.workbook(ANHUA), columns=columns())
    assert sheet.errors == []
    assert len(sheet.rows) == ANHUA.members
