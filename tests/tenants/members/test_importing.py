"""A roster from an Excel file: what is refused with its place and remedy, and what exactly is written."""

from __future__ import annotations

import datetime as dt
import io
import time
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import Workbook, load_workbook

from core import sheets
from core.audit import SYSTEM
from core.models import AuditEvent
from tenants.members import actions, queries, tasks
from tenants.members.actions import roster_file
from tenants.members.actions.pictures import snapshots
from tenants.members.models import Convener, Member, Post, RosterImport, Seat, Sector

HEAD = ["委员编号", "姓名", "界别", "专委会", "职务", "工作单位", "单位职务", "联系电话", "任职日期", "离任日期"]
TODAY = dt.date(2022, 11, 30)


def book(*rows: list[Any], head: list[str] = HEAD) -> bytes:
    workbook = Workbook()
    for row in (head, *rows):
        workbook.active.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def line(number: str = "A1", name: str = "张丽华", sector: str = "教育界", **more: Any) -> list[Any]:
    cells = {"委员编号": number, "姓名": name, "界别": sector, "任职日期": "2021-11-01"} | more
    return [cells.get(header) for header in HEAD]


@pytest.fixture
def office(anhua: object, account: Any) -> Any:
    actions.add_sector(name="教育界", by=SYSTEM)
    actions.add_special_committee(name="提案委", by=SYSTEM)
    return account("office")


def upload(office: Any, content: bytes, **more: Any) -> RosterImport:
    given = {"effective_on": TODAY, "makes_groups": False, "file_name": "名册.xlsx"} | more
    return actions.keep_draft(content=content, by=office, **given)


def bring(office: Any, *rows: list[Any], head: list[str] = HEAD, **more: Any) -> Any:
    draft = upload(office, book(*rows, head=head), **more)
    _, plan = actions.preview(draft_id=draft.pk, by=office)
    return actions.import_roster(draft_id=draft.pk, digest=plan.digest, by=office)


def wrong(office: Any, *rows: list[Any], head: list[str] = HEAD) -> list[tuple[str, str]]:
    with pytest.raises(sheets.WrongCells) as refusal:
        upload(office, book(*rows, head=head))
    assert not Member.objects.exists()
    assert not RosterImport.objects.filter(confirmed_at=None).exists()
    assert all(error.remedy for error in refusal.value.errors)
    return [(error.place, error.message) for error in refusal.value.errors]


def test_a_file_becomes_members_with_posts_and_seats(office: Any) -> None:
    plan = bring(
        office,
        line(职务="常委", 专委会="提案委", 联系电话=13800000000),
        line("A2", "买买提•艾力"),
        line("A3", "𠅤" * 50),
    )
    assert (len(plan.new), len(plan.changed), plan.unchanged) == (3, 0, 0)
    first = Member.objects.get(number="A1")
    assert (first.phone, first.joined_on) == ("13800000000", dt.date(2021, 11, 1))
    assert [(post.kind, post.since) for post in first.posts.all()] == [("standing_member", first.joined_on)]
    assert first.seats.get().special_committee.name == "提案委"
    assert Member.objects.get(number="A2").name == "买买提·艾力"
    assert Member.objects.get(number="A2").posts.get().kind == "member"
    assert "“买买提•艾力”按“买买提·艾力”" in plan.notes[0]
    event = AuditEvent.objects.get(action="members.import_roster")
    assert event.new["counts"] == {"new": 3, "changed": 0, "unchanged": 0}
    assert not RosterImport.objects.filter(confirmed_at=None).exists()


def test_every_wrong_cell_is_named_and_nothing_is_written(office: Any) -> None:
    found = wrong(
        office,
        line(任职日期="去年"),
        line("A2", "", "外星界"),
        line("A2", 职务="书记"),
        line("A4", 离任日期="2021-11-01"),
    )
    assert [place for place, _ in found] == ["I2", "B3", "C3", "A4", "E4", "J5"]
    assert "第 3 行" in dict(found)["A4"]


def test_wrong_headers_are_named(office: Any) -> None:
    found = wrong(office, ["A1", "甲", "教育界"], head=["委员编号", "名字", "界别"])
    assert found == [("B1", "不认识的列名"), ("—1", "缺少这一列"), ("—1", "缺少这一列")]


def test_a_file_without_members_is_refused(office: Any) -> None:
    assert [message for _, message in wrong(office)] == ["表头下面没有委员"]


def test_what_is_no_workbook_keeps_nothing(office: Any) -> None:
    with pytest.raises(sheets.NotAWorkbook):
        upload(office, b"not a workbook")
    assert not RosterImport.objects.filter(confirmed_at=None).exists()


def test_unknown_groups_are_made_only_when_asked(office: Any) -> None:
    found = wrong(office, line(sector="科技界", 专委会="提案委、文史委"))
    assert [place for place, _ in found] == ["C2", "D2"]
    plan = bring(office, line(sector="科技界", 专委会="提案委、文史委"), makes_groups=True)
    assert (plan.new_sectors, plan.new_committees) == (["科技界"], ["文史委"])
    assert Seat.objects.count() == 2
    assert [sector.name for sector in Sector.objects.all()] == ["教育界", "科技界"]


def test_the_same_file_twice_changes_nothing(office: Any) -> None:
    rows = [line(职务="常委、副主席", 专委会="提案委"), line("A2", 离任日期="2022-05-01")]
    bring(office, *rows)
    _, plan = actions.preview(draft_id=upload(office, book(*rows)).pk, by=office)
    assert (plan.is_empty, plan.unchanged, plan.absent) == (True, 2, 0)


def test_a_change_is_shown_in_words_and_keeps_the_past(office: Any) -> None:
    bring(office, line(专委会="提案委"), line("A2"))
    plan = bring(office, line(name="张丽花", 职务="常委"))
    (changed,) = plan.changed
    assert [(one.label, one.old, one.new) for one in changed.changes] == [
        ("姓名", "张丽华", "张丽花"), ("专委会", "提案委", "空"), ("职务", "委员", "常委"),
    ]  # fmt: skip
    assert plan.absent == 1
    posts = Post.objects.filter(member__number="A1").order_by("since").values_list("kind", "since", "until")
    assert list(posts) == [("member", dt.date(2021, 11, 1), TODAY), ("standing_member", TODAY, None)]
    assert Seat.objects.get().until == TODAY
    assert queries.rows_of(queries.roster(TODAY))[0].posts == "常委"


def test_a_column_the_file_does_not_have_changes_nothing(office: Any) -> None:
    bring(office, line(职务="常委", 专委会="提案委", 工作单位="一中"))
    plan = bring(office, ["A1", "张丽花", "教育界", "2021-11-01"], head=["委员编号", "姓名", "界别", "任职日期"])
    assert [one.label for one in plan.changed[0].changes] == ["姓名"]
    member = Member.objects.get()
    assert (member.work_unit, member.posts.get().kind, member.seats.get().until) == ("一中", "standing_member", None)


def test_leaving_by_file_ends_posts_and_convening(office: Any) -> None:
    bring(office, line())
    member = Member.objects.get()
    actions.set_conveners(sector_id=member.sector_id, member_ids=[member.pk], since=member.joined_on, by=SYSTEM)
    bring(office, line(离任日期="2022年6月1日"))
    left = dt.date(2022, 6, 1)
    assert (member.posts.get().until, member.convened.get().until) == (left, left)


def test_namesakes_are_pointed_out(office: Any) -> None:
    bring(office, line())
    _, plan = actions.preview(draft_id=upload(office, book(line("A2"), line("A3"))).pk, by=office)
    assert any("2 位“张丽华”" in note for note in plan.notes)
    assert any("已有同名的 A1" in note for note in plan.notes)


def test_a_roster_changed_since_the_preview_is_shown_again(office: Any) -> None:
    bring(office, line())
    draft = upload(office, book(line(name="张丽花")))
    _, plan = actions.preview(draft_id=draft.pk, by=office)
    actions.end_membership(id=Member.objects.get().pk, on=TODAY, by=SYSTEM)
    with pytest.raises(actions.RosterChanged):
        actions.import_roster(draft_id=draft.pk, digest=plan.digest, by=office)
    assert Member.objects.get().name == "张丽华"


def test_a_draft_is_its_uploaders_and_lives_a_day(office: Any, account: Any) -> None:
    draft = upload(office, book(line()))
    with pytest.raises(actions.DraftGone):
        actions.preview(draft_id=draft.pk, by=account("leader"))
    with pytest.raises(actions.DraftGone):
        actions.preview(draft_id=uuid4(), by=office)
    RosterImport.objects.update(created_at=draft.created_at - dt.timedelta(days=1, minutes=1))
    with pytest.raises(actions.DraftGone):
        actions.import_roster(draft_id=draft.pk, digest="", by=office)
    assert not Member.objects.exists()


def test_an_export_reads_back_without_a_change(office: Any) -> None:
    bring(office, line(职务="常委、副主席", 专委会="提案委"), line("A2", "𠅤明", 离任日期="2023-05-01"))
    Member.objects.filter(number="A1").update(work_unit="=一中")
    data = roster_file.export(queries.rows_of(queries.roster(TODAY)), day=TODAY)
    _, plan = actions.preview(draft_id=upload(office, data).pk, by=office)
    assert plan.unchanged == 2
    assert plan.is_empty


def test_two_thousand_members_are_read_and_written_in_bounded_statements(
    office: Any, django_assert_max_num_queries: Any
) -> None:
    rows = [line(f"B{number:04}", "张丽华", 职务="常委", 专委会="提案委") for number in range(2000)]
    began = time.monotonic()
    with django_assert_max_num_queries(66):
        bring(office, *rows)
    with django_assert_max_num_queries(66):
        bring(office, *[[*row[:5], "新单位", *row[6:]] for row in rows])
    assert time.monotonic() - began < 60
    assert Member.objects.filter(work_unit="新单位").count() == 2000


def test_a_slip_of_the_year_and_a_phone_that_is_none_are_refused_with_their_remedy(office: Any) -> None:
    with pytest.raises(sheets.WrongCells) as refusal:
        upload(office, book(line(任职日期="2030-01-01", 联系电话="abc"), line("A2", 联系电话="0737-722234-5")))
    told = {error.place: (error.message, error.remedy) for error in refusal.value.errors}
    assert set(told) == {"H2", "I2"}, "a landline written with odd dashes is read"
    assert "不是电话号码" in told["H2"][0]
    assert "11 位手机号" in told["H2"][1]
    assert "核对年份" in told["I2"][1]
    bring(office, line(联系电话="+86 138 0000 0000"), line("A2", 联系电话="（0737）7222345"))
    assert list(Member.objects.order_by("number").values_list("phone", flat=True)) == ["13800000000", "07377222345"]


def test_a_name_nearly_ours_is_told_which_one_it_may_be(office: Any) -> None:
    with pytest.raises(sheets.WrongCells) as refusal:
        upload(office, book(line(sector="教育"), line("A2", sector="外星球")))
    first, second = refusal.value.errors
    assert first.remedy.startswith("可能是“教育界”")
    assert second.remedy.startswith("改为已有的：")


def test_the_clerks_own_file_comes_back_marked_and_the_right_rows_can_be_taken(office: Any) -> None:
    content = book(line(), line("A2", 联系电话="abc", sector="外星界"), line("A3", "李某"))
    draft = actions.keep_wrong_draft(
        content=content, file_name="名册.xlsx", effective_on=TODAY, makes_groups=False, by=office
    )
    _name, back = actions.marked_copy(draft_id=draft.pk, by=office)
    sheet = load_workbook(io.BytesIO(back)).active
    assert "11 位手机号" in sheet["H3"].comment.text
    assert "本会没有“外星界”" in sheet["C3"].comment.text
    assert (sheet["B2"].comment, sheet["B4"].value) == (None, "李某")
    _, plan = actions.preview(draft_id=draft.pk, by=office)
    assert (plan.right_rows, plan.wrong_rows, len(plan.new)) == (2, 1, 2)
    with pytest.raises(sheets.WrongCells):
        actions.import_roster(draft_id=draft.pk, digest=plan.digest, by=office)
    actions.import_roster(draft_id=draft.pk, digest=plan.digest, right_rows_only=True, by=office)
    assert sorted(Member.objects.values_list("number", flat=True)) == ["A1", "A3"]


def test_the_last_import_is_taken_back_as_long_as_nobody_touched_its_rows(office: Any) -> None:
    bring(office, line(职务="常委", 联系电话="13800000000"))
    was = snapshots([Member.objects.get().pk])
    actions.set_conveners(
        sector_id=Sector.objects.get().pk, member_ids=[Member.objects.get().pk], since=dt.date(2022, 1, 1), by=SYSTEM
    )
    was = snapshots([Member.objects.get().pk])
    first = RosterImport.objects.get()
    bring(office, line(职务="副主席", 联系电话="13900000000", 离任日期="2022-11-30"), line("A2", "李某"))
    assert Convener.objects.get().until == TODAY
    with pytest.raises(actions.NotTheLast):
        actions.undo_import(id=first.pk, by=office)
    last = RosterImport.objects.first()
    actions.update_member(
        id=Member.objects.get(number="A2").pk, name="李某", number="A2", sector=Sector.objects.get(), phone="13700000000",
        joined_on=dt.date(2021, 11, 1), left_on=None, posts=["member"], special_committees=[], effective_on=TODAY, by=SYSTEM,
    )  # fmt: skip
    with pytest.raises(actions.TouchedSince, match="李某"):
        actions.undo_import(id=last.pk, by=office)
    Member.objects.filter(number="A2").update(phone="")
    actions.undo_import(id=last.pk, by=office)
    assert snapshots([Member.objects.get().pk]) == was, "exactly as before: posts, days, convening"
    with pytest.raises(actions.NotTheLast):
        actions.undo_import(id=last.pk, by=office)


def test_an_import_is_not_taken_back_over_somebodys_records(office: Any) -> None:
    bring(office, line())
    actions.give_account(id=Member.objects.get().pk, username="zlh", password=None, by=SYSTEM)
    with pytest.raises(actions.TouchedSince, match="张丽华"):
        actions.undo_import(id=RosterImport.objects.get().pk, by=office)


def test_a_long_import_is_a_job_with_the_confirmed_preview(office: Any) -> None:
    draft = upload(office, book(line(), line("A2", "李某")))
    _, plan = actions.preview(draft_id=draft.pk, by=office)
    asked = actions.ask_import(draft_id=draft.pk, digest=plan.digest, right_rows_only=False, by=office)
    seen: list[str] = []
    told = tasks.import_roster(**asked.ids, by=office, progress=lambda done, total=None, note="": seen.append(note))
    assert told == "名册已导入：新增 2 人，变更 0 人，不变 0 人。"
    assert "写入职务、专委会" in seen


def test_the_template_has_examples_that_are_never_read(office: Any) -> None:
    made = roster_file.template(sectors=["教育界"], special_committees=["提案委"])
    book_ = load_workbook(io.BytesIO(made))
    assert book_["填写示例"]["A2"].value == "A001"
    with pytest.raises(sheets.WrongCells, match="表头下面没有委员"):
        upload(office, made)
