"""One person's data: a copy of all of it, and all of it gone, with nobody else's touched and no figure moved."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
from django.db import ProgrammingError, connection, models, transaction
from openpyxl import load_workbook

from core import clock, storage
from core.audit import SYSTEM
from core.errors import NotFound
from core.models import AuditEvent, AuditWords, Erasure
from core.personal import MARK, Rule, erase, export, references, texts
from core.personal.reach import about, same_person, tenant_models
from core.storage import CommitteeStorage
from dispatch.models import Job
from tenants.liaison import actions as liaison
from tenants.liaison.models import Constituent, ConstituentLink, ContactRecord
from tenants.members import actions, queries, tasks
from tenants.members.models import MadeFile, Member, RosterImport
from tests.tenants.members.conftest import ACCOUNT, LEFT, NAME, NUMBER, PHONE, TODAY, Life, deeds, rows, where_named

WHY = "保存期满，本人申请"


def plant(person: models.Model) -> list[str]:
    """Put the person's name, phone and a word found nowhere else into every personal text about the person.

    Returns the words that must be gone afterwards; in official texts (SCRUB) only name and phone must.
    """
    words = []
    for found in about(person):
        for index, (field, rule) in enumerate(texts(found.model).items()):
            column: Any = found.model._meta.get_field(field)
            if (
                field in getattr(found.model.Personal, "identifiers", ())
                or column.unique
                or not isinstance(column, models.CharField | models.TextField)
                or rule == Rule.DROPS
            ):
                continue
            word = f"旷{found.model._meta.model_name[:6]}{index}词"
            value = f"{NAME}{PHONE}{word}"[: column.max_length]
            if rule == Rule.PSEUDONYM or (column.max_length or 99) < len(value):
                continue
            found.model._default_manager.filter(pk__in=found.owned).update(**{field: value})
            if rule != Rule.SCRUB and found.owned and value.endswith(word):
                words.append(word)
    return words


def test_a_person_made_nameless_is_found_nowhere_and_nobody_else_is_touched(life: Life) -> None:
    words = plant(life.leaver)
    assert len(words) > 6
    needles = [NAME, PHONE, NUMBER, ACCOUNT, "13900000000", *words]
    assert set(where_named(*needles)) > {"members_member", "accounts_user", "core_auditwords", "liaison_contactrecord"}
    reached = {str(id) for found in about(life.leaver) for id in found.all}
    before, figures, others = rows(), deeds(), where_named(life.other.name)
    effect = actions.anonymise_member(id=life.leaver.pk, why=f"{WHY}：{NAME}", today=TODAY, by=life.office)
    assert where_named(*needles) == {}
    assert deeds() == figures, "no figure moves"
    after = rows()
    for table, were in before.items():
        if table == "core_auditwords":
            continue
        changed = {key for key, digest in were.items() if after[table].get(key) != digest}
        assert changed <= reached, table
    now = where_named(life.other.name)
    assert {table: now.get(table) for table in others} == others, "the other's name stands where it stood"
    assert effect.told["erased"] > 5
    assert effect.told["words"] > 3


def test_the_story_reaches_every_table_that_can_refer_to_a_member(life: Life) -> None:
    persons = set(same_person(life.leaver))
    referring = {
        model
        for model in tenant_models()
        for name in references(model)
        if model._meta.get_field(name).related_model in persons
    }
    assert {found.model for found in about(life.leaver)} >= referring


def test_every_rule_did_what_it_says(life: Life) -> None:
    actions.anonymise_member(id=life.leaver.pk, why=WHY, today=TODAY, by=life.office)
    life.leaver.refresh_from_db()
    assert (life.leaver.phone, life.leaver.work_unit) == ("", ""), "BLANK"
    assert life.leaver.name == f"匿名委员 {life.leaver.pk.hex[-8:]}", "PSEUDONYM"
    assert life.leaver.user is not None
    assert not life.leaver.user.is_active, "SAME: the account is the same person"
    assert life.leaver.user.display_name.startswith("匿名委员")
    assert not life.leaver.user.grants.exists(), "DROPS"
    assert not RosterImport.objects.filter(confirmed_at=None).exists()
    own = ContactRecord.objects.get(pk=life.leavers_contact.pk)
    assert (own.summary, own.opinions, own.held_on) == (MARK, "", life.leavers_contact.held_on), "OWNS, REDACT"
    theirs = ContactRecord.objects.get(pk=life.others_contact.pk)
    assert theirs.summary == "张丽华走访，听取意见", "MENTIONS: another's words stay"
    assert where_named(f"关于修路的建议（{MARK}）") == {"voices_output": 1, "core_auditwords": 1}, "SCRUB"


def test_the_trail_keeps_who_did_it_and_why_and_forgets_the_rest(life: Life) -> None:
    events = AuditEvent.objects.filter(subject_id=life.leaver.pk).count()
    actions.anonymise_member(id=life.leaver.pk, why=f"{NAME}本人申请", today=TODAY, by=life.office)
    assert AuditEvent.objects.filter(subject_id=life.leaver.pk).count() == events + 1, "no row of the trail goes"
    (left,) = AuditWords.objects.filter(subject_id=life.leaver.pk)
    assert (left.event.action, left.why) == ("members.anonymise", f"{MARK}本人申请")
    assert left.event.actor_id == life.office.pk


def test_the_database_lets_words_go_only_where_an_erasure_stands_and_never_change(life: Life) -> None:
    words = AuditWords.objects.filter(subject_id=life.leaver.pk)
    assert words.count() > 1
    assert words.delete()[0] == 0, "row-level security hides them from DELETE"
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        words.update(why="另有说法")
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM core_erasure")
    Erasure.objects.create(subject_id=life.leaver.pk, person_id=life.leaver.pk)
    assert words.delete()[0] > 1


def test_the_preview_says_what_will_go_and_changes_nothing(life: Life) -> None:
    before = rows()
    effect = actions.what_would_go(id=life.leaver.pk, today=TODAY)
    assert rows() == before
    assert {"members.member", "liaison.contactrecord", "accounts.rolegrant"} <= {line.label for line in effect.lines}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [({"id": "other"}, actions.StillServing), ({"why": " "}, actions.WhyMissing), ({"today": LEFT - dt.timedelta(1)}, actions.StillServing)],
)  # fmt: skip
def test_a_person_in_office_or_no_reason_is_refused_and_nothing_changes(life: Life, change: dict, refusal: Any) -> None:
    before = rows()
    values = {"id": life.leaver.pk, "why": WHY, "today": TODAY} | change
    if values["id"] == "other":
        values["id"] = life.other.pk
    with pytest.raises(refusal):
        actions.anonymise_member(**values, by=life.office)
    assert rows() == before


def test_it_happens_once_and_nobody_is_named_again(life: Life) -> None:
    actions.anonymise_member(id=life.leaver.pk, why=WHY, today=TODAY, by=life.office)
    with pytest.raises(actions.AlreadyNameless):
        actions.anonymise_member(id=life.leaver.pk, why=WHY, today=TODAY, by=life.office)
    with pytest.raises(actions.AlreadyNameless):
        actions.what_would_go(id=life.leaver.pk, today=TODAY)
    with pytest.raises(actions.AlreadyNameless):
        actions.ask_export(id=life.leaver.pk, by=life.office)
    with pytest.raises(actions.Nameless):
        actions.give_account(id=life.leaver.pk, username="again", password=None, by=life.office)
    with pytest.raises(actions.Nameless):
        actions.update_member(
            id=life.leaver.pk, name=NAME, number=NUMBER, sector=life.leaver.sector, joined_on=LEFT, left_on=None, posts=[],
            special_committees=[], effective_on=TODAY, by=life.office,
        )  # fmt: skip


def test_a_constituent_is_made_nameless_by_the_member_who_was_paired(life: Life) -> None:
    link = ConstituentLink.objects.get(constituent=life.constituent)
    ConstituentLink.objects.filter(pk=link.pk).update(until=None)  # it ended when the member left
    with pytest.raises(liaison.StillPaired):
        liaison.anonymise_constituent(link=link.pk, why=WHY, by=life.office)
    liaison.end_pairing(link=link.pk, until=TODAY, today=TODAY, by=life.office)
    Constituent.objects.filter(pk=life.constituent.pk).update(name="孔雀蓝", phone="13711112222")
    ContactRecord.objects.filter(pk=life.leavers_contact.pk).update(summary="孔雀蓝说路难走", place="旷野词")
    figures = deeds()
    liaison.anonymise_constituent(link=link.pk, why=WHY, by=life.office)
    assert where_named("孔雀蓝", "13711112222", "路难走", "旷野词") == {}
    assert deeds() == figures
    assert Member.objects.get(pk=life.leaver.pk).name == NAME
    with pytest.raises(actions.AlreadyNameless):
        liaison.anonymise_constituent(link=link.pk, why=WHY, by=life.office)


# --- the copy -------------------------------------------------------------------------------------------------------


def test_the_copy_holds_everything_about_the_person_and_nobody_elses_name(life: Life) -> None:
    sections = export.collect(life.leaver)
    assert {one.label for one in sections} >= {found.model._meta.label_lower for found in about(life.leaver)}
    data = export.packed(sections, title="x", at=dt.datetime(2022, 11, 30, tzinfo=dt.UTC))
    archive = zipfile.ZipFile(io.BytesIO(data))
    text = archive.read("个人信息.json").decode()
    told = json.loads(text)
    assert PHONE in text
    assert "群众0" not in text
    assert life.other.name not in text
    assert "password" not in {key for one in told["sections"] for row in one["rows"] for key in row}
    contacts = next(one for one in told["sections"] if one["kind"] == "liaison.contactrecord")["rows"]
    assert {row["member"] for row in contacts} == {export.SELF, export.ANOTHER}
    assert f"{NAME}走访，听取意见" in {row["summary"] for row in contacts}
    book = load_workbook(io.BytesIO(archive.read("个人信息.xlsx")))
    assert {"委员", "联系记录", "账号", "操作记录"} <= set(book.sheetnames)
    assert [cell.value for cell in book["委员"][1]][1:3] == ["姓名", "委员编号"]


def test_the_job_makes_the_copy_and_it_is_handed_over_once_asked_for(life: Life) -> None:
    asked = actions.ask_export(id=life.other.pk, by=life.office)
    job = Job.objects.get(task="members.export")
    with pytest.raises(actions.FileGone):
        actions.hand_over(id=asked.pk, by=life.office, may_fetch=lambda _: True)
    assert "七天" in tasks.export(by=life.office, **job.ids)
    with pytest.raises(NotFound):
        actions.hand_over(id=asked.pk, by=life.office, may_fetch=lambda _: False)
    handed = actions.hand_over(id=asked.pk, by=life.office, may_fetch=lambda member: member == life.other)
    assert str(handed.member) == "张丽华"
    assert zipfile.is_zipfile(CommitteeStorage().open(handed.stored))
    assert AuditEvent.objects.filter(action__in=["members.ask_export", "members.hand_over"]).count() == 2


def test_a_copy_is_gone_after_a_week_and_with_the_person(life: Life) -> None:
    asked = actions.ask_export(id=life.other.pk, by=life.office)
    actions.make_export(id=asked.pk, at=asked.created_at)
    MadeFile.objects.filter(pk=asked.pk).update(created_at=asked.created_at - dt.timedelta(days=8))
    with pytest.raises(actions.FileGone):
        actions.hand_over(id=asked.pk, by=life.office, may_fetch=lambda _: True)
    assert actions.sweep_files(at=clock.now(), by=SYSTEM) == 1
    assert not MadeFile.objects.filter(pk=asked.pk).exists()
    assert not actions.make_export(id=asked.pk, at=asked.created_at)
    actions.anonymise_member(id=life.leaver.pk, why=WHY, today=TODAY, by=life.office)
    assert not MadeFile.objects.filter(member=life.leaver).exists()


def test_every_night_what_is_over_goes_from_the_disk_too_and_only_that(
    life: Life, anhua: Any, django_capture_on_commit_callbacks: Any
) -> None:
    kept, over = (actions.ask_export(id=one.pk, by=life.office) for one in (life.other, life.leaver))
    for one in (kept, over):
        actions.make_export(id=one.pk, at=one.created_at)
    RosterImport.objects.filter(confirmed_at=None).delete()
    MadeFile.objects.exclude(pk__in=[kept.pk, over.pk]).delete()
    assert not actions.anything_old(clock.now())
    tasks.sweep_all()
    assert not Job.objects.filter(task=actions.SWEEP).exists(), "where nothing is over, nothing is queued"
    MadeFile.objects.filter(pk=over.pk).update(created_at=over.created_at - dt.timedelta(days=7, minutes=1))
    tasks.sweep_all()
    assert Job.objects.get(task=actions.SWEEP).committee == anhua.code
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.sweep_files(by=SYSTEM) == "已清除 1 份过期文件。"
    assert list(MadeFile.objects.all()) == [kept]
    assert storage.stored(anhua.code) == 1
    assert AuditEvent.objects.filter(action=actions.SWEEP).count() == 1
    assert actions.sweep_files(at=clock.now(), by=SYSTEM) == 0


def test_a_copy_made_for_somebody_erased_meanwhile_stays_nowhere(life: Life, anhua: Any) -> None:
    asked = actions.ask_export(id=life.other.pk, by=life.office)
    MadeFile.objects.filter(pk=asked.pk).delete()
    before = storage.stored(anhua.code)
    actions.keep(asked, b"zip", at=asked.created_at, number=1)
    assert storage.stored(anhua.code) == before
    assert not MadeFile.objects.filter(pk=asked.pk).exists()


# --- what is due ----------------------------------------------------------------------------------------------------


def test_who_left_falls_due_after_the_years_the_office_set(life: Life) -> None:
    assert queries.retention_years() == 5
    assert list(queries.due(dt.date(2027, 5, 31))) == []
    assert list(queries.due(dt.date(2027, 6, 1))) == [life.leaver]
    actions.set_retention(years=3, why="本会规定", by=life.office)
    assert list(queries.due(dt.date(2025, 6, 1))) == [life.leaver]
    Member.objects.filter(pk=life.leaver.pk).update(continues=True)
    assert list(queries.due(dt.date(2030, 6, 1))) == []


@pytest.mark.parametrize(("values", "refusal"), [({"years": 0, "why": "x"}, actions.YearsOutOfRange), ({"years": 31, "why": "x"}, actions.YearsOutOfRange), ({"years": 3, "why": ""}, actions.WhyMissing)])  # fmt: skip
def test_years_nobody_means_are_refused(anhua: Any, values: dict, refusal: Any) -> None:
    with pytest.raises(refusal):
        actions.set_retention(**values, by=SYSTEM)
    assert queries.retention_years() == 5


def test_the_due_are_made_nameless_by_a_job_that_may_run_twice(life: Life) -> None:
    day = dt.date(2028, 1, 1)
    with pytest.raises(actions.NotDue):
        actions.ask_anonymise_due(ids=[life.other.pk], today=day, by=life.office)
    with pytest.raises(actions.NothingChosen):
        actions.ask_anonymise_due(ids=[], today=day, by=life.office)
    actions.ask_anonymise_due(ids=[life.leaver.pk], today=day, by=life.office)
    assert Job.objects.get(task="members.anonymise_due").ids == {"members": [str(life.leaver.pk)]}
    steps: list[tuple[int, int | None]] = []
    report = lambda done, total=None, note="": steps.append((done, total))  # noqa: E731
    assert actions.anonymise_due(ids=[life.leaver.pk], today=day, by=SYSTEM, progress=report) == 1
    assert steps == [(0, 1)]
    assert erase.is_erased(life.leaver)
    assert actions.anonymise_due(ids=[life.leaver.pk], today=day, by=SYSTEM) == 0


# --- pages ----------------------------------------------------------------------------------------------------------


def test_the_office_looks_types_the_name_and_it_is_gone(life: Life, anhua: Any, browser_of: Any) -> None:
    browser = browser_of(anhua, life.office)
    url = f"/members/{life.leaver.pk}/anonymise/"
    assert "联系记录" in browser.get(url).content.decode()
    wrong = browser.post(url, {"why": WHY, "typed": "别人"})
    assert wrong.status_code == 422
    assert "不一致" in wrong.content.decode()
    done = browser.post(url, {"why": WHY, "typed": NAME}, follow=True).content.decode()
    assert "已匿名处理" in done
    assert NAME not in done
    assert browser.get(url).status_code == 409
    assert "无法找回" in browser.get(f"/members/{life.leaver.pk}/data/").content.decode()


def test_a_member_gets_the_own_copy_and_nobody_elses(life: Life, anhua: Any, browser_of: Any) -> None:
    browser = browser_of(anhua, life.other.user)
    assert "申请导出" in browser.get("/members/me/data/").content.decode()
    browser.post("/members/me/data/copy/")
    asked = MadeFile.objects.get(member=life.other)
    assert "正在准备" in browser.get("/members/me/data/").content.decode()
    actions.make_export(id=asked.pk, at=asked.created_at)
    sent = browser.post(f"/members/copies/{asked.pk}/")
    assert zipfile.is_zipfile(io.BytesIO(b"".join(sent.streaming_content)))
    others = MadeFile.objects.get(member=life.leaver)
    assert browser.post(f"/members/copies/{others.pk}/").status_code == 404
    assert browser.get(f"/members/{life.leaver.pk}/data/").status_code == 403
    office = browser_of(anhua, life.office)
    assert office.get("/members/me/data/").status_code == 404
    assert office.post(f"/members/copies/{asked.pk}/").status_code == 200


def test_the_due_list_and_the_end_of_a_term_on_their_pages(life: Life, anhua: Any, browser_of: Any) -> None:
    browser = browser_of(anhua, life.office)
    Member.objects.filter(pk=life.leaver.pk).update(left_on=dt.date(2017, 11, 1))
    assert NAME in browser.get("/members/due/").content.decode()
    assert browser.post("/members/due/", {"years": "99", "why": "x"}).status_code == 422
    assert browser.post("/members/due/", {"member": [str(life.leaver.pk), "nonsense"]}).status_code == 302
    assert Job.objects.filter(task="members.anonymise_due").exists()
    assert browser.post("/members/due/", {"years": "10", "why": "本会规定"}).status_code == 302
    assert "没有到期的人" in browser.get("/members/due/").content.decode()
    values = {"name": "第十届", "ends_on": "2022-11-01", "continuing": [str(life.other.pk)]}
    assert "确认届满" in browser.post("/members/terms/", values).content.decode()
    assert Member.objects.get(pk=life.other.pk).left_on is None, "looking ends nothing"
    assert browser.post("/members/terms/", values | {"confirmed": "1"}).status_code == 302
    assert Member.objects.get(pk=life.other.pk).continues
    assert browser.post("/members/terms/", values | {"confirmed": "1"}).status_code == 422
