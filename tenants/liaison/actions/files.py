"""Photos and files of records: kept in the committee's folder, counted against its limit, gone with their row."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from billing_free.actions import claim, release
from billing_free.quotas import What
from core import audit
from core.errors import DomainError, NotAllowed, NotFound
from core.uploads import Upload
from tenants.liaison.models import Attached, Claim

MOST = 9  # of one record
File = TypeVar("File", bound=Attached)


class TooManyFiles(DomainError):
    code = "too_many_files"

    def __init__(self) -> None:
        text = f"一条记录最多放 {MOST} 个照片和文件。请去掉不用的，再添加。"
        super().__init__(text, fields={"files": text})


class NotYoursToAttach(NotAllowed):
    code = "not_yours_to_attach"

    def __init__(self) -> None:
        super().__init__("这条记录由办公室录入或已由办公室确认，照片和文件请办公室来添加或去掉。")


def attach(
    model: type[File], record: Claim, files: Collection[Upload], *, member: UUID | None, by: audit.Actor, action: str
) -> list[File]:
    """Keep the files with the record, in the running transaction: where it fails, nothing stays on the disk either.

    Raises TooManyFiles, OverQuota.
    """
    if not files:
        return []
    rows: Any = model._default_manager
    if rows.filter(record=record).count() + len(files) > MOST:
        raise TooManyFiles
    claim(what=What.STORAGE, amount=sum(one.size for one in files), by=by)
    made, written = [], []
    try:
        for one in files:
            names = [_write(one.content, one.ending), _write(one.thumbnail, ".jpg") if one.thumbnail else ""]
            written += [name for name in names if name]
            row = model(
                member_id=member, name=one.name, stored=names[0], thumbnail=names[1], content_type=one.content_type, size=one.size,
                added_by=by.actor_id, record=record,
            )  # type: ignore[call-arg]  # fmt: skip
            row.save(force_insert=True)
            audit.record(by=by, action=action, subject=row, new={"record": record.pk, "size": one.size})
            made.append(row)
    except BaseException:
        for name in written:
            default_storage.delete(name)
        raise
    return made


def _write(content: bytes, ending: str) -> str:
    return str(default_storage.save(f"files/{default_storage.get_valid_name(f'x{ending}')}", ContentFile(content)))


def detach(model: type[File], *, id: UUID, by: audit.Actor, action: str, may: Callable[..., bool]) -> UUID:
    """Take a file away for good; the id of its record. Raises NotFound, NotYoursToAttach."""
    row: Any = model._default_manager.select_related("record").filter(pk=id).first()
    if row is None:
        raise NotFound
    if not may(row.record, by=by):
        raise NotYoursToAttach
    audit.record(by=by, action=action, subject=row, old={"record": row.record_id, "size": row.size})
    record: UUID = row.record_id
    row.delete()
    return record


def let_go(sender: object, instance: Attached, **_: object) -> None:
    """After a row is deleted, by removal or with a person: its content goes at the commit, its bytes are free again.

    The one signal of the code base: rows also go by the rules of personal data, which know no files.
    """
    release(what=What.STORAGE, amount=instance.size, by=audit.SYSTEM)
    names = [name for name in (instance.stored, instance.thumbnail) if name]
    transaction.on_commit(lambda: _delete(names))


def _delete(names: Collection[str]) -> None:
    for name in names:
        default_storage.delete(name)
