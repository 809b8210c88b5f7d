"""Documents of all members in one zip: asked for by a person, made by a job, fetched within a week."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from core import audit
from core.errors import DomainError, NotFound
from core.storage import CommitteeStorage
from dispatch.actions import enqueue
from dispatch.progress import Progress, silent
from tenants.members.models import Member
from tenants.members.queries import serving
from tenants.policy.queries import policy_on
from tenants.reports.models import Bundle
from tenants.reports.queries import answers_of_many, documents, form_on, period_of

BUNDLE = "reports.make_bundle"
KEPT = dt.timedelta(days=7)
DUTY_FILE, FORM = "duty_file", "form"
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class UnknownEnding(DomainError):
    code = "unknown_ending"

    def __init__(self) -> None:
        super().__init__("文件只有 PDF 和 Word 两种。", fields={"ending": "请选 PDF 或 Word"})


class NobodyThen(DomainError):
    code = "nobody_then"

    def __init__(self, day: dt.date) -> None:
        super().__init__(f"{day:%Y-%m-%d} 没有在任委员，没有可以生成的文件。", fields={"as_of": "这一天没有在任委员"})


class BundleGone(DomainError):
    code = "bundle_gone"
    status = 404

    def __init__(self) -> None:
        super().__init__("这个文件包还没有做好，或超过七天已清除。请重新生成。")


@transaction.atomic
def ask_bundle(*, content: str, form: str, ending: str, as_of: dt.date, at: dt.datetime, by: User) -> Bundle:
    """Queue the documents of everybody in office on `as_of`: `content` duty_file, or form with the form's id.

    Older bundles go with it. Raises UnknownEnding, NobodyThen, NotFound, NoPolicy, OverQuota.
    """
    if ending not in documents.FORMATS:
        raise UnknownEnding
    if content == FORM:
        form_on(form, as_of)
    elif content == DUTY_FILE:
        policy_on(as_of)
    else:
        raise NotFound
    number = serving(as_of).count()
    if not number:
        raise NobodyThen(as_of)
    _clear(at)
    made = Bundle.objects.create(
        content=content, form=form if content == FORM else "", ending=ending, as_of=as_of, asked_by=by
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
    asked = Bundle.objects.filter(pk=id).first()
    if asked is None:
        return 0
    members = list(serving(asked.as_of).select_related("sector").order_by("name_pinyin", "number"))
    printer, _ = documents.FORMATS[asked.ending]
    of = _forms(asked, members) if asked.content == FORM else lambda member: documents.duty_file(member, asked.as_of)
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as file:  # both kinds of file are packed already
        for done, member in enumerate(members):
            progress(done, len(members), member.name)
            file.writestr(
                f"{done + 1:03} {_UNSAFE.sub(' ', f'{member.name} {member.number}')}.{asked.ending}",
                printer(of(member)),
            )
    progress(len(members), len(members), "打包")
    if asked.stored:
        CommitteeStorage().delete(asked.stored)
    asked.stored = CommitteeStorage().save("bundle.zip", ContentFile(buffer.getvalue()))
    asked.number, asked.ready_at = len(members), at
    asked.save(update_fields=["stored", "number", "ready_at"])
    return len(members)


@transaction.atomic
def fetch_bundle(*, id: UUID, at: dt.datetime, by: User) -> Bundle:
    """A bundle that is ready, and a row of the trail that it left. Raises NotFound, BundleGone."""
    found = Bundle.objects.filter(pk=id).first()
    if found is None:
        raise NotFound
    if not found.stored or found.created_at < at - KEPT:
        raise BundleGone
    audit.record(by=by, action="reports.fetch_bundle", subject=found, new={"number": found.number})
    return found


def _forms(asked: Bundle, members: list[Member]) -> Callable[[Member], documents.Document]:
    form = form_on(asked.form, asked.as_of)
    answers = answers_of_many(form, members, period_of(form, asked.as_of))
    return lambda member: documents.form_document(form, answers[member.pk], of=member.name)


def _clear(at: dt.datetime) -> None:
    """Files and rows of bundles whose week is over."""
    for old in Bundle.objects.filter(created_at__lt=at - KEPT):
        if old.stored:
            CommitteeStorage().delete(old.stored)
        old.delete()
