"""Documents of all members in one zip: asked for by a person, made by a job, fetched within a week."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from contextlib import closing
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

from django.db import transaction

from accounts.models import User
from core import audit
from core.errors import DomainError, NotFound
from dispatch.actions import enqueue
from dispatch.progress import Progress, silent
from tenants.members.actions import FileGone, keep, on_hand
from tenants.members.models import Made, MadeFile, Member
from tenants.members.queries import serving
from tenants.policy.queries import policy_on
from tenants.reports.queries import answers_of_many, documents, form_on, period_of

BUNDLE = "reports.make_bundle"
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class UnknownEnding(DomainError):
    code = "unknown_ending"

    def __init__(self) -> None:
        super().__init__("文件只有 PDF 和 Word 两种。", fields={"ending": "请选 PDF 或 Word"})


class NobodyThen(DomainError):
    code = "nobody_then"

    def __init__(self, day: dt.date) -> None:
        super().__init__(f"{day:%Y-%m-%d} 没有在任委员，没有可以生成的文件。", fields={"as_of": "这一天没有在任委员"})


@transaction.atomic
def ask_bundle(*, content: str, form: str, ending: str, as_of: dt.date, by: User) -> MadeFile:
    """Queue the documents of everybody in office on `as_of`: `content` duty_file, or form with the form's id.

    Raises UnknownEnding, NobodyThen, NotFound, NoPolicy, OverQuota.
    """
    if ending not in documents.FORMATS:
        raise UnknownEnding
    if content == Made.FORM:
        form_on(form, as_of)
    elif content == Made.DUTY_FILE:
        policy_on(as_of)
    else:
        raise NotFound
    number = serving(as_of).count()
    if not number:
        raise NobodyThen(as_of)
    made = MadeFile.objects.create(
        kind=content, form=form if content == Made.FORM else "", ending=ending, as_of=as_of, asked_by=by
    )
    made.job = enqueue(BUNDLE, by=by, bundle=str(made.pk)).pk
    made.save(update_fields=["job"])
    audit.record(
        by=by,
        action="reports.ask_bundle",
        subject=made,
        new={"content": content, "ending": ending, "as_of": as_of, "number": number},
    )
    return made


@transaction.atomic
def make_bundle(*, id: UUID, at: dt.datetime, progress: Progress = silent) -> int:
    """The job: print every member's document and pack them; how many. 0 where the request is gone. May run twice."""
    asked = MadeFile.objects.filter(pk=id).first()
    if asked is None or asked.as_of is None:
        return 0
    members = list(serving(asked.as_of).select_related("sector").order_by("name_pinyin", "number"))
    day = asked.as_of
    of = (
        _forms(asked.form, day, members) if asked.kind == Made.FORM else lambda member: documents.duty_file(member, day)
    )
    buffer = io.BytesIO()
    printed = closing(documents.printed(map(of, members), asked.ending, number=len(members)))
    with printed as files, ZipFile(buffer, "w", ZIP_STORED) as file:  # both kinds of file are packed already
        for done, member in enumerate(members):
            progress(done, len(members), member.name)
            name = _UNSAFE.sub(" ", f"{member.name} {member.number}")
            file.writestr(f"{done + 1:03} {name}.{asked.ending}", next(files))
    progress(len(members), len(members), "打包")
    keep(asked, buffer.getvalue(), at=at, number=len(members))
    return len(members)


@transaction.atomic
def fetch_bundle(*, id: UUID, at: dt.datetime, by: User) -> MadeFile:
    """A bundle that is ready, and a row of the trail that it left. Raises NotFound, FileGone."""
    found = MadeFile.objects.filter(pk=id, member=None).first()
    if found is None:
        raise NotFound
    if not on_hand(found, at):
        raise FileGone
    audit.record(by=by, action="reports.fetch_bundle", subject=found, new={"number": found.number})
    return found


def _forms(id: str, day: dt.date, members: list[Member]) -> Callable[[Member], documents.Document]:
    form = form_on(id, day)
    answers = answers_of_many(form, members, period_of(form, day))
    return lambda member: documents.form_document(form, answers[member.pk], of=member.name)
