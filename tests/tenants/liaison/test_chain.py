"""The link chain: coverage with the named gaps, proposals, giving out many at once, the matrix; grid workers."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from core.audit import SYSTEM
from tenants.liaison import actions, queries
from tenants.liaison.models import Constituent, ConstituentLink, LinkAssignment
from tenants.liaison.queries import NotYourRecord
from tenants.members import actions as members
from tests.tenants.liaison.test_contacts import TODAY, user

TERM = date(2021, 12, 1)
DAY = date(2022, 1, 4)


@pytest.fixture
def people(anhua: Any) -> dict[str, list[Any]]:
    """Two on the council, four standing members, six members, in two special committees."""
    sectors = [members.add_sector(name=name, by=SYSTEM) for name in ("教育界", "科技界")]
    committees = [members.add_special_committee(name=name, by=SYSTEM) for name in ("提案委", "文史委")]
    found: dict[str, list[Any]] = {}
    for kind, number in (("vice_chairperson", 2), ("standing_member", 4), ("member", 6)):
        found[kind] = [
            members.add_member(
                name=f"{kind[0]}{place}", number=f"{kind[:2]}{place}", sector=sectors[place % 2], joined_on=TERM, posts=[kind],
                special_committees=[committees[place % 2]], by=SYSTEM,
            )
            for place in range(number)
        ]  # fmt: skip
    return found


def give(level: str, pairs: list[tuple[Any, Any]], since: date = DAY) -> list[LinkAssignment]:
    ids = [(one.pk, other.pk) for one, other in pairs]
    return actions.assign_links(level=level, pairs=ids, since=since, by=SYSTEM)


def rung(level: str, day: date = TODAY) -> queries.Rung:
    return next(one for one in queries.rungs(day) if one.level == level)


def test_coverage_names_who_is_left_out(people: dict[str, list[Any]]) -> None:
    """S12 in small."""
    council, standing, plain = people.values()
    give("council_to_standing", [(council[place % 2], one) for place, one in enumerate(standing[:3])])
    give("standing_to_member", [(standing[place % 4], one) for place, one in enumerate(plain)])
    upper, lower = rung("council_to_standing"), rung("standing_to_member")
    assert (upper.linked, upper.total, upper.percent, upper.is_full) == (3, 4, "75.0%", False)
    assert [one.id for one in upper.gaps] == [standing[3].pk]
    assert (lower.percent, lower.is_full) == ("100.0%", True)
    members.end_membership(id=standing[0].pk, on=date(2022, 6, 1), by=SYSTEM)
    assert {one.id for one in rung("standing_to_member").gaps} == {plain[0].pk, plain[4].pk}, "their links ended"
    assert rung("standing_to_member", date(2022, 5, 1)).is_full, "as of a day before"


def test_a_proposal_is_balanced_and_prefers_who_is_near(people: dict[str, list[Any]]) -> None:
    lines, load = queries.proposal("standing_to_member", "balanced", TODAY)
    assert sorted(load.values()) == [1, 1, 2, 2]
    lines, _ = queries.proposal("standing_to_member", "special_committee", TODAY)
    for line in lines:
        assert line.source is not None
        assert line.source.committees & line.target.committees
    assert queries.proposal("standing_to_member", "special_committee", TODAY)[0] == lines, "the same every time"
    assert not LinkAssignment.objects.exists()


def test_what_does_not_fit_the_level_is_refused_whole(people: dict[str, list[Any]]) -> None:
    council, standing, plain = people.values()
    with pytest.raises(actions.NothingGiven):
        give("standing_to_member", [])
    with pytest.raises(actions.NotOfTheTier):
        give("standing_to_member", [(standing[0], plain[0]), (plain[1], plain[2])])
    with pytest.raises(actions.NoSuchTarget):
        give("council_to_standing", [(council[0], plain[0])])
    assert not LinkAssignment.objects.exists()
    (link,) = give("council_to_standing", [(council[0], standing[0])])
    assert give("council_to_standing", [(council[0], standing[0])]) == [], "what stands is left"
    with pytest.raises(actions.EndsBeforeBeginning):
        actions.end_link(id=link.pk, on=TERM, by=SYSTEM)
    actions.end_link(id=link.pk, on=TODAY, by=SYSTEM)
    assert not queries.given("council_to_standing", TODAY)


def test_the_office_edits_a_proposal_before_keeping_it(
    people: dict[str, list[Any]], anhua: Any, browser_of: Any, django_assert_max_num_queries: Any
) -> None:
    _, standing, plain = people.values()
    browser = browser_of(anhua, user("office"))
    here = "/links/standing_to_member/propose/"
    with django_assert_max_num_queries(26):
        page = browser.get(f"{here}?by=sector").content.decode()
    assert "还差 6 个" in page
    typed = {f"to-{one.pk}": f"{standing[0].name}（{standing[0].number}）" for one in plain[:2]}
    rest = {f"to-{one.pk}": "" for one in plain[2:]}
    wrong = browser.post(
        here, {"by": "balanced", "since": "2022-01-04", **rest, **typed, f"to-{plain[2].pk}": "无此人"}
    )
    assert wrong.status_code == 422
    assert "“无此人”不在可选的联系人里" in wrong.content.decode()
    assert not LinkAssignment.objects.exists()
    kept = browser.post(here, {"by": "balanced", "since": "2022-01-04", **rest, **typed}, follow=True)
    assert "已分配 2 个" in kept.content.decode()
    assert "应联系 6，已联系 2，还差 4" in kept.content.decode()
    one = browser.post(
        "/links/standing_to_member/", {"source": standing[1].number, "targets": f"{plain[2].number}、{plain[3].name}", "since": "2022-01-04"},
        follow=True,
    )  # fmt: skip
    assert "新联系 2 个" in one.content.decode()
    refused = browser.post(
        "/links/standing_to_member/", {"source": standing[1].number, "targets": "无此人", "since": "2022-01-04"}
    )
    assert "不在这一级的对象里" in refused.content.decode()
    link = LinkAssignment.objects.first()
    assert link is not None
    assert "不再计入覆盖" in browser.post(f"/links/end/{link.pk}/", {"on": "2022-11-30"}, follow=True).content.decode()
    assert f"由{standing[1].name}联系" in browser.get(f"/members/{standing[1].pk}/").content.decode()


def test_the_chain_and_its_matrix_in_bounded_statements_and_as_files(
    people: dict[str, list[Any]], anhua: Any, browser_of: Any, django_assert_max_num_queries: Any
) -> None:
    council, _, _ = people.values()
    sector = council[0].sector
    actions.assign_links(level="council_to_sector", pairs=[(council[0].pk, sector.pk)], since=DAY, by=SYSTEM)
    browser = browser_of(anhua, user("office"))
    with django_assert_max_num_queries(26):
        page = browser.get("/links/").content.decode()
    assert "主席会议成员联系界别" in page
    assert "科技界" in page, "the gap is named"
    with django_assert_max_num_queries(20):
        matrix = browser.get("/links/council_to_sector/matrix/").content.decode()
    assert "已联系 1 / 2" in matrix
    sheet = load_workbook(io.BytesIO(browser.get("/links/council_to_sector/matrix/?format=xlsx").content)).active
    assert [cell.value for cell in sheet[1]][2:] == [council[0].name]
    assert sheet["C2"].value == "√"
    for address in ("/links/?format=xlsx", "/links/council_to_sector/?format=xlsx"):
        assert browser.get(address)["Content-Type"].endswith("sheet")
    assert "科技界</a>" in browser.get("/links/council_to_sector/matrix/?q=kejijie").content.decode()
    assert "教育界</a></th>" not in browser.get("/links/council_to_sector/matrix/?q=kejijie").content.decode()
    assert browser.get("/links/nonsense/").status_code == 404
    assert browser.post(f"/links/end/{uuid4()}/").status_code == 404


def test_a_member_pairs_with_a_grid_worker_and_ends_only_the_own(
    people: dict[str, list[Any]], anhua: Any, browser_of: Any
) -> None:
    one, other = people["member"][:2]
    mine = members.give_account(id=one.pk, username="mine", password=None, by=SYSTEM)
    browser = browser_of(anhua, mine)
    sent = {"name": "李某", "place": "东坪社区", "since": "2022-11-01"}
    assert "已与东坪社区网格员李某结对" in browser.post("/links/grid/", sent, follow=True).content.decode()
    again = browser.post("/links/grid/", sent)
    assert again.status_code == 422
    assert "不用再加" in again.content.decode()
    actions.pair_grid(member=other.pk, name="李某", place="东坪社区", since=DAY, today=TODAY, by=SYSTEM)
    assert Constituent.objects.count() == 1, "the same worker"
    theirs = ConstituentLink.grids.get(member=other)
    assert browser.post(f"/links/grid/{theirs.pk}/end/").status_code == 404
    assert other.name not in browser.get("/links/grid/").content.decode()
    with pytest.raises(NotYourRecord):
        actions.pair_grid(member=other.pk, name="王某", place="西坪", since=DAY, today=TODAY, by=mine)
    with pytest.raises(actions.GridWorkerUnnamed):
        actions.pair_grid(member=one.pk, name=" ", place="", since=DAY, today=TODAY, by=mine)
    with pytest.raises(actions.PairingInFuture):
        actions.pair_grid(member=one.pk, name="王某", place="西坪", since=date(2023, 1, 1), today=TODAY, by=mine)
    office = browser_of(anhua, user("office"))
    assert "2 对" in office.get("/links/grid/").content.decode()
    assert "网格员 李某" in office.get(f"/members/{one.pk}/").content.decode()
    assert office.get("/links/grid/?format=xlsx")["Content-Type"].endswith("sheet")
