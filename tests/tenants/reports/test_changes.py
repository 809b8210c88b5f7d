"""A correction says everything it changes, cell by cell and in words, and nothing that its two revisions do not say."""

from __future__ import annotations

import copy
import re
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.audit import SYSTEM
from exchange import actions as exchange
from tenants.liaison.models import ConstituentLink
from tenants.reports import queries
from tenants.reports.queries.breakdown_changes import Moved, recuts
from tenants.reports.views.sheets import changes_sheet, theirs
from tests.tenants.reports.conftest import AT
from tests.tenants.reports.test_breakdowns import FIRST, WORKED, settle

Lines = dict[str, tuple[int, ...]]  # cells joined by + → people, or people and how many of them did


def line(cells: str, persons: int, did: int | None = None) -> dict[str, Any]:
    return {"cells": sorted(cells.split("+")), "persons": persons, "did": did}


def entry(
    persons: Lines, figures: dict[str, Lines] | None = None, *, threshold: int = 3, **also: Any
) -> dict[str, Any]:
    told = [line(cells, *numbers) for cells, numbers in persons.items()]
    cells = also.pop("cells", None) or sorted(cell for one in told for cell in one["cells"])
    by_code = {code: [line(name, *told) for name, told in lines.items()] for code, lines in (figures or {}).items()}
    return {"attribute": "sector", "threshold": threshold, "cells": cells, "persons": told, "figures": by_code} | also


def body(*breakdowns: dict[str, Any], revision: int = 1, **also: Any) -> dict[str, Any]:
    """A half-year of a county without anybody below."""
    own = [_figure("R05", numerator=3, denominator=13)]
    return {
        "format": "lianxin.return/3", "committee": {"code": "430923", "name": "政协安化县委员会", "level": "county"},
        "period": FIRST, "revision": revision, "previous": None, "as_of": "2022-06-30", "due_on": None,
        "policies": {"own": "a" * 64, "parent": "a" * 64}, "own": own, "total": copy.deepcopy(own), "children": [],
        "breakdowns": list(breakdowns),
    } | also  # fmt: skip


def _figure(indicator: str, *, numerator: int, denominator: int, answered: int = 1, asked: int = 1) -> dict[str, Any]:
    return {
        "indicator": indicator, "basis": "own", "applicable": True, "numerator": numerator, "denominator": denominator,
        "answered": answered, "asked": asked,
    }  # fmt: skip


def child(code: str, name: str, **also: Any) -> dict[str, Any]:
    return {
        "code": code, "name": name, "state": "accepted", "revision": 1, "digest": code[-1] * 64, "size": 1,
        "submitted_on": "2022-07-08",
    } | also  # fmt: skip


def read(now: dict[str, Any], before: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Every cell that moved, as the page reads it."""
    (found,) = recuts(body(now), body(before))
    return [_read(one) for one in found.rows]


def _read(one: Moved) -> tuple[str, str, str, str, str]:
    return "人数" if one.column is None else one.column.name, one.cells, one.before.text, one.now.text, one.how


PEOPLE: Lines = {"education": (6,), "health": (7,), "commerce+religion": (5,)}


def test_a_cell_that_reads_otherwise_is_told_with_people_and_figure_before_and_after():
    before = entry(PEOPLE, {"R05.own": {"education": (6, 3), "health": (7, 3), "commerce+religion": (5, 5)}})
    now = entry(
        PEOPLE | {"education": (9,)}, {"R05.own": {"education": (9, 6), "health": (7, 3), "commerce+religion": (5, 5)}}
    )
    assert read(now, before) == [
        ("人数", "教育", "6 人", "9 人", "数变了"),
        ("R05.own", "教育", "50.0% 3 / 6", "66.7% 6 / 9", "数变了"),
    ]


def test_what_is_held_back_now_and_what_is_told_anew_say_so_and_how_it_was():
    told = {"education": (6, 3), "health+commerce+religion": (12, 9)}
    open_, held = entry(PEOPLE, {"R05.own": told}), entry(PEOPLE, {"R05.own": {}})
    shown = "教育 50.0% 3 / 6；工商联、医药卫生、宗教（合并） 75.0% 9 / 12"
    assert read(held, open_) == [("R05.own", "全部 4 格", shown, queries.HELD, "原来公布，现在不公布")]
    assert read(open_, held) == [("R05.own", "全部 4 格", queries.HELD, shown, "原来不公布，现在公布")]


def test_a_whole_attribute_held_back_says_so_of_people_and_of_each_figure():
    before = entry(PEOPLE, {"R05.own": {"education": (6, 3), "health+commerce+religion": (12, 9)}, "R35.own": {}})
    now = entry({}, {"R05.own": {}, "R35.own": {}}, cells=before["cells"])
    assert [(one[0], one[3], one[4]) for one in read(now, before)] == [
        ("人数", queries.HELD, "原来公布，现在不公布"), ("R05.own", queries.HELD, "原来公布，现在不公布")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (
            {"education": (6,), "health": (7,)},
            {"education+health": (13,)},
            ("教育、医药卫生", "教育 6 人；医药卫生 7 人", "合并 13 人", "合并了，合计没变"),
        ),
        (
            {"education+health": (13,)},
            {"education": (6,), "health": (10,)},
            ("教育、医药卫生", "合并 13 人", "教育 6 人；医药卫生 10 人", "分开了，合计也变了"),
        ),
        (
            {"education+health": (9,), "commerce": (4,)},
            {"education": (6,), "commerce+health": (7,)},
            (
                "工商联、教育、医药卫生", "工商联 4 人；教育、医药卫生（合并） 9 人", "教育 6 人；工商联、医药卫生（合并） 7 人",
                "合并的格不同，合计没变",
            ),
        ),
        ({"education": (6,)}, {"education+religion": (6,)}, ("教育、宗教", "教育 6 人", "合并 6 人", "加进宗教，合计没变")),
    ],
)  # fmt: skip
def test_cells_joined_otherwise_stand_together(before, now, said):
    rest = {"science": (8,)}
    assert [one[1:] for one in read(entry(now | rest), entry(before | rest))] == [said]


def test_a_cell_that_is_new_or_no_more_and_another_threshold_are_sentences():
    before, now = entry({"education": (6,), "religion": (0,)}), entry({"education": (6,), "health": (0,)}, threshold=5)
    (found,) = recuts(body(now), body(before))
    assert found.said == ("原来满 3 人才单列，现在满 5 人。", "新列的格：医药卫生。", "不再列的格：宗教。")
    assert [_read(one)[1:] for one in found.rows] == [
        ("医药卫生", "没有这一格", "0 人", "新列的一格"), ("宗教", "0 人", "没有这一格", "不再列这一格")
    ]  # fmt: skip


def test_all_cells_are_counted_in_the_revision_that_tells_them():
    told = entry({"education": (6,)}, {"R05.own": {"education": (6, 3)}})
    held = entry({"education": (6,), "religion": (0,)}, {"R05.own": {}})
    assert [one[1] for one in read(held, told) if one[0] == "R05.own"] == ["全部 1 格"]
    assert [one[1] for one in read(told, held) if one[0] == "R05.own"] == ["全部 1 格"]


def test_a_figure_or_an_attribute_only_one_revision_breaks_down_is_said():
    told = {"education": (6, 3)}
    one, both = (
        entry({"education": (6,)}, {"R05.own": told}),
        entry({"education": (6,)}, {"R05.own": told, "R05.parent": {}}),
    )
    assert read(both, one) == [("R05.parent", "全部 1 格", "没有这项分列", queries.HELD, "这一稿起有，但不公布")]
    assert read(one, both) == [("R05.parent", "全部 1 格", queries.HELD, "没有这项分列", "不再分列")]
    more = entry({"education": (6,)}, {"R05.own": told, "R35.own": told})
    assert [one[4] for one in read(more, one)] == ["这一稿起分列"]
    old = {key: value for key, value in body().items() if key != "breakdowns"} | {"format": "lianxin.return/2"}
    assert [found.said for found in recuts(body(one), old)] == [("原来没有按界别分列，这一稿有。",)]
    assert [found.said for found in recuts(old, body(one))] == [("这一稿不再按界别分列。",)]


NAMES = ("cpc", "education", "health", "science", "other")


@st.composite
def told(draw: st.DrawFn) -> dict[str, Any]:
    """A breakdown as one could be sent: some cells, joined anyhow, or held back."""
    cells = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    groups = [draw(st.integers(0, 2)) for _ in cells]
    joined = [
        "+".join(sorted(cell for cell, at in zip(cells, groups, strict=True) if at == one)) for one in set(groups)
    ]
    people = {name: (draw(st.integers(3, 5)),) for name in joined}
    figure = {name: (persons, draw(st.integers(0, 3))) for name, (persons,) in people.items()}
    held = draw(st.sampled_from(["", "figure", "all"]))
    figures = {"R05.own": {} if held else figure} if draw(st.booleans()) else {}
    return entry({} if held == "all" else people, figures, cells=sorted(cells))


@settings(deadline=None, max_examples=60)
@given(told(), told())
def test_whatever_differs_is_said_and_whatever_is_said_differs(now: dict[str, Any], before: dict[str, Any]) -> None:
    found = recuts(body(now), body(before))
    assert bool(found) == (_plainly(now) != _plainly(before))
    rows = [row for one in found for row in one.rows]
    for of, new, old in (
        ("", now["persons"], before["persons"]),
        ("R05.own", now["figures"].get("R05.own", []), before["figures"].get("R05.own", [])),
    ):
        mine = [row for row in rows if (row.column.name if row.column else "") == of]
        for lines, others, sides in ((new, old, [row.now for row in mine]), (old, new, [row.before for row in mine])):
            other = [line for line in lines if line not in others]
            shown = [(part.shown.persons, part.shown.did) for side in sides for part in side.parts]
            assert sorted(shown, key=str) == sorted(((one["persons"], one["did"]) for one in other), key=str)


def _plainly(entry: dict[str, Any]) -> dict[str, Any]:
    def sorted_lines(lines: list[dict[str, Any]]) -> list[str]:
        return sorted(map(str, lines))

    figures = {code: sorted_lines(lines) for code, lines in entry["figures"].items()}
    return entry | {"persons": sorted_lines(entry["persons"]), "figures": figures}


def test_the_sheet_calls_a_basis_as_its_reader_does_and_has_every_change():
    told = {"education": (13, 6)}
    own = [
        _figure("R05", numerator=6, denominator=13),
        _figure("R05", numerator=5, denominator=13) | {"basis": "parent"},
    ]
    split = entry({"education": (13,)}, {"R05.own": told, "R05.parent": {"education": (13, 5)}})
    policies = {"own": "b" * 64, "parent": "a" * 64}
    now = body(split, revision=2, own=own, total=own, policies=policies)
    before = body(entry({"education": (13,)}, {"R05.own": {"education": (13, 3)}, "R05.parent": {}}))
    changes = queries.changes(now, before, of="对方")
    title, _, rows = changes_sheet(changes, [queries.Below("政协南县委员会", 1, 2, 0)], basis=theirs)
    assert title == "比第 1 稿改了什么"
    assert [(row[0], row[1], *row[3:5]) for row in rows if row[3]] == [
        ("本级", "结对联系达标率（按对方办法）", "23.1% 3 / 13", "46.2% 6 / 13"),
        ("本级", "结对联系达标率（按其上级办法）", "—", "38.5% 5 / 13"),
        ("按界别分列", "结对联系达标率（按对方办法）", "23.1% 3 / 13", "46.2% 6 / 13"),
        ("按界别分列", "结对联系达标率（按其上级办法）", queries.HELD, "教育 38.5% 5 / 13"),
    ]
    assert [row[1] for row in rows if row[0] in ("下级", "其他")] == ["政协南县委员会", "所依的对方办法"]


def test_both_held_back_and_all_the_same_is_no_change():
    held = entry({}, {"R05.own": {}}, cells=["education"])
    assert recuts(body(held), body(held)) == []
    said = queries.changes(body(held, revision=2), body(held))
    assert (said.said, said.brief) == ("数字没有变，按界别分列、所依的办法也没有变。", "数字相同")


def test_nothing_but_figures_is_said_in_words():
    now = body(entry(PEOPLE), revision=2, own=[_figure("R05", numerator=6, denominator=13)])
    said = queries.changes(now, body(entry(PEOPLE)))
    assert (said.said, said.brief) == ("只有这些数变了，按界别分列、所依的办法都没有变。", "1 个数不同")
    assert [(one.scope, one.column.name, one.before.parts, one.now.parts) for one in said.figures] == [
        ("own", "R05.own", "3 / 13", "6 / 13")
    ], "nobody is below: the total is not said again"


def test_everything_else_in_a_body_is_said_beside_the_figures():
    before = body()
    now = body(
        revision=2, as_of="2022-06-29", due_on="2022-07-10", policies={"own": "b" * 64, "parent": None},
        committee={"code": "430924", "name": "政协新化县委员会", "level": "city"},
    )  # fmt: skip
    notes = {one.name: one.said for one in queries.changes(now, before, keys=("AA", "BB")).notes}
    assert notes == {
        "委员会名称": "原来政协安化县委员会，现在政协新化县委员会",
        "委员会编码": "原来430923，现在430924",
        "委员会层级": "原来县级，现在市级",
        "数据截至": "原来2022-06-30，现在2022-06-29",
        "下级报送期限": "原来没有，现在2022-07-10",
        "所依的本会办法": f"原来是校验值 {'a' * 16} 的那一版，现在是校验值 {'b' * 16} 的那一版",
        "所依的上级办法": f"原来是校验值 {'a' * 16} 的那一版，现在没有",
        "签名公钥": "原来AA，现在BB",
    }
    assert queries.changes(before, before, keys=("AA", "")).notes == (), "a draft is not signed yet"


@pytest.mark.django_db
def test_children_listed_otherwise_are_said_each_with_what_is_other(anhua):
    gone, moved, waits, renamed = (
        child(f"43092{number}", f"政协{name}县委员会") for number, name in enumerate("甲乙丙丁")
    )
    missing = {"state": "missing", "revision": None, "digest": None, "submitted_on": None}
    now = body(
        revision=2,
        children=[
            moved | {"revision": 2, "digest": "e" * 64}, waits | missing | {"state": "submitted", "submitted_on": "2022-07-20"},
            renamed | {"name": "政协戊区委员会", "size": 4}, child("430929", "政协己县委员会", **missing),
        ],
    )  # fmt: skip
    before = body(children=[gone, moved, waits | missing, renamed])
    assert [(one.name, one.said) for one in queries.chain(now, before)] == [
        ("政协乙县委员会", "第 2 稿代替第 1 稿"),
        ("政协丙县委员会", "仍未计入；原来未报，现在已报送，待接收，首次报送 2022-07-20"),
        ("政协戊区委员会", "计入的仍是那一稿；原名政协丁县委员会，连同其下级原来 1 个委员会，现在 4 个"),
        ("政协己县委员会", "仍未计入；新列为下级"),
        ("政协甲县委员会", "第 1 稿不再计入；不再列为下级"),
    ]
    assert queries.changes(now, before).below == 5


def test_a_number_out_of_more_committees_is_one_note_and_no_changed_number():
    one = child("430921", "政协南县委员会")
    before = body(total=[_figure("R05", numerator=3, denominator=13, answered=1, asked=2)], children=[one])
    now = body(revision=2, total=[_figure("R05", numerator=3, denominator=13, answered=2, asked=2)], children=[one])
    said = queries.changes(now, before)
    assert said.figures == ()
    assert [one.said for one in said.notes] == ["原来 1 / 2，现在 2 / 2；结对联系达标率的数没有变"]


# --- through the pages -----------------------------------------------------------------------------


@pytest.fixture
def corrected(year, place):
    """Anhua's half-year accepted, and its correction: one member's pairs are gone, so the whole figure is held back."""
    with place("anhua").inside():
        people = settle(WORKED)
        first = year.report(FIRST)
    with place("yiyang").inside():
        exchange.accept(delivery_id=first.pk, at=AT, by=SYSTEM)
    with place("anhua").inside():
        ConstituentLink.objects.filter(member=people[0]).delete()
        return first, year.report(FIRST)


@pytest.mark.django_db
def test_a_correction_that_holds_a_figure_back_says_so_on_both_sides_and_in_the_files(
    corrected, place, account, browser_of
):
    first, second = corrected
    assert second.body["breakdowns"][0]["figures"]["R05.own"] == []
    with place("anhua").inside():
        own = browser_of(place("anhua"), account("office"))
    with place("yiyang").inside():
        above = browser_of(place("yiyang"), account("office"))
    for browser, address in ((own, f"/returns/{FIRST}/"), (above, f"/returns/inbox/{second.pk}/")):
        text = _plain(browser.get(address).content.decode())
        assert "已接收的第 1 稿改了什么" in text
        part = text.partition("按界别分列改了什么")[2].partition("指标 ")[0]
        assert "全部 4 格" in part
        assert "63.6% 7 / 11" in part
        assert "原来公布，现在不公布" in part
        book = load_workbook(BytesIO(browser.get(f"{address}?format=xlsx").content))
        rows = [[cell.value for cell in row] for row in book["比第 1 稿改了什么"].iter_rows()]
        (held,) = (row for row in rows if row[:3] == ["按界别分列", "结对联系达标率", "全部 4 格"])
        assert held[4:] == [queries.HELD, "原来公布，现在不公布"]
        assert "42.9% 3 / 7" in held[3]
    assert "已接收的第 1 稿" in above.get("/returns/inbox/accept/").content.decode()
    assert "改了什么" not in above.get(f"/returns/inbox/{first.pk}/").content.decode(), "the first corrects nothing"


@pytest.mark.django_db
def test_no_number_of_a_change_is_in_neither_revision(corrected):
    first, second = corrected
    assert set(second.body) == set(body()), "what a body holds more must be compared, too"
    numbers = {number for delivery in corrected for number in re.findall(r"\d+", str(delivery.body["breakdowns"]))}
    cells = {len(one["cells"]) for one in second.body["breakdowns"]}
    for part in recuts(second.body, first.body):
        for row in part.rows:
            told = [one.shown for side in (row.before, row.now) for one in side.parts]
            assert {str(number) for one in told for number in (one.persons, one.did) if number is not None} <= numbers
            assert re.findall(r"\d+", row.cells) in ([], *([str(count)] for count in cells))


@pytest.mark.django_db
def test_accepted_too_it_goes_on_saying_what_it_changed_and_one_sent_back_is_compared_with(
    corrected, year, place, account, browser_of
):
    _, second = corrected
    with place("yiyang").inside():
        exchange.accept(delivery_id=second.pk, at=AT, by=SYSTEM)
        office = browser_of(place("yiyang"), account("office"))
    assert "比已接收的第 1 稿改了什么" in office.get(f"/returns/inbox/{second.pk}/").content.decode()
    with place("nanxian").inside():
        month = year.report()
    with place("yiyang").inside():
        exchange.send_back(delivery_id=month.pk, reason="请核对", at=AT, by=SYSTEM)
    with place("nanxian").inside():
        again = year.report()
    text = office.get(f"/returns/inbox/{again.pk}/").content.decode()
    assert "比退回的第 1 稿改了什么" in text
    assert "数字没有变，所依的办法也没有变。" in text


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition('<main id="content"')[2]))
