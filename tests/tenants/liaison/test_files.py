"""Photos and files of records: who adds, who sees, what is kept, and that it goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing_free.queries import use_of_one
from billing_free.quotas import What
from core.audit import SYSTEM
from tenants.liaison import actions
from tenants.liaison.actions.files import MOST, NotYoursToAttach, TooManyFiles, attach
from tenants.liaison.models import Attachment, ContactRecord
from tenants.members.models import Member
from tests.core.test_uploads import picture
from tests.tenants.liaison.test_contacts import make_member, register, user

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture(name="folder")
def own_folder(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def stored() -> int:
    return use_of_one("430923", "county", What.STORAGE).used


def photo(name: str = "现场.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), content_type="image/jpeg")


def files_in(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_a_photo_is_taken_with_the_contact_and_seen_by_ticket(anhua, browser_of, folder):
    mine = user("member")
    make_member(user=mine)
    browser = browser_of(anhua, mine)
    sent = {
        "key": "0184c0de-0000-7000-8000-000000000001", "kind": "visit", "mode": "offline", "held_on": "2022-11-30", "summary": "走访",
        "files": [photo()],
    }  # fmt: skip
    shown = browser.post("/contacts/new/", sent, follow=True).content.decode()
    one = Attachment.objects.get()
    assert files_in(folder) == 2  # the picture and its small one
    thumb = shown.partition('<img src="')[2].partition('"')[0]
    assert browser.get(thumb)["Content-Type"] == "image/jpeg"
    full = browser.get(f"/contacts/{one.record_id}/files/{one.pk}/", follow=True)
    assert full["Content-Type"] == "image/jpeg"
    assert full["Content-Disposition"].startswith("inline")
    other = browser_of(anhua, user("member", "other"))
    assert other.get(thumb).status_code == 404
    assert other.get(f"/contacts/{one.record_id}/files/{one.pk}/").status_code == 404


def test_a_refused_file_keeps_what_was_typed_and_saves_nothing(anhua, browser_of, folder):
    mine = user("member")
    make_member(user=mine)
    sent = {
        "key": "0184c0de-0000-7000-8000-000000000001", "kind": "visit", "mode": "offline", "held_on": "2022-11-30",
        "summary": "留下的话", "files": [SimpleUploadedFile("a.jpg", b"<svg>")],
    }  # fmt: skip
    answer = browser_of(anhua, mine).post("/contacts/new/", sent)
    assert answer.status_code == 422
    assert "不能上传" in answer.content.decode()
    assert "留下的话" in answer.content.decode()
    assert (ContactRecord.objects.count(), files_in(folder)) == (0, 0)


def test_a_removed_file_leaves_the_disk_and_frees_its_bytes(
    anhua, browser_of, folder, django_capture_on_commit_callbacks
):
    record = register(make_member())
    browser = browser_of(anhua, user("office"))
    browser.post(f"/contacts/{record.pk}/files/", {"files": [photo(), photo("二.jpg")]})
    assert "已添加 2 个" in browser.get(f"/contacts/{record.pk}/").content.decode()
    before = stored()
    one = Attachment.objects.first()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"/contacts/{record.pk}/files/{one.pk}/remove/")
    assert (Attachment.objects.count(), files_in(folder)) == (1, 2)
    assert before - stored() == one.size


def test_with_the_person_their_photos_go(anhua, folder, django_capture_on_commit_callbacks):
    from core.personal.erase import erase
    from core.uploads import looked_at

    record = register(make_member())
    actions.add_files(record=record, files=[looked_at(picture(), name="a.jpg")], by=SYSTEM)
    with django_capture_on_commit_callbacks(execute=True):
        erase(Member.objects.get())
    assert (Attachment.objects.count(), files_in(folder)) == (0, 0)


def test_files_of_a_record_set_right_go_with_whom_it_belongs_to_now(anhua, folder, django_capture_on_commit_callbacks):
    from core.personal.erase import erase
    from core.uploads import looked_at
    from tests.tenants.liaison.test_contacts import DAY, TODAY

    wrong, right = make_member(), make_member("林二", "002")
    record = register(wrong)
    actions.add_files(record=record, files=[looked_at(picture(), name="a.jpg")], by=SYSTEM)
    said = {"kind": "contact", "held_on": DAY, "summary": "听取意见", "mode": record.mode, "today": TODAY}
    actions.change_contact(id=record.pk, reason="录错了人", member=right.pk, by=SYSTEM, at=record.created_at, **said)
    with django_capture_on_commit_callbacks(execute=True):
        erase(wrong)
    assert (Attachment.objects.count(), files_in(folder)) == (1, 2)
    with django_capture_on_commit_callbacks(execute=True):
        erase(right)
    assert (Attachment.objects.count(), files_in(folder)) == (0, 0)


def test_too_many_and_others_are_refused(guangzhou):
    from core.uploads import Upload

    mine = user("member")
    record = register(make_member(user=mine), by=mine)
    one = Upload(name="a.pdf", content=b"%PDF-1", ending=".pdf", content_type="application/pdf")
    with pytest.raises(TooManyFiles):
        actions.add_files(record=record, files=[one] * (MOST + 1), by=mine)
    with pytest.raises(NotYoursToAttach):
        actions.add_files(record=record, files=[one], by=user("member", "other"))


def test_a_file_belongs_to_a_record_that_is_there_and_stays(guangzhou):
    """Its record stands by kind and id: it is looked for when a file comes, and no role may delete one."""
    from django.db import ProgrammingError, connection, transaction

    from core.errors import NotFound
    from core.uploads import Upload

    record = register(make_member())
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM liaison_contactrecord")
    gone = ContactRecord(state="confirmed", member=record.member)
    one = Upload(name="a.pdf", content=b"%PDF-1", ending=".pdf", content_type="application/pdf")
    with pytest.raises(NotFound):
        attach(gone, [one], by=SYSTEM)
    assert not Attachment.objects.exists()
