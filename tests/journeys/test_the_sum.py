"""The sum: a year goes up from county to province, sent back, late, restated; a city's new version comes down."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Error, Locator, Page, expect

from tests.journeys.axe import assert_open_to_all

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

YEAR = "2021"
ANHUA, NANXIAN, YIYANG = "政协安化县委员会", "政协南县委员会", "政协益阳市委员会"
FORGOTTEN = "年底走访，问了冬小麦的墒情。"
WHY_BACK = "年底的走访没有计入，请核对后重新结账。"
JOB_SECONDS = 60
SignIn = Callable[..., Page]
Deployment = Any


class Desk:
    """Everybody's page, signed in once: `desk("anhua", "office", "/returns/")` is that person there."""

    def __init__(self, signed_in: SignIn, deployment: Deployment) -> None:
        self.signed_in, self.deployment = signed_in, deployment
        self.pages: dict[tuple[str, str], Page] = {}

    def __call__(self, slug: str, role: str, path: str) -> Page:
        if (slug, role) not in self.pages:
            self.pages[slug, role] = self.signed_in(slug, role, path=path)
        else:
            self.pages[slug, role].goto(self.deployment.url(slug, path))
        return self.pages[slug, role]

    def show(self, slug: str, role: str = "office") -> Page:
        return self(slug, role, f"/returns/{YEAR}/")


@pytest.fixture
def desk(signed_in: SignIn, deployment: Deployment) -> Desk:
    return Desk(signed_in, deployment)


def main(page: Page) -> Locator:
    return page.locator("main")


def test_a_year_goes_up_sent_back_late_and_restated(desk: Desk, tmp_path: Path) -> None:
    first_of_a_county(desk)
    sent_back(desk)
    corrected(desk)
    accept(desk, "yiyang", ANHUA, revision=2)

    city = close(desk, "yiyang")
    expect(main(city)).to_contain_text(f"含下级的数里缺：{NANXIAN}")
    sign_and_submit(desk, "yiyang")
    accept(desk, "hunan", YIYANG)
    close(desk, "hunan")
    sign(desk, "hunan")

    close(desk, "nanxian")
    sign_and_submit(desk, "nanxian")
    accept(desk, "yiyang", NANXIAN)
    restated(desk)
    seen_by_the_province(desk)
    checked_offline(desk, tmp_path)


def first_of_a_county(desk: Desk) -> None:
    """Last year is over for long: it is closed from the list."""
    office = desk("anhua", "office", "/returns/?kind=year")
    office.get_by_role("link", name=f"{YEAR} 年", exact=True).click()
    assert_open_to_all(office)
    press_and_wait(office, "结账这一期")
    sign_and_submit(desk, "anhua")


def close(desk: Desk, slug: str) -> Page:
    """The first closing, or the next; ends on the return."""
    office = desk.show(slug)
    press_and_wait(office, re.compile("^(结账|重新结账)"))
    return office


def press_and_wait(office: Page, button: str | re.Pattern[str]) -> None:
    office.get_by_role("button", name=button).first.click()
    until = time.monotonic() + JOB_SECONDS
    while is_closing(office) and time.monotonic() < until:
        time.sleep(0.2)
    office.goto(office.url)
    main(office).get_by_role("link", name="看这一期报表").first.click()


def is_closing(office: Page) -> bool:
    """Asked of the server alone: to draw the page again and again would take the processor from the closing."""
    try:
        return "正在结账，算好以后本页" in office.evaluate("async () => (await fetch(location.href)).text()")
    except Error:  # the page has just drawn itself anew, as it says it will
        return True


def sign(desk: Desk, slug: str) -> Page:
    leader = desk.show(slug, "leader")
    leader.get_by_role("button", name="签署", exact=True).click()
    expect(main(leader)).to_contain_text("已签署")
    return leader


def sign_and_submit(desk: Desk, slug: str) -> None:
    sign(desk, slug)
    office = desk.show(slug)
    office.get_by_role("button", name=re.compile("^报送政协")).click()
    expect(office.get_by_role("button", name=re.compile("^报送政协"))).to_have_count(0)
    expect(main(office)).to_contain_text("已报送")


def waiting(desk: Desk, slug: str, child: str) -> Page:
    office = desk(slug, "office", "/returns/inbox/")
    row = office.get_by_role("table", name="待接收的报表").locator("tr", has_text=f"{YEAR} 年").filter(has_text=child)
    row.get_by_role("link", name=child).click()
    return office


def sent_back(desk: Desk) -> None:
    """Not without a reason; the county's office reads it where it goes on."""
    city = waiting(desk, "yiyang", ANHUA)
    back = city.get_by_role("button", name=f"退回{ANHUA}")
    back.click()
    expect(main(city)).to_contain_text("没有退回")
    assert_open_to_all(city)
    city.get_by_label("理由").fill(WHY_BACK)
    back.click()
    expect(main(city)).to_contain_text(f"已退回{ANHUA}")
    home = desk("anhua", "office", "/")
    expect(main(home)).to_contain_text(WHY_BACK)


def corrected(desk: Desk) -> None:
    """The office adds what was forgotten; the second revision says what it changed."""
    office = desk("anhua", "office", "/contacts/new/")
    someone = office.locator("#people option").first.get_attribute("value")
    office.locator("input[name=member]").fill(someone or "")
    office.locator("input[name=held_on]").fill("2021-12-28")
    office.get_by_label("说了什么").fill(FORGOTTEN)
    office.get_by_role("button", name="保存这次联系").click()
    expect(main(office)).to_contain_text(FORGOTTEN)
    office = close(desk, "anhua")
    expect(main(office)).to_contain_text(WHY_BACK)
    expect(office.get_by_role("table", name="改了的数")).to_contain_text("人均联系次数")
    sign_and_submit(desk, "anhua")


def accept(desk: Desk, slug: str, child: str, revision: int = 1) -> Page:
    """Several at once, or the one that waits: what it would take in is shown before."""
    office = desk(slug, "office", "/returns/inbox/")
    row = office.get_by_role("table", name="待接收的报表").locator("tr", has_text=f"{YEAR} 年").filter(has_text=child)
    row.get_by_role("checkbox").check()
    office.get_by_role("button", name=re.compile("^接收选中的")).click()
    told = office.get_by_role("table", name="将要接收的报表").locator("tbody tr")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("相符")
    assert told.locator("[data-label=稿次]").inner_text() == str(revision)
    if revision > 1:
        assert_open_to_all(office)
    office.get_by_role("button", name="接收这 1 份").click()
    expect(main(office)).to_contain_text("已接收 1 份")
    return office


def restated(desk: Desk) -> None:
    """The late county is carried up: each level is told, and its next revision says through whom."""
    expect(main(desk("yiyang", "office", "/"))).to_contain_text(f"{NANXIAN}又有新的数")
    city = desk.show("yiyang")
    expect(main(city)).to_contain_text("下级又有新的数")
    city = close(desk, "yiyang")
    expect(main(city)).to_contain_text(f"{NANXIAN} 第 1 稿计入，原来缺")
    expect(main(city)).not_to_contain_text("含下级的数里缺")
    assert_open_to_all(city)
    sign_and_submit(desk, "yiyang")

    province = waiting(desk, "hunan", YIYANG)
    expect(main(province)).to_contain_text(f"{NANXIAN} 第 1 稿计入，原来缺")
    province.get_by_role("button", name="接收", exact=True).click()
    expect(main(province)).to_contain_text(f"已接收{YIYANG}")
    province = close(desk, "hunan")
    chain = main(province).locator("li", has_text="稿")
    expect(chain.filter(has_text=YIYANG).first).to_contain_text("第 2 稿代替第 1 稿")
    expect(chain.filter(has_text=NANXIAN).first).to_contain_text("第 1 稿计入，原来缺")
    sign(desk, "hunan")


def seen_by_the_province(desk: Desk) -> None:
    """The tree, the heat, the course of the years, who reported when."""
    page = desk("hunan", "upper_liaison", f"/rollup/?period={YEAR}")
    tree = page.get_by_role("table", name="各委员会的指标")
    for name in (YIYANG, ANHUA, NANXIAN):
        expect(tree).to_contain_text(name)
    assert FORGOTTEN not in page.content()
    for tab, says in (("热力", "委员会 × 指标"), ("走势", "各期数值"), ("完整性", "第 2 稿")):
        page.get_by_role("link", name=tab, exact=True).click()
        if page.locator("select[name=kind]").count():
            page.locator("select[name=kind]").select_option("year")
            page.get_by_role("button", name="查看").click()
        expect(main(page)).to_contain_text(re.compile(says))
        expect(main(page)).to_contain_text(YIYANG)
        assert_open_to_all(page)


def checked_offline(desk: Desk, folder: Path) -> None:
    """Files from the pages hold together, sums and all; one digit changed, and they do not."""
    office = desk.show("hunan")
    files = [saved(office, "下载签名文件", folder / "hunan.json")]
    city = desk.show("yiyang")
    files += [saved(city, "下载签名文件", folder / "yiyang.json"), saved(city, "第 1 稿", folder / "yiyang1.json")]
    for child in (ANHUA, NANXIAN):
        city = desk("yiyang", "office", "/returns/inbox/")
        done = city.get_by_role("table", name="已办的报表").locator("tr", has_text=f"{YEAR} 年").filter(has_text=child)
        done.filter(has_text="已接收").get_by_role("link", name=child).click()
        files.append(saved(city, "下载签名文件", folder / f"{child}.json"))
    desk("hunan", "office", "/returns/keys/")
    keys = saved(office, re.compile("清单|下载"), folder / "keys.json")
    code, told = verified(*files, "--keys", keys)
    assert (code, told["ok"], len(told["files"])) == (0, True, 5), told
    assert not [note for note in told["notes"] if "重算" in note], "every sum was worked out again from the files below"

    county = files[-1]
    county.write_text(
        re.sub(r'("numerator": ?)(\d)', lambda m: f"{m[1]}{(int(m[2]) + 1) % 10}", county.read_text(), count=1)
    )
    code, told = verified(*files, "--keys", keys)
    assert code == 2
    assert {"altered", "bad_signature"} <= {one["code"] for one in told["errors"] if one["file"] == str(county)}


def saved(page: Page, link: str | re.Pattern[str], file: Path) -> Path:
    with page.expect_download() as got:
        main(page).get_by_role("link", name=link).first.click()
    got.value.save_as(file)
    return file


def verified(*words: Path | str) -> tuple[int, dict[str, Any]]:
    """`lianxin return verify … --json`: exit code and what it told."""
    from exchange.commands import verify

    done = CliRunner().invoke(verify, [*map(str, words), "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_yiyang_publishes_a_new_version_and_nanxian_settles_two_conflicts(desk: Desk) -> None:
    published(desk)
    office = desk("nanxian", "office", "/policy/rebase/")
    of_the_version_before = office.get_by_role("button", name="放弃这个案")
    if of_the_version_before.count():  # the story left it half settled
        of_the_version_before.click()
        desk("nanxian", "office", "/policy/rebase/")
    office.get_by_role("button", name="逐项决定").click()
    pairing, conveners = office.locator("[id='duty.constituents']"), office.locator("[id='duty.conveners']")
    expect(office.locator(".lx-matter--open")).to_have_count(2)
    for side in ("上级原来", "上级现在", "本会"):
        expect(pairing).to_contain_text(side)
    expect(pairing).to_contain_text("5 到 9")
    assert_open_to_all(office)

    pairing.get_by_label("保留本会的").check()
    pairing.get_by_label("保留或另定的理由").fill("")
    conveners.get_by_label("改用上级的").check()
    office.get_by_label("总的理由").fill("随市里的新版，保留湖区必需的一处。")
    office.get_by_label("打算从哪天起施行").fill("2023-03-01")
    send = office.get_by_role("button", name="送请会议决定")
    send.click()
    expect(main(office)).to_contain_text("请写一句理由")
    pairing.get_by_label("保留或另定的理由").fill("安置点多，户数照旧。")
    send.click()
    expect(main(office)).to_contain_text("由领导或另一位同事登记")
    assert not office.get_by_role("button", name="登记决定并施行").count(), "who settled it does not register it"

    leader = desk("nanxian", "leader", "/policy/rebase/")
    decide(leader, "第十届第 11 次主席会议", "南协发〔2022〕12号（演示）")
    expect(main(leader)).to_contain_text("2023-03-01 起按新版")
    city = desk("yiyang", "leader", "/policy/publish/")
    line = city.get_by_role("table", name="下级采用情况").locator("tr", has_text=NANXIAN)
    expect(line).to_contain_text("2023-03-01 起采用最新版")
    assert "安置点多" not in city.content(), "the parent sees numbers, not reasons"
    assert_open_to_all(city)


def published(desk: Desk) -> None:
    """The city changes two values, its leader registers the decision and publishes."""
    office = desk("yiyang", "office", "/policy/adapt/")
    for name, value in (("duty.constituents.min", "5"), ("duty.constituents.max", "9"), ("duty.conveners.max", "1")):
        office.locator(f"input[name='{name}']").fill(value)
    office.get_by_label("理由").fill("一年试下来，结对还可以多几户。")
    office.get_by_label("打算从哪天起施行").fill("2023-02-01")
    office.get_by_role("button", name="看看改了什么").click()
    desk("yiyang", "office", "/policy/draft/").get_by_role("button", name="送请会议决定").click()
    leader = desk("yiyang", "leader", "/policy/draft/")
    decide(leader, "第六届第 20 次主席会议", "益协发〔2022〕12号（演示）")
    leader = desk("yiyang", "leader", "/policy/publish/")
    leader.get_by_label("说明").fill("结对五到九户，召集人一名。")
    leader.get_by_role("button", name="发布给下级").click()
    expect(main(leader)).to_contain_text("版已发布")


def decide(leader: Page, meeting: str, number: str) -> None:
    leader.get_by_label("会议", exact=False).first.fill(meeting)
    leader.get_by_label("会议日期").fill("2022-11-29")
    leader.get_by_label("文号").fill(number)
    leader.get_by_role("button", name="登记决定并施行").click()
