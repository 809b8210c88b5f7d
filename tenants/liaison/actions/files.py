"""Photos and files of records: kept in the committee's folder, counted against its limit, gone with their row."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from billing_free.actions import claim, release
from billing_free.quotas import What
from core import audit
from core.errors import DomainError, NotAllowed, NotFound
from core.uploads import Upload
from tenants.liaison.models import Attachment, Claim
from tenants.liaison.queries.files import files_of, keeper_of, record_of

MOST = 9  # of one record


class TooManyFiles(DomainError):
    code = "too_many_files"

    def __init__(self) -> None:
        text = f"一条记录最多放 {MOST} 个照片和文件。请去掉不用的，再添加。"
        super().__init__(text, fields={"files": text})


class NotYoursToAttach(NotAllowed):
    code = "not_yours_to_attach"

    def __init__(self) -> None:
        super().__init__("这条记录由办公室录入或已由办公室确认，照片和文件请办公室来添加或去掉。")


@transaction.atomic
def add_files(*, record: Claim, files: Collection[Upload], by: audit.Actor) -> list[Attachment]:
    """Add photos or files to a record one may change. Raises NotFound, NotYoursToAttach, TooManyFiles, OverQuota."""
    if not keeper_of(record).may_change(record, by=by):
        raise NotYoursToAttach
    return attach(record, files, by=by)


def attach(record: Claim, files: Collection[Upload], *, by: audit.Actor) -> list[Attachment]:
    """Keep the files with the record, in the running transaction: where it fails, nothing stays on the disk either.

    Raises NotFound (there is no such record), TooManyFiles, OverQuota.
    """
    if not files:
        return []
    keeper = keeper_of(record)
    if not keeper.model._default_manager.select_for_update().filter(pk=record.pk).exists():
        raise NotFound
    if files_of(record).count() + len(files) > MOST:
        raise TooManyFiles
    claim(what=What.STORAGE, amount=sum(one.size for one in files), by=by)
    made, written = [], []
    try:
        for one in files:
            names = [_write(one.content, one.ending), _write(one.thumbnail, ".jpg") if one.thumbnail else ""]
            written += [name for name in names if name]
            row = Attachment(
                kind=keeper.kind, record_id=record.pk, member_id=keeper.owner(record), name=one.name, stored=names[0],
                thumbnail=names[1], content_type=one.content_type, size=one.size, added_by=by.actor_id,
            )  # fmt: skip
            row.save(force_insert=True)
            new = {"record": record.pk, "size": one.size}
            audit.record(by=by, action="liaison.add_file", subject=row, new=new)
            made.append(row)
    except BaseException:
        for name in written:
            default_storage.delete(name)
        raise
    return made


def follow_owner(record: Claim, *, by: audit.Actor) -> None:
    """The record is somebody else's now: its files go with that person, no longer with who had it before."""
    if number := files_of(record).update(member_id=keeper_of(record).owner(record)):
        audit.record(by=by, action="liaison.move_files", subject=record, new={"counts": number})


def _write(content: bytes, ending: str) -> str:
    return str(default_storage.save(f"files/{default_storage.get_valid_name(f'x{ending}')}", ContentFile(content)))


@transaction.atomic
def remove_file(*, id: UUID, by: audit.Actor) -> None:
    """Take a file away, for good. Raises NotFound, NotYoursToAttach."""
    row = Attachment.objects.filter(pk=id).first()
    if row is None:
        raise NotFound
    record = record_of(row)
    if not keeper_of(record).may_change(record, by=by):
        raise NotYoursToAttach
    old = {"record": row.record_id, "size": row.size}
    audit.record(by=by, action="liaison.remove_file", subject=row, old=old)
    row.delete()


def let_go(sender: object, instance: Attachment, **_: object) -> None:
    """After a row is deleted, by removal or with a person: its content goes at the commit, its bytes are free again.

    A signal, since rows also go by the rules of personal data, which know no files (as `members.actions.made_files`).
    """
    release(what=What.STORAGE, amount=instance.size, by=audit.SYSTEM)
    names = [name for name in (instance.stored, instance.thumbnail) if name]
    transaction.on_commit(lambda: _delete(names))


def _delete(names: Collection[str]) -> None:
    for name in names:
        default_storage.delete(name)
