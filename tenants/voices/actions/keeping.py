"""Names and numbers of those who spoke go when the matter has been closed for so many years (PIPL art. 47)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from accounts.models import User
from core import audit
from core.errors import DomainError
from dispatch.actions import enqueue
from dispatch.models import Job
from dispatch.progress import Progress, silent
from tenants.members.actions import nameless
from tenants.voices import queries

ERASE_DUE = "voices.erase_due"


class NobodyDue(DomainError):
    code = "nobody_due"

    def __init__(self) -> None:
        super().__init__("所选的都没有到期，或已经抹去。请刷新名单后重选。")


@transaction.atomic
def ask_erase_due(*, ids: Collection[UUID], today: dt.date, by: User) -> Job:
    """Queue erasing the speakers of these voices, all of them due. Raises NobodyDue, OverQuota."""
    due = queries.due_voices(today).filter(pk__in=ids).count()
    if not due or due != len(set(ids)):
        raise NobodyDue
    job = enqueue(ERASE_DUE, by=by, voices=sorted(map(str, ids)))
    audit.record(by=by, action=ERASE_DUE, subject=None, new={"persons": due})
    return job


@transaction.atomic
def erase_due(*, ids: Collection[UUID], today: dt.date, by: audit.Actor, progress: Progress = silent) -> int:
    """The job: erase those of them who are due still, each with a row of the trail; how many. All or none; may run twice."""
    years = queries.speakers_kept()
    due = list(queries.due_voices(today).filter(pk__in=ids))
    for done, voice in enumerate(due):
        progress(done, len(due), "抹去反映人信息")
        if voice.speaker is not None:
            nameless(voice.speaker, action="voices.anonymise", why=f"办结满 {years} 年，保存期满", by=by)
    return len(due)
