"""A small committee where one member has left a trace in every table that can refer to a person."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from accounts import invitations
from accounts.models import User
from tenants.activities import actions as activities
from tenants.activities.models import Activity, Invitation
from tenants.assessment.models import Objection, Waiver
from tenants.desk.models import Notice, Reminder
from tenants.liaison import actions as liaison
from tenants.liaison.models import Attachment, Constituent, ConstituentLink, ContactRecord
from tenants.members import actions as members
from tenants.members.models import MadeFile, Member, Nomination, Nominee, RosterImport, Spell
from tenants.policy.models import Draft
from tenants.proceedings.actions import start_process
from tenants.proceedings.models import Process, Step
from tenants.reports.models import FilledForm, FormAnswer, Return
from tenants.voices import actions as voices
from tenants.voices.models import Output, Voice
from tests.conftest import make_account

TODAY = dt.date(2022, 11, 30)
TERM = dt.date(2017, 1, 1)
LEFT = dt.date(2022, 6, 1)
NAME, PHONE, NUMBER, ACCOUNT = "欧阳·金丝雀", "13912345678", "JSQ-001", "jinsique"


@dataclass
class Life:
    """The member of the story, another one, the constituent the first was paired with, the office."""

    leaver: Member
    other: Member
    constituent: Constituent
    office: User
    leavers_contact: ContactRecord
    others_contact: ContactRecord


@pytest.fixture(scope="module")
def told_once(for_the_file: Any, tmp_path_factory: Any) -> tuple[Life, Path]:
    """The story, and the folder of its files."""
    files = tmp_path_factory.mktemp("story")
    with override_settings(MEDIA_ROOT=str(files)):
        return for_the_file("anhua", story), files


@pytest.fixture(name="life")
def a_life(told_once: tuple[Life, Path], anhua: Any, settings: Any, tmp_path: Path) -> Life:
    """The story as it was told, whatever other tests made of it."""
    life, files = told_once
    settings.MEDIA_ROOT = str(shutil.copytree(files, tmp_path / "files"))
    return copy.deepcopy(life)


def story() -> Life:
    """Everything that can be written about a member, who left in June; an office; another member with a like life."""
    office: Any = make_account("office", display_name="王主任")
    sector = members.add_sector(name="教育界", by=office)
    group = members.add_special_committee(name="教科卫体委", by=office)
    people = [
        members.add_member(
            name=name, number=number, phone=phone, sector=sector, special_committees=[group], joined_on=TERM, by=office,
            work_unit="某某中学", unit_post="校长",
        )
        for name, number, phone in ((NAME, NUMBER, "13900000000"), ("张丽华", "ZLH-02", "13800000002"))
    ]  # fmt: skip
    leaver, other = people
    members.update_member(
        id=leaver.pk, name=NAME, number=NUMBER, phone=PHONE, sector=sector, joined_on=TERM, left_on=None, posts=["member"],
        special_committees=[group], effective_on=TERM, work_unit="某某中学", unit_post="校长", by=office,
    )  # fmt: skip
    user = members.give_account(id=leaver.pk, username=ACCOUNT, password=None, by=office)
    invitations.issue(id=user.pk, by=office)
    Client().force_login(user)  # a session row, with the person's device
    members.give_account(id=other.pk, username="zhanglihua", password=None, by=office)
    members.set_conveners(sector_id=sector.pk, member_ids=[leaver.pk, other.pk], since=TERM, by=office)
    day = dt.date(2022, 3, 1)
    pairs = [
        liaison.pair_constituent(
            member=one.pk, name=f"群众{index}", phone=f"1370000000{index}", since=day, today=TODAY, by=office, note="家住河边",
            profession="教师", area="东坪镇",
        )
        for index, one in enumerate(people)
    ]  # fmt: skip
    liaison.assign_link(level="standing_to_member", from_member=leaver.pk, to_member=other.pk, since=day, by=office)
    liaison.assign_link(level="standing_to_member", from_member=other.pk, to_member=leaver.pk, since=day, by=office)
    contacts = [
        liaison.register_contact(
            member=one.pk, kind="visit", held_on=day, summary=f"{one.name}走访，听取意见", opinions="修路", place="东坪镇",
            today=TODAY, by=office, constituents=[pair.constituent_id], participants=[company.pk],
        )
        for one, company, pair in ((leaver, other, pairs[0]), (other, leaver, pairs[1]))
    ]  # fmt: skip
    liaison.register_contact(
        member=other.pk, kind="talk", held_on=day, summary="谈心", target=leaver.pk, today=TODAY, by=office
    )
    activities.register_activity(
        title=f"{NAME}的调研", kind="research", organiser_type="member", organiser=leaver.pk, held_on=day, today=TODAY,
        participants=[leaver.pk, other.pk], by=office,
    )  # fmt: skip
    voices.register_output(
        type="proposal", title=f"关于修路的建议（{NAME}）", submitted_on=day, authorship="joint", lead=other.pk,
        others=[leaver.pk], today=TODAY, by=office,
    )  # fmt: skip
    for one in people:
        Waiver.objects.create(member=one, duty="contacts", period="2022", reason=f"{one.name}长期病假")
        one.refresh_from_db()
    Return.objects.create(
        period="2022-03", revision=1, as_of=dt.date(2022, 3, 31), policies={}, digest="", closed_by=leaver.user,
        body={"own": [], "total": [], "children": []}, closed_at="2022-04-01T00:00+08:00",
    )  # fmt: skip
    _organised(leaver, other, sector, office)
    _told(people, office)
    RosterImport.objects.create(uploaded_by=leaver.user, file_name=f"{NAME}.xlsx", content=b"x", effective_on=day)
    MadeFile.objects.create(kind="personal_copy", member=leaver, asked_by=leaver.user)
    members.end_membership(id=leaver.pk, on=LEFT, by=office, why=f"{NAME}调往外地，电话 {PHONE}")
    leaver.refresh_from_db()
    return Life(leaver, other, pairs[0].constituent, office, *contacts)


def _organised(leaver: Member, other: Member, sector: Any, office: User) -> None:
    """Groups, nominations, grids, signatures and an import with both of them in it."""
    unit = members.add_unit(kind="area_group", name="东坪小组", place="东坪镇", since=TERM, by=office)
    for role, one in (("leader", leaver), ("deputy", other)):
        members.appoint(unit=unit.pk, role=role, member=one.pk, since=TERM, by=office)
    members.join_unit(unit=unit.pk, members=[leaver.pk, other.pk], since=TERM, by=office)
    day = dt.date(2022, 3, 1)
    nomination = Nomination.objects.create(
        sector=sector, nominated_on=day, state="under_review", note=f"{NAME}本人同意"
    )
    for one in (leaver, other):
        Nominee.objects.create(nomination=nomination, member=one, is_first=one is leaver)
    steps = [
        {"id": "nominated", "title": "推选", "by": "sector"},
        {"id": "council", "title": "主席会议", "by": "chairpersons_council"},
        {"id": "filing", "title": "备案", "by": ""},
    ]
    start_process(
        workflow="convener_review", steps=steps, title=f"{sector.name}召集人推选", subject=nomination, today=day, by=office,
        first_is_signed=True,
    )  # fmt: skip
    Process.objects.update(started_by=leaver.user)
    Step.objects.filter(state="signed").update(signed_by=leaver.user, opinion=f"{NAME}同意")
    for place, one in enumerate((leaver, other)):
        Spell.objects.create(member=one, since=dt.date(2016, 1, 1), until=dt.date(2016, 6, 1))
        worker = Constituent.objects.create(kind="grid_worker", name=f"网格员{place}号", area="东坪社区")
        ConstituentLink.objects.create(kind="grid_worker", member=one, constituent=worker, since=day)
    RosterImport.objects.create(
        uploaded_by=leaver.user, file_name=f"{NAME}.xlsx", effective_on=day, added=1, confirmed_at="2022-03-01T09:00+08:00",
        before={str(leaver.pk): None}, after={str(leaver.pk): {"name": NAME}},
    )  # fmt: skip


def _told(people: list[Member], office: User) -> None:
    """Forms, files, voices, invitations, objections, notices and reminders of each; documents that the one who left asked for."""
    day, now = dt.date(2022, 3, 1), dt.datetime(2022, 3, 1, tzinfo=dt.UTC)
    activity, output = Activity.objects.get(), Output.objects.get()
    for place, one in enumerate(people, 1):
        form = FilledForm.objects.create(form="registration", member=one, period="2022", entered_by=one.user_id)
        FormAnswer.objects.create(of=form, member=one, field="remark", text=f"{one.name}的备注")
        kept = {
            "contact": ContactRecord.objects.filter(member=one).earliest("created_at"),
            "activity": activity,
            "output": output,
        }
        Attachment.objects.bulk_create(
            Attachment(
                kind=kind, record_id=record.pk, member=one, name=f"{one.name}.jpg", stored="", content_type="image/jpeg", size=1,
                added_by=one.user_id,
            )
            for kind, record in kept.items()
        )  # fmt: skip
        Voice.objects.create(
            number=place, received_on=day, channel="contact", member=one, content="路灯不亮", entered_by=one.user_id
        )
        Invitation.objects.create(activity=activity, member=one, answer="declined", reason=f"{one.name}出差")
        Objection.objects.create(
            member=one, duty="contacts", as_of=day, figure="1 次", text=f"{one.name}说少数了一次", raised_by=one.user_id
        )
        notice = Notice.objects.create(
            user=one.user,
            member=one,
            title=f"{one.name}的提醒",
            text=one.name,
            url="/standing/",
            key=f"k{place}",
            sent_at=now,
        )
        Reminder.objects.create(
            user=one.user, member=one, whom=one.pk, key="contacts@2022", stage=0, title=f"{one.name}还差一次", url="/standing/",
            due_on=day, sent_on=day, notice=notice,
        )  # fmt: skip
    MadeFile.objects.create(kind="duty_file", ending="pdf", as_of=day, asked_by=people[0].user)
    Draft.objects.create(prepared_by=people[0].user, changed_at=now)


def tables() -> list[str]:
    """Every table of the schema the test stands in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
            "AND relname <> 'django_migrations' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def where_named(*needles: str) -> dict[str, int]:
    """Per table, the rows in which one of the words stands."""
    one = "SELECT '{0}', count(*) FROM \"{0}\" x WHERE x::text LIKE ANY(%(needles)s)"
    with connection.cursor() as cursor:
        counted = " UNION ALL ".join(one.format(table) for table in tables())
        cursor.execute(counted, {"needles": [f"%{needle}%" for needle in needles]})
        return {table: count for table, count in cursor.fetchall() if count}


def rows() -> dict[str, dict[str, str]]:
    """Per table, a digest of every row by its key."""
    one = "SELECT '{0}', {1}::text, md5(x::text) FROM \"{0}\" x"
    found: dict[str, dict[str, str]] = {table: {} for table in tables()}
    keys = {"django_session": "session_key"}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table, keys.get(table, "id")) for table in found))
        for table, key, digest in cursor.fetchall():
            found[table][key] = digest
    return found


def deeds() -> str:
    """A digest of all that is counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT d::text FROM deed d ORDER BY 1")
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
