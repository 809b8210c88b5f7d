"""A committee's year in four days of it: the office's Monday, a member's evening, a leader's signatures, an adaptation."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.journeys.axe import assert_open_to_all
from tests.journeys.hand import Hand

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

CLAIMS = 20
CONTACTS, STATIONS = "经常联系界别群众", "联络站履职"
CLAIMED = "沙面联络站值守"
VISIT = "冬季供暖和用水视察"
OWN_DUTY = "每半年走访一户企业"
SignIn = Callable[..., Page]
Deployment = Any


def standing(page: Page, duty: str) -> int:
    """How many count towards a duty of the member signed in."""
    page.goto(host(page) + "/standing/me/")
    return int(line_of(page, duty).locator(".lx-line__count b").inner_text())


def line_of(page: Page, duty: str) -> Locator:
    return page.locator(".lx-line", has=page.locator(".lx-line__label", has_text=duty)).first


def host(page: Page) -> str:
    return "/".join(page.url.split("/", 3)[:3])


def main(page: Page) -> Locator:
    return page.locator("main")


def test_the_offices_monday(signed_in: SignIn, deployment: Deployment, tmp_path: Path, record_property: Any) -> None:
    member = signed_in("guangzhou", "member", phone=True)
    before = claim(member, deployment)
    office = signed_in("guangzhou", "office")
    expect(office.locator("h1")).to_contain_text("今天等您的")
    assert_open_to_all(office)

    office.get_by_role("link", name=re.compile("待确认")).first.click()
    assert_open_to_all(office)
    record_property("figure", f"claims by keyboard: {confirm(office)}")
    assert standing(member, STATIONS) > before, "a claim counts once the office has confirmed it"

    import_a_roster(office, tmp_path)
    triage_a_voice(office)
    from_a_figure_to_clause_and_records(office)


def claim(member: Page, deployment: Deployment) -> int:
    """A member enters a visit of their own; it counts for nothing yet. How many counted before."""
    before = standing(member, STATIONS)
    member.goto(deployment.url("guangzhou", "/activities/new/"))
    member.get_by_label("活动名称").fill(CLAIMED)
    member.get_by_label("种类").select_option(label=STATIONS)
    member.get_by_label("谁组织的").select_option(label="其他单位")
    assert_open_to_all(member)
    member.get_by_role("button", name="保存这次活动").click()
    expect(main(member)).to_contain_text("待确认")
    assert standing(member, STATIONS) == before
    return before


def confirm(office: Page) -> str:
    """At least twenty, the oldest first, until ours is done: the first button has the focus, one key each."""
    waiting = office.get_by_role("table", name="待确认")
    left = waiting.locator("tbody tr").count()
    assert left >= CLAIMS, "the story has as many waiting as the issue speaks of"
    hand, done = Hand(office), 0
    while CLAIMED in office.content() or done < CLAIMS:
        expect(waiting.locator("tbody tr")).to_have_count(left)
        expect(waiting.get_by_role("button").first).to_be_focused()
        hand.press("Enter")
        left, done = left - 1, done + 1
        if not left:
            break
        expect(waiting.locator("tbody tr")).to_have_count(left)
    return f"{done} claims, {hand.told()}"


def import_a_roster(office: Page, folder: Path) -> None:
    """A file with a wrong cell comes back marked; set right it is previewed, taken in, and taken back."""
    office.goto(host(office) + "/members/")
    assert_open_to_all(office)
    with office.expect_download() as got:
        office.get_by_role("link", name="导出").first.click()
    book = load_workbook(io.BytesIO(got.value.path().read_bytes()))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    unit, joined = (heads.index(name) + 1 for name in ("工作单位", "任职日期"))
    right = sheet.cell(3, joined).value
    sheet.cell(2, unit).value = "城南中学（虚构）"
    sheet.cell(3, joined).value = "2022-13-40"
    upload(office, book, folder / "名册.xlsx")
    expect(main(office)).to_contain_text("有 1 处要改")
    expect(main(office)).to_contain_text("任职日期")
    assert_open_to_all(office)
    with office.expect_download() as got:
        office.get_by_role("link", name="下载标注好的文件").click()
    marked = load_workbook(io.BytesIO(got.value.path().read_bytes()))
    wrong = marked.active.cell(3, joined)
    assert wrong.comment is not None, "the clerk's own file says what is wrong where it is wrong"
    wrong.value, wrong.comment = right, None
    upload(office, marked, folder / "改好.xlsx")
    expect(main(office)).to_contain_text("城南中学")
    assert_open_to_all(office)
    office.get_by_role("button", name="确认导入").click()
    expect(main(office)).to_contain_text("变更 1 人")
    office.goto(host(office) + "/members/import/")
    office.get_by_role("link", name="撤销这次导入").click()
    office.get_by_role("button", name="撤销导入").click()
    expect(main(office)).to_contain_text("恢复原样")


def upload(office: Page, book: Any, file: Path) -> None:
    book.save(file)
    office.goto(host(office) + "/members/import/")
    office.locator("input[type=file]").set_input_files(file)
    office.get_by_role("button", name="上传并查看变动").click()


def triage_a_voice(office: Page) -> None:
    office.goto(host(office) + "/voices/?state=received")
    assert_open_to_all(office)
    office.get_by_role("table", name="民意").locator("a.lx-row").first.click()
    office.get_by_role("button", name=re.compile("^具体")).click()
    assert_open_to_all(office)
    office.get_by_label("转给哪个单位").fill("城管局")
    office.get_by_role("button", name="转办").click()
    expect(main(office)).to_contain_text("办理中")


def from_a_figure_to_clause_and_records(office: Page) -> None:
    """Two clicks from a figure on the list: the line of the person, then its records; its clause stands there, too."""
    office.goto(host(office) + "/standing/")
    assert_open_to_all(office)
    hand = Hand(office)
    figures = office.get_by_role("table", name="委员履职情况").locator("a.lx-cell", has_text="已完成")
    hand.tap(figures.first)
    duty = office.url.rsplit("#", 1)[1]
    line = office.locator(".lx-line", has=office.locator(f"#{duty}"))
    clause = line.locator(".lx-clause").first
    expect(clause).to_be_visible()
    hand.tap(line.get_by_text("计入的记录"))
    expect(line.get_by_role("link").last).to_be_visible()
    assert hand.taps == 2
    assert_open_to_all(office)
    clause.locator("summary").click()
    expect(clause.get_by_role("link", name="看条款与口径")).to_be_visible()


def test_a_members_evening_on_the_phone(
    signed_in: SignIn, deployment: Deployment, tmp_path: Path, record_property: Any
) -> None:
    member = signed_in("anhua", "member", phone=True)
    before = standing(member, CONTACTS)
    member.goto(deployment.url("anhua"))
    assert_open_to_all(member)
    Image.new("RGB", (1600, 1200), "#7a8b99").save(photo := tmp_path / "现场.jpg")
    record_property("figure", f"a contact with a photo on the phone: {record_contact(member, photo=photo)}")
    assert_open_to_all(member)
    sign_up(member)
    assert standing(member, CONTACTS) == before + 1
    line = line_of(member, CONTACTS)
    line.get_by_text("计入的记录").click()
    expect(line.get_by_role("link", name=re.compile("小卖部|联系")).first).to_be_visible()
    assert_open_to_all(member)
    object_to(member, CONTACTS)


def record_contact(page: Page, said: str = "小卖部门口坐了一会，都说班车太少。", photo: Path | None = None) -> str:
    """One tap from home, one field to write, one tap to keep; the day and the manner are filled in."""
    hand = Hand(page)
    hand.tap(page.get_by_role("link", name="记录一次联系").first)
    hand.write(page.get_by_label("说了什么"), said)
    if photo is not None:
        hand.fields += 1
        page.locator("input[type=file]").set_input_files(photo)
    hand.tap(page.get_by_role("button", name="保存这次联系"))
    expect(main(page)).to_contain_text(said)
    if photo is not None:
        expect(page.get_by_role("img", name=photo.stem)).to_be_visible()
    return hand.told()


def sign_up(page: Page) -> None:
    page.goto(host(page) + "/")
    page.get_by_role("link", name=re.compile(VISIT)).first.click()
    assert_open_to_all(page)
    page.get_by_role("button", name="我参加").click()
    expect(main(page)).to_contain_text("您已报名")


def object_to(page: Page, duty: str) -> None:
    page.goto(host(page) + "/standing/me/")
    line = next(one for one in page.locator(".lx-line").all() if one.get_by_role("link", name="数不对").count())
    line.get_by_role("link", name=re.compile("数不对")).click()
    page.get_by_label("哪里不对").fill("10 月走访两户，只记了一户。")
    page.get_by_role("button", name="交办公室核对").click()
    expect(main(page)).to_contain_text("等办公室答复")


def test_the_evening_without_javascript(signed_in: SignIn, deployment: Deployment) -> None:
    member = signed_in("nanxian", "member", phone=True, javascript=False)
    before = standing(member, CONTACTS)
    member.goto(deployment.url("nanxian", "/contacts/new/"))
    member.get_by_role("button", name="保存这次联系").click()
    expect(main(member)).to_contain_text("说了什么")
    assert member.locator("[aria-invalid=true]").count() == 1, "the empty field is named, nothing else is"
    assert standing(member, CONTACTS) == before
    member.goto(deployment.url("nanxian"))
    record_contact(member, "问了养老金发放的日子。")
    assert standing(member, CONTACTS) == before + 1
    member.goto(deployment.url("nanxian"))
    member.get_by_role("link", name=re.compile(VISIT)).first.click()
    member.get_by_role("button", name="我参加").click()
    expect(main(member)).to_contain_text("您已报名")


def test_a_leaders_signatures(signed_in: SignIn, deployment: Deployment) -> None:
    office = signed_in("yiyang", "office")
    waiting = office.get_by_role("table", name="办理事项")
    sector = nominate(office)
    leader = signed_in("yiyang", "leader")
    assert_open_to_all(leader)
    leader.goto(deployment.url("yiyang", "/proceedings/"))
    assert_open_to_all(leader)
    leader.locator(".lx-list a", has_text=sector).first.click()
    leader.get_by_role("button", name="退回").click()
    expect(main(leader)).to_contain_text("没有")
    leader.get_by_label("意见").fill("第二召集人长期在外地，请再议。")
    leader.get_by_role("button", name="退回").click()
    expect(main(leader)).to_contain_text("已退回")
    office.goto(deployment.url("yiyang", "/inbox/"))
    expect(main(office)).to_contain_text("第二召集人长期在外地")
    assert_open_to_all(office)

    leader.goto(deployment.url("yiyang", "/proceedings/"))
    leader.locator(".lx-list a").first.click()
    assert_open_to_all(leader)
    leader.get_by_label("哪次会议").fill("第十届第 12 次主席会议")
    leader.get_by_label("会议日期").fill("2022-11-29")
    leader.get_by_role("button", name="同意").click()
    expect(main(leader)).to_contain_text("第十届第 12 次主席会议")
    leader.get_by_role("link", name=re.compile("^打开")).click()
    expect(main(leader)).to_contain_text("已审定")
    expect(main(leader)).to_contain_text("第一召集人")
    office.goto(deployment.url("yiyang", "/proceedings/"))
    expect(waiting).to_contain_text("已退回")


def nominate(office: Page) -> str:
    """The office sends what a sector without an open proposal has settled on up to the council. The sector's name."""
    office.goto(host(office) + "/organisation/sectors/")
    assert_open_to_all(office)
    row = office.locator("tbody tr").filter(has_not_text="推选办理中").first
    sector = row.locator("a.lx-row").inner_text()
    row.locator("a.lx-row").click()
    assert_open_to_all(office)
    office.get_by_role("link", name="推选召集人").click()
    people = office.locator("input[name=members]")
    for one in range(2):
        people.nth(one).check()
    office.get_by_label("第一召集人").select_option(index=1)
    office.get_by_role("button", name="提交推选").click()
    expect(main(office)).to_contain_text("办理中")
    return sector


def test_a_county_adapts_the_citys_measure_and_a_second_person_adopts_it(
    signed_in: SignIn, deployment: Deployment
) -> None:
    office = signed_in("nanxian", "office", path="/policy/draft/")
    office.get_by_role("button", name="取回修改").click()
    office.goto(deployment.url("nanxian", "/policy/draft/"))
    office.get_by_role("button", name="放弃草稿").click()
    office.goto(deployment.url("nanxian", "/policy/"))
    assert_open_to_all(office)
    adapt(office)
    what_if(office)
    office.goto(deployment.url("nanxian", "/policy/draft/"))
    office.get_by_role("button", name="送请会议决定").click()
    expect(main(office)).to_contain_text("由领导或另一位同事登记")
    assert not office.get_by_role("button", name="登记决定并施行").count(), "who prepared it does not adopt it"

    leader = signed_in("nanxian", "leader")
    leader.goto(deployment.url("nanxian", "/policy/draft/"))
    assert_open_to_all(leader)
    leader.get_by_label("会议", exact=False).first.fill("第十届第 9 次主席会议")
    leader.get_by_label("会议日期").fill("2022-11-29")
    leader.get_by_label("文号").fill("南协发〔2022〕9号（演示）")
    leader.get_by_role("button", name="登记决定并施行").click()
    expect(main(leader)).to_contain_text("2022-11-30")
    office.goto(deployment.url("nanxian", "/policy/duties/constituents/"))
    expect(main(office)).to_contain_text("第十届第 9 次主席会议")
    assert_open_to_all(office)
    waive(office)


def adapt(office: Page) -> None:
    """Another range for a duty of the city's, a duty of our own, why and by which meeting."""
    office.goto(host(office) + "/policy/adapt/")
    assert_open_to_all(office)
    office.locator("input[name='duty.constituents.min']").fill("4")
    office.locator("input[name='duty.constituents.max']").fill("6")
    office.get_by_label("理由").fill("湖区安置点多，每名委员多交几个朋友。")
    office.get_by_label("打算从哪天起施行").fill("2022-11-30")
    office.get_by_role("button", name="增加一项").click()
    office.get_by_label("叫什么").fill(OWN_DUTY)
    office.get_by_label("效力").select_option(label="原则上（可豁免）")
    office.locator("input[name=min]").fill("1")
    office.get_by_label("多长一段时间").select_option(label="每半年")
    office.locator("input[name=kinds][value=visit]").check()
    assert_open_to_all(office)
    office.get_by_role("button", name="加进草稿").click()
    expect(main(office)).to_contain_text(OWN_DUTY)
    office.get_by_role("button", name="看看改了什么").click()
    expect(main(office)).to_contain_text("→")
    assert_open_to_all(office)


def what_if(office: Page) -> None:
    office.get_by_role("link", name="试算影响").click()
    expect(main(office)).to_contain_text("人尚差；按现在的办法")
    assert_open_to_all(office)


def waive(office: Page) -> None:
    """What the document asks for in principle may be waived, by a decision; the state is not "met"."""
    office.goto(host(office) + "/standing/?state=outstanding")
    figure = office.get_by_role("table", name="委员履职情况").locator("a.lx-cell", has_text="尚差").last
    figure.click()
    line = line_of(office, OWN_DUTY)
    line.get_by_role("link", name="豁免").click()
    office.get_by_label("理由").fill("住院治疗")
    office.get_by_label("哪次会议").fill("第十届第 9 次主席会议")
    office.get_by_label("会议日期").fill("2022-11-29")
    assert_open_to_all(office)
    office.get_by_role("button", name="登记豁免").click()
    expect(line_of(office, OWN_DUTY)).to_contain_text("已豁免")
