"""Files jobs make: stored, handed out for a week, then gone with their rows. A sweep every night sees to it."""

from __future__ import annotations

import datetime as dt

from django.core.files.base import ContentFile
from django.db import transaction

from core import audit
from core.errors import DomainError
from core.storage import CommitteeStorage
from tenants.members.actions.importing import clear_old_drafts, old_drafts
from tenants.members.models import MadeFile

SWEEP = "members.sweep_files"
KEPT = dt.timedelta(days=7)  # for so long a file can be fetched


class FileGone(DomainError):
    code = "file_gone"
    status = 404

    def __init__(self) -> None:
        super().__init__("这份文件还没有做好，或超过七天已清除。请重新申请。")


def on_hand(row: MadeFile, at: dt.datetime) -> bool:
    """Made, and its week not over."""
    return bool(row.stored) and row.created_at >= at - KEPT


def keep(row: MadeFile, content: bytes, *, at: dt.datetime, number: int) -> None:
    """Store what a job made, in the place of what an earlier run of it made; nothing where the request went meanwhile,
    with the person or for a newer one."""
    before, name = row.stored, CommitteeStorage().save("made.zip", ContentFile(content))
    if not MadeFile.objects.filter(pk=row.pk).update(stored=name, number=number, ready_at=at):
        _delete(name)
        return
    row.stored, row.number, row.ready_at = name, number, at
    if before:
        transaction.on_commit(lambda: _delete(before))


@transaction.atomic
def sweep_files(*, at: dt.datetime, by: audit.Actor) -> int:
    """Away with files whose week is over, rows and disk, and with uploads nobody confirmed for a day; how many. May run twice."""
    old = MadeFile.objects.filter(created_at__lt=at - KEPT)
    number = old.count()
    if number:
        old.delete()
        audit.record(by=by, action=SWEEP, subject=None, new={"counts": number})
    return number + clear_old_drafts(by=by)


def let_go(sender: object, instance: MadeFile, **_: object) -> None:
    """After a row is deleted, by the sweep, with a newer one or with a person: its content goes at the commit."""
    if name := instance.stored:
        transaction.on_commit(lambda: _delete(name))


def _delete(name: str) -> None:
    CommitteeStorage().delete(name)


def anything_old(at: dt.datetime) -> bool:
    """Whether a sweep would find something; two statements."""
    return MadeFile.objects.filter(created_at__lt=at - KEPT).exists() or old_drafts().exists()
