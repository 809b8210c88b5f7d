"""Printed forms and duty files: one content in two kinds of file, steps in their order, everybody's in one zip."""

from __future__ import annotations

import datetime as dt
import io
import re
import threading
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.test import override_settings

from core import storage
from core.audit import SYSTEM
from core.errors import DomainError, NotFound
from dispatch.models import Job
from dispatch.progress import JobCancelled
from tenants.assessment.queries import standing_of
from tenants.members.actions import sweep_files
from tenants.members.models import MadeFile
from tenants.reports import actions, queries
from tenants.reports.models import FormAnswer
from tenants.reports.queries import documents
from tenants.reports.queries.documents import batch
from tenants.reports.queries.forms import Field, PrintedForm
from tests.tenants.reports.conftest import TODAY

pytestmark = pytest.mark.django_db
RARE = "𬭎㛃䶮"
ANSWERS = {
    "filled_on": "2022-11-30", "member_name": f"石·{RARE}", "sector": "教育界", "work_unit_post": "一中 教师",
    "contact_service_facts": "走访 <两> 户 & 记下意见",
}  # fmt: skip


@pytest.fixture
def form(anhua) -> PrintedForm:
    return queries.form_on("registration", TODAY)


def words_of(docx: bytes) -> str:
    with ZipFile(io.BytesIO(docx)) as file:
        for name in file.namelist():
            ElementTree.fromstring(file.read(name))  # every part is well-formed
        return "".join(ElementTree.fromstring(file.read("word/document.xml")).itertext())


def words_in(html: str) -> str:
    body = re.sub(r"<[^>]+>", "", html[html.index("<body>") :])
    return body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def test_the_form_asks_what_the_document_prints_and_nothing_else(form):
    assert [field.title for field in form.fields] == [
        "填表时间",
        "委员姓名",
        "界别",
        "工作单位及职务",
        "联系服务界别群众情况",
    ]
    blank = words_in(documents.html(documents.form_document(form)))
    for text in (form.title, "备注：", "年　　月　　日", *(field.title for field in form.fields)):
        assert text in blank


def test_pdf_and_word_say_the_same(form):
    filled = documents.form_document(form, ANSWERS, of="石")
    said = [re.sub(r"\s", "", text) for text in (words_in(documents.html(filled)), words_of(documents.docx(filled)))]
    assert said[0] == said[1]
    assert RARE in said[0]
    assert "<两>户&记下意见" in said[0]
    assert documents.docx(filled) == documents.docx(filled)


def test_a_pdf_is_printed_with_its_fonts(form):
    filled = documents.form_document(form, ANSWERS)
    assert documents.pdf(filled).startswith(b"%PDF")
    assert '<html lang="zh-CN">' in documents.html(filled)
    families = re.findall(r"font: [^;]+;", documents.html(filled))
    assert len(families) >= 4
    assert all("Noto Serif CJK SC" in one and "Noto Sans CJK SC" in one for one in families)


def test_a_form_nobody_has_seen_prints_from_its_definition(anhua):
    """Blocks, rows and long texts as another document may ask for them."""
    fields = (
        Field("name", "工作室名称", "text", True, block="表头"),
        Field("leader", "姓名", "person", True, block="负责人"),
        Field("phone", "联系方式", "text", True, block="负责人"),
        Field("people", "参与委员", "rows", False, block="参与委员", columns=(("name", "姓名"), ("skill", "专长"))),
        Field("signed_on", "签名日期", "date", True, block="签名"),
    )
    form = PrintedForm("x", "申请表", "", fields, "", (), (), (), "某号", False)
    given = {"people": "甲 | 法律\n乙\t医学\n", "signed_on": "2022-03-01", "leader": "丙\x00"}
    text = words_of(documents.docx(documents.form_document(form, given)))
    for word in ("负责人", "甲", "法律", "乙", "医学", "2022 年 3 月 1 日", "丙"):
        assert word in text
    assert "\x00" not in text


def _fill(member, *, by=SYSTEM, answers=ANSWERS):
    return actions.fill_form(form="registration", member=member.pk, period="2022", values=answers, today=TODAY, by=by)


def _step(member, step, *, on=TODAY, by=SYSTEM):
    return actions.take_form_step(
        form="registration", member=member.pk, period="2022", step=step, done_on=on, today=TODAY, by=by
    )


def test_uploading_before_filing_is_refused_and_possible_afterwards(form, year):
    """S21: member fills → own special committee files → upload; each with its day."""
    (member,) = year.members(0)
    with pytest.raises(DomainError, match="要先委员填写"):
        _step(member, "filed")
    _fill(member)
    with pytest.raises(DomainError, match="要先所属专委会备案"):
        _step(member, "uploaded")
    assert _done(member) == 1
    _step(member, "filed")
    _step(member, "uploaded")
    assert queries.progress_of(form, member, "2022").next is None
    assert _done(member) == 3
    with pytest.raises(DomainError, match="没有重复登记"):
        _step(member, "uploaded")


def _done(member) -> float:
    standing, _ = standing_of(member, TODAY)
    line = standing.line("registration")
    return line.verdicts[-1].counted


def test_what_was_filed_stands_until_the_filing_is_taken_back(form, year):
    (member,) = year.members(0)
    _fill(member)
    _fill(member, answers={**ANSWERS, "sector": "科技界"})
    assert FormAnswer.objects.get(field="sector").text == "科技界"
    _step(member, "filed")
    with pytest.raises(DomainError, match="内容不能再改"):
        _fill(member)
    for step, why, match in (("filled", "写错", "不是最后办的"), ("filed", " ", "请写明理由")):
        with pytest.raises(DomainError, match=match):
            actions.undo_form_step(
                form="registration", member=member.pk, period="2022", step=step, why=why, today=TODAY, by=SYSTEM
            )
    actions.undo_form_step(
        form="registration", member=member.pk, period="2022", step="filed", why="单位写错", today=TODAY, by=SYSTEM
    )
    _fill(member)


@pytest.mark.parametrize(
    ("on", "match"), [(dt.date(2022, 12, 1), "还没有到"), (dt.date(2022, 11, 1), "这一步不会更早")]
)
def test_a_step_has_its_day_between_the_one_before_and_today(form, year, on, match):
    (member,) = year.members(0)
    _fill(member)
    with pytest.raises(DomainError, match=match):
        _step(member, "filed", on=on)


def test_a_field_left_empty_is_named(form, year):
    (member,) = year.members(0)
    with pytest.raises(DomainError, match="还没有填：界别") as refused:
        _fill(member, answers={**ANSWERS, "sector": " "})
    assert refused.value.fields == {"sector": "请填界别"}


def test_a_form_members_do_not_fill_is_only_printed(place, year):
    with place("guangzhou").inside():
        (member,) = year.members(0)
        with pytest.raises(NotFound):
            _fill(member)  # its document prints no form


def test_members_take_their_own_steps_and_the_office_files(anhua, year, account, browser_of):
    member, other = year.members(0, 0)
    user = account("member")
    member.user = user
    member.save()
    client = browser_of(anhua, user)
    page, address = "/documents/forms/registration/", f"/documents/forms/registration/{member.pk}/"
    assert client.get(f"{page}{other.pk}/").status_code == 404
    assert client.post(f"{page}{other.pk}/", ANSWERS).status_code == 404
    assert "已按名册和今年的联系记录起草" in client.get(address).content.decode()
    wrong = client.post(address, {**ANSWERS, "sector": ""})
    assert wrong.status_code == 422
    assert "走访 &lt;两&gt; 户" in wrong.content.decode()  # nothing typed is lost
    assert client.post(address, ANSWERS, follow=True).status_code == 200
    assert client.post(f"{address}filed/", {}).status_code == 404  # the special committee's step
    office = browser_of(anhua, account("office"))
    assert "登记：所属专委会备案" in office.get(page).content.decode()
    answer = office.post(f"{address}filed/?period=2022&from=list", {}, follow=True)
    assert "下一步：上传政协云" in answer.content.decode()
    assert client.post(f"{address}uploaded/", {"done_on": "2022-11-30"}, follow=True).status_code == 200
    assert "各步都已办完" in office.get(page).content.decode()
    assert office.get(f"{page}?format=xlsx").status_code == 200
    assert client.get(f"{address}?format=docx")["Content-Type"].endswith("document")
    assert "石" not in client.get(f"{page}blank/?format=docx").headers["Content-Disposition"]


def test_the_duty_file_says_who_what_by_which_clause_and_with_which_records(anhua, year):
    member, other = year.members(3, 1)
    year.contact(member)
    text = words_of(documents.docx(documents.duty_file(member, TODAY)))
    for word in (member.name, "保持 3–5 人", "第15条第2款", "已完成", "走访", "依据《", "截至 2022 年 11 月 30 日"):
        assert word in text
    assert "尚差 2" in words_of(documents.docx(documents.duty_file(other, TODAY)))


def test_a_duty_file_opens_to_its_member_and_to_readers_of_records_only(anhua, year, account, browser_of):
    member, other = year.members(0, 0)
    user = account("convener")
    member.user = user
    member.save()
    assert browser_of(anhua, user).get(f"/documents/members/{member.pk}/?format=docx").status_code == 200
    assert browser_of(anhua, user).get(f"/documents/members/{other.pk}/?format=docx").status_code == 404
    assert browser_of(anhua, account("leader")).get(f"/documents/members/{other.pk}/?format=docx").status_code == 200


@pytest.fixture
def files(tmp_path):
    with override_settings(MEDIA_ROOT=str(tmp_path)):
        yield tmp_path


def _ask(by, *, content="duty_file", ending="docx", form="", as_of=TODAY):
    return actions.ask_bundle(content=content, form=form, ending=ending, as_of=as_of, by=by)


@pytest.mark.parametrize("content", ["duty_file", "form"])
def test_everybodys_documents_come_in_one_zip_by_ticket(anhua, year, account, browser_of, files, content):
    first, _ = year.members(1, 0)
    _fill(first)
    office, leader = account("office"), account("leader")
    client = browser_of(anhua, office)
    what = "duty_file" if content == "duty_file" else "form:registration"
    answer = client.post("/documents/bundles/", {"what": what, "as_of": "2022-11-30", "ending": "docx"})
    made = MadeFile.objects.get()
    assert answer["location"] == f"/jobs/{made.job}/"
    assert Job.objects.get(pk=made.job).ids == {"bundle": str(made.pk)}
    told = []
    assert actions.make_bundle(id=made.pk, at=made.created_at, progress=lambda *said: told.append(said)) == 2
    assert told[-1][:2] == (2, 2)
    assert "下载" in client.get("/documents/").content.decode()
    sent = client.post(f"/documents/bundles/{made.pk}/")
    file = client.get(sent["location"])
    with ZipFile(io.BytesIO(b"".join(file.streaming_content))) as packed:
        names = packed.namelist()
        text = words_of(packed.read(names[0]))
    assert len(names) == 2
    assert first.name in names[0] + names[1]
    assert "履职档案" in text or "登记表" in text
    assert client.get(f"/documents/bundles/{made.pk}/nonsense/").status_code == 404
    assert browser_of(anhua, leader).get(sent["location"]).status_code == 403


def test_a_bundle_stopped_half_way_leaves_no_file(anhua, year, account, files):
    year.members(0, 0)
    made = _ask(account("office"))

    def stop(done, *_):
        if done:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        actions.make_bundle(id=made.pk, at=made.created_at, progress=stop)
    assert storage.stored(anhua.code) == 0


def test_many_documents_are_set_side_by_side_and_come_in_their_order(monkeypatch):
    monkeypatch.setattr(batch, "FEW", 5)
    wanted = [documents.Document(f"第{number}份", "", ()) for number in range(5)]
    files = documents.printed(wanted, "pdf", number=5)
    assert [next(files) for _ in range(3)] == [documents.pdf(one) for one in wanted[:3]]
    files.close()  # as when the job is cancelled: nobody goes on setting
    assert not [one for one in threading.enumerate() if one.name.startswith("ThreadPoolExecutor")]


def test_a_typesetter_that_ends_before_its_time_is_said():
    setter = batch.Typesetter()
    setter.kill()
    with pytest.raises(RuntimeError, match="typesetter ended"):
        setter.set("<p>一</p>")
    setter.close()


def test_a_bundle_is_gone_after_a_week(anhua, year, account, files, django_capture_on_commit_callbacks):
    year.members(0)
    office = account("office")
    made = _ask(office)
    actions.make_bundle(id=made.pk, at=made.created_at)
    later = made.created_at + dt.timedelta(days=8)
    with pytest.raises(DomainError, match="超过七天"):
        actions.fetch_bundle(id=made.pk, at=later, by=office)
    with django_capture_on_commit_callbacks(execute=True):
        sweep_files(at=later, by=office)
    assert MadeFile.objects.count() == 0
    assert storage.stored(anhua.code) == 0


@pytest.mark.parametrize(
    ("told", "match"),
    [
        ({"ending": "exe"}, "PDF 和 Word"),
        ({"as_of": dt.date(2019, 1, 1)}, "2019"),
        ({"content": "form", "form": "nothing"}, "没有这张表"),
    ],
)
def test_a_bundle_that_cannot_be_made_is_refused_at_once(anhua, year, account, told, match):
    year.members(0)
    with pytest.raises(DomainError, match=match):
        _ask(account("office"), **told)
    assert not Job.objects.exists()
