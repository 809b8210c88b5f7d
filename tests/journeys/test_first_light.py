"""The main job from end to end: a contact on a phone becomes a figure in the province; nobody else's province sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

MONTH, MONTH_SAID = "2022-11", "2022 年 11 月"
SAID = "谈村口路灯，答应周五一起去看现场。"
CONTACTS = "经常联系界别群众"
JOB_MILLISECONDS = 60_000
SignIn = Callable[..., Page]
Deployment = Any


def record_contact(page: Page, said: str) -> None:
    """What a member does on the phone: one tap from home, one field to fill."""
    page.get_by_role("link", name="记录一次联系").first.click()
    page.get_by_label("地点 选填").fill("东坪社区")
    page.get_by_label("说了什么").fill(said)
    page.get_by_role("button", name="保存这次联系").click()
    expect(page.locator("main")).to_contain_text(said)


def standing(page: Page, duty: str) -> int:
    """How many count towards a duty of the member signed in."""
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + "/standing/me/")
    line = page.locator(".lx-line", has=page.locator(".lx-line__label", has_text=duty))
    return int(line.locator(".lx-line__count b").inner_text())


def close_sign_submit(slug: str, signed_in: SignIn, deployment: Deployment) -> dict[str, dict[str, str]]:
    """The month's return up to the parent. The figures it carries, as `table` reads them."""
    office, show = signed_in(slug, "office", path="/returns/"), f"/returns/{MONTH}/"
    office.get_by_role("button", name="结账 2022 年 11 月").click()
    office.get_by_role("link", name="看这一期报表").wait_for(timeout=JOB_MILLISECONDS)
    leader = signed_in(slug, "leader", path=show)
    leader.get_by_role("button", name="签署", exact=True).click()
    expect(leader.locator("main")).to_contain_text("已签署")
    office.goto(deployment.url(slug, show))
    office.get_by_role("button", name=re.compile("^报送政协")).click()
    expect(office.locator("main")).to_contain_text("已报送")
    office.get_by_role("button", name=re.compile("^报送政协")).wait_for(state="detached")
    return table(office)


def accept(slug: str, child: str, signed_in: SignIn) -> None:
    """The parent's office looks at the return first, then accepts it."""
    office = signed_in(slug, "office", path="/returns/inbox/")
    waiting = office.get_by_role("table", name="待接收的报表").locator("tr", has_text=MONTH_SAID)
    waiting.get_by_role("link", name=child).click()
    office.get_by_role("button", name="接收", exact=True).click()
    expect(office.locator("main")).to_contain_text(f"已接收{child}")


def table(page: Page) -> dict[str, dict[str, str]]:
    """The first table of the page: first cell of a row, with what tells its basis → header → text."""
    read = page.locator("table").first.evaluate(
        """table => {
            const words = cell => cell.innerText.replace(/\\s+/g, " ").trim();
            const heads = [...table.tHead.rows[0].cells].map(words);
            return [...table.tBodies[0].rows].map(row => [...row.cells].map((cell, i) => [heads[i], words(cell)]));
        }"""
    )
    rows = [dict(row) for row in read]
    return {" ".join(filter(None, (next(iter(row.values())), row.get("口径", "")))): row for row in rows}


def parts(text: str) -> tuple[int, int]:
    """Numerator and denominator of a figure as it is shown: `3.2 77 / 24`."""
    found = re.search(r"(\d+) / (\d+)", text)
    assert found, f"no numerator and denominator in {text!r}"
    return int(found[1]), int(found[2])


def own_contacts(figures: dict[str, dict[str, str]]) -> tuple[int, int]:
    row = next(row for name, row in figures.items() if name.startswith("人均联系次数"))
    return parts(row["本级"])


def test_a_contact_on_a_phone_becomes_a_figure_of_the_province(signed_in: SignIn, deployment: Deployment) -> None:
    member = signed_in("anhua", "member", phone=True)
    before = standing(member, CONTACTS)
    member.goto(deployment.url("anhua"))
    record_contact(member, SAID)
    assert standing(member, CONTACTS) == before + 1
    assert member.evaluate("document.documentElement.scrollWidth") <= 390

    office = signed_in("anhua", "office", path="/contacts/")
    expect(office.get_by_role("table", name="联系记录")).to_contain_text(SAID)

    sent = {"anhua": close_sign_submit("anhua", signed_in, deployment)}
    accept("yiyang", "政协安化县委员会", signed_in)
    sent["yiyang"] = close_sign_submit("yiyang", signed_in, deployment)
    accept("hunan", "政协益阳市委员会", signed_in)

    hunan = signed_in("hunan", "upper_liaison", path=f"/rollup/?period={MONTH}")
    rows = table(hunan)
    city = next(row for name, row in rows.items() if name.startswith("政协益阳市委员会"))
    column = next(name for name in city if name.startswith("人均联系次数"))
    owns = [own_contacts(figures) for figures in sent.values()]
    assert parts(city[column]) == (sum(top for top, _ in owns), sum(bottom for _, bottom in owns))
    by_own, by_parents = (city[name] for name in city if name.startswith("结对联系达标率"))
    assert parts(by_own)[1] == parts(by_parents)[1]
    assert by_own != by_parents, "Anhua asks for more than its parent, so the two readings differ"
    shown = hunan.locator("main").inner_text()
    assert SAID not in shown
    assert member_name(member, deployment) not in shown

    guangdong = signed_in("guangdong", "upper_liaison")
    for period in (MONTH, "2022-10"):
        guangdong.goto(deployment.url("guangdong", f"/rollup/?period={period}"))
        shown = guangdong.locator("main").inner_text()
        assert "广州" in shown
        assert not [name for name in ("湖南", "益阳", "安化", "南县") if name in shown]


def member_name(page: Page, deployment: Deployment) -> str:
    """The name on the record the member just made."""
    page.goto(deployment.url("anhua", "/contacts/"))
    page.locator("a.lx-row").first.click()
    return page.locator("dt", has_text="委员").first.locator("xpath=following-sibling::dd").inner_text().split()[0]
