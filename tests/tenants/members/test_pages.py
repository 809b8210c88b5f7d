"""The roster's pages, asked for the way a browser asks."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from core.audit import SYSTEM
from tenants.members import actions
from tenants.members.models import Member, Sector

TERM = dt.date(2021, 11, 1)


@pytest.fixture
def sector(anhua: Any) -> Sector:
    return actions.add_sector(name="教育界", by=SYSTEM)


@pytest.fixture
def person(sector: Sector) -> Member:
    return actions.add_member(name="张丽华", number="A1", sector=sector, joined_on=TERM, by=SYSTEM)


@pytest.fixture
def office(anhua: Any, account: Any, browser_of: Any) -> Any:
    return browser_of(anhua, account("office"))


def text(response: Any) -> str:
    return response.content.decode()


def file(*rows: list[Any], name: str = "名册.xlsx") -> SimpleUploadedFile:
    workbook = Workbook()
    for row in (["委员编号", "姓名", "界别", "任职日期"], *rows):
        workbook.active.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return SimpleUploadedFile(name, buffer.getvalue())


def send(office: Any, content: SimpleUploadedFile, **more: Any) -> Any:
    return office.post("/members/import/", {"file": content, "effective_on": "2022-11-30"} | more)


def test_the_empty_roster_leads_to_the_import(office: Any, anhua: Any) -> None:
    page = text(office.get("/members/"))
    assert "名册还是空的" in page
    assert "/members/import/" in page
    assert "没有符合条件的委员" in text(office.get("/members/?q=无此人"))


def test_the_roster_is_searched_sorted_and_paged_in_bounded_statements(
    office: Any, sector: Sector, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        actions.add_member(
            name=f"张{'甲乙丙丁戊己'[number % 6]}", number=f"A{number:02}", sector=sector, joined_on=TERM, by=SYSTEM
        )
    with django_assert_max_num_queries(14):
        page = text(office.get("/members/?sort=-number"))
    assert "在任 60 人" in page
    assert page.count('class="lx-row"') == 50
    assert "A59" in page
    assert "A09" not in page
    assert text(office.get("/members/?page=2&sort=-number")).count('class="lx-row"') == 10
    assert text(office.get("/members/?q=zhangjia")).count('class="lx-row"') == 10
    assert "2020-01-01" in text(office.get("/members/?day=2020-01-01"))
    assert text(office.get("/members/?sector=nonsense&day=x&post=x&page=999&sort=x")).count('class="lx-row"') == 10


def test_the_roster_downloads_as_a_file(office: Any, person: Member) -> None:
    answer = office.get("/members/?format=xlsx&q=zlh")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert "attachment" in answer["Content-Disposition"]
    assert load_workbook(io.BytesIO(answer.content)).active["B2"].value == "张丽华"


def test_a_members_page_leads_on_and_an_unknown_one_is_404(office: Any, person: Member, place: Any) -> None:
    page = text(office.get(f"/members/{person.pk}/"))
    assert f"/standing/{person.pk}/" in page
    assert "教育界" in page
    with place("nanxian").inside():
        other = actions.add_sector(name="教育界", by=SYSTEM)
        foreign = actions.add_member(name="李四", number="A1", sector=other, joined_on=TERM, by=SYSTEM)
    for unknown in (foreign.pk, uuid4()):
        for path in ("", "edit/", "account/"):
            assert office.get(f"/members/{unknown}/{path}").status_code == 404
        assert office.get(f"/members/import/{unknown}/").status_code == 404


def test_a_member_is_added_and_changed_by_hand(office: Any, sector: Sector) -> None:
    given = {"name": "张丽华", "number": "A1", "sector": str(sector.pk), "posts": ["member"], "joined_on": "2021-11-01"}
    answer = office.post("/members/new/", given)
    member = Member.objects.get()
    assert answer["Location"] == f"/members/{member.pk}/"
    again = office.post("/members/new/", given)
    assert again.status_code == 422
    assert "已是张丽华的编号" in text(again)
    edit = given | {"name": "张丽花", "effective_on": "2022-11-30", "left_on": "2021-01-01"}
    assert "离任日期要晚于任职日期" in text(office.post(f"/members/{member.pk}/edit/", edit))
    office.post(f"/members/{member.pk}/edit/", edit | {"left_on": ""})
    assert Member.objects.get().name == "张丽花"
    assert "张丽花" in text(office.get(f"/members/{member.pk}/edit/"))


def test_the_office_invites_a_member_who_opens_the_account(
    office: Any, person: Member, anhua: Any, browser_of: Any
) -> None:
    given = {"username": "zlh", "roles": ["member", "convener"]}
    page = text(office.post(f"/members/{person.pk}/account/", given))
    path = re.search(r"http://anhua\.localhost(/join/[\w-]+/)", page)
    assert path
    assert Member.objects.get().user.role_names == {"member", "convener"}
    assert "已有账号" in text(office.post(f"/members/{person.pk}/account/", given))
    secret = "correct horse battery"
    browser = browser_of(anhua)
    browser.post(path.group(1), {"username": "zlh", "password": secret, "again": secret})
    assert "张丽华" in text(browser.get("/standing/me/")) or browser.get("/standing/me/").status_code == 200


def test_roles_of_an_office_are_not_given_on_a_members_page(office: Any, person: Member) -> None:
    assert office.post(f"/members/{person.pk}/account/", {"username": "zlh", "roles": ["office"]}).status_code == 422
    assert Member.objects.get().user is None


def test_all_members_without_an_account_are_invited_at_once(
    office: Any, sector: Sector, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        phone = f"1380000{number:04}" if number % 3 else ("13900000000" if number else "")
        actions.add_member(
            name=f"张{number}", number=f"A{number:02}", sector=sector, joined_on=TERM, phone=phone, by=SYSTEM
        )
    actions.add_member(name="离任的", number="Z", sector=sector, joined_on=TERM, left_on=dt.date(2022, 1, 1), by=SYSTEM)
    assert "30" in text(office.get("/members/invite/"))
    with django_assert_max_num_queries(40):
        page = text(office.post("/members/invite/", {"as": "list"}))
    links = re.findall(r"/join/([\w-]+)/", page)
    assert len(set(links)) == 30
    assert "离任的" not in page
    names = {one.user.username for one in Member.objects.exclude(user=None).select_related("user")}
    assert {"A00", "13900000000", "A06", "13800000001"} <= names  # a phone two share is the first one's
    assert office.post("/members/invite/", {"as": "list"}).status_code == 422  # nobody is left
    answer = office.post("/members/invite/", {"as": "xlsx", "again": "on"})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    fresh = [row[4] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(fresh) == 30
    assert not set(links) & {link.split("/")[-2] for link in fresh}
    assert office.get(f"/join/{links[0]}/").status_code == 404


def test_a_file_is_uploaded_previewed_and_confirmed(office: Any, person: Member) -> None:
    answer = send(office, file(["A1", "张丽花", "教育界", "2021-11-01"], ["A2", "李四", "教育界", "2021-11-01"]))
    preview = text(office.get(answer["Location"]))
    assert re.search(r"张丽华</td>\s*<td[^>]*>张丽花", preview)
    assert Member.objects.count() == 1
    digest = re.search(r'name="digest" value="(\w+)"', preview)
    assert digest
    refused = office.post(answer["Location"], {"digest": "other"})
    assert "请看过新的预览" in text(refused)
    assert Member.objects.count() == 1
    done = office.post(answer["Location"], {"digest": digest.group(1)}, follow=True)
    assert "新增 1 人，变更 1 人，不变 0 人" in text(done)
    assert Member.objects.count() == 2
    assert office.get(answer["Location"]).status_code == 404


def test_wrong_cells_are_listed_with_row_column_and_remedy(office: Any, sector: Sector) -> None:
    answer = send(office, file(["A1", "", "外星界", "去年"]))
    page = text(answer)
    assert answer.status_code == 422
    assert "有 3 处要改，涉及 1 行。没有写入任何内容" in page
    for place in ("第 2 行 B 列", "第 2 行 C 列", "第 2 行 D 列", "写成 2022-03-01"):
        assert place in page
    assert not Member.objects.exists()


def test_other_files_and_no_file_are_refused(office: Any, sector: Sector) -> None:
    assert "这不是 .xlsx 文件" in text(send(office, SimpleUploadedFile("名册.xlsx", b"no workbook at all")))
    assert office.post("/members/import/", {"effective_on": "2022-11-30"}).status_code == 422


def test_the_template_offers_this_committees_sectors(office: Any, sector: Sector) -> None:
    book = load_workbook(io.BytesIO(office.get("/members/import/template/").content))
    assert [cell.value for cell in book.active[1]][:3] == ["委员编号*", "姓名*", "界别*"]
    assert book["选项"]["A1"].value == "教育界"


@pytest.mark.parametrize("role", ["member", "leader", "convener"])
def test_only_the_office_writes(role: str, anhua: Any, account: Any, browser_of: Any, person: Member) -> None:
    browser = browser_of(anhua, account(role))
    for path in ("new/", "import/", "import/template/", f"{person.pk}/edit/", f"{person.pk}/account/"):
        assert browser.get(f"/members/{path}").status_code == 403
    assert browser.get("/members/").status_code == (403 if role == "member" else 200)


def test_a_convener_sees_the_own_sector_alone(anhua: Any, browser_of: Any, person: Member) -> None:
    other = actions.add_sector(name="科技界", by=SYSTEM)
    stranger = actions.add_member(name="李四", number="A2", sector=other, joined_on=TERM, by=SYSTEM)
    user = actions.give_account(id=person.pk, username="zlh", password=None, roles=["member", "convener"], by=SYSTEM)
    browser = browser_of(anhua, user)
    page = text(browser.get("/members/"))
    assert "张丽华" in page
    assert "李四" not in page
    assert browser.get(f"/members/{stranger.pk}/").status_code == 404


def test_the_signed_out_are_led_to_sign_in(anhua: Any, browser_of: Any) -> None:
    assert browser_of(anhua).get("/members/")["Location"].startswith("/sign-in/?next=")


def test_a_file_with_wrong_cells_offers_the_marked_copy_the_right_rows_and_the_undo(
    office: Any, sector: Sector
) -> None:
    page = text(send(office, file(["A1", "张丽华", "教育界", "2021-11-01"], ["A2", "李某", "外星界", "2021-11-01"])))
    draft = re.search(r"/members/import/([\w-]+)/marked/", page)
    assert draft
    assert "只导入对的 1 行" in page
    marked = office.get(f"/members/import/{draft[1]}/marked/")
    assert load_workbook(io.BytesIO(marked.content)).active["C3"].comment is not None
    here = f"/members/import/{draft[1]}/"
    assert office.get(here).status_code == 422
    preview = text(office.get(f"{here}?rows=right"))
    digest = re.search(r'name="digest" value="(\w+)"', preview)
    assert digest
    assert "另有 1 行不写入" in preview
    done = text(office.post(f"{here}?rows=right", {"digest": digest[1]}, follow=True))
    assert "另有 1 行要改" in done
    undo = re.search(r"/members/import/[\w-]+/undo/", text(office.get("/members/import/")))
    assert undo
    assert "新增的 1 人移出名册" in text(office.get(undo[0]))
    assert "已撤销这次导入" in text(office.post(undo[0], follow=True))
    assert not Member.objects.exists()
    assert office.get(undo[0]).status_code == 404
