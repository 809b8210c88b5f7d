"""Files of a committee: in a folder of its own, under names we make, handed out by ticket only.

The committee comes from the context, never from a name; outside a committee there is no folder at all. What a person
called a file is data for a column, not a path.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import PurePosixPath
from typing import Any, NoReturn
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.http import FileResponse
from django.utils.deconstruct import deconstructible
from uuid_utils.compat import uuid7

from core import tenancy
from core.errors import NotFound

SEGMENT = re.compile(r"\A[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}\Z")
ENDING = re.compile(r"\A\.[A-Za-z0-9]{1,8}\Z")
DEEPEST = 6  # folders and name
TICKET_SECONDS = 300


@deconstructible
class CommitteeStorage(FileSystemStorage):
    """`<MEDIA_ROOT>/<code>/…`; readable by the process' user only. Raises OutsideCommittee outside a committee."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    # Not the parent's cached properties: one storage object serves every committee of the process.
    @property
    def base_location(self) -> str:  # type: ignore[override]
        return os.path.join(settings.MEDIA_ROOT, tenancy.current().code)

    @property
    def location(self) -> str:  # type: ignore[override]
        return os.path.realpath(self.base_location)

    def path(self, name: str) -> str:
        """Where the file is; raises SuspiciousFileOperation for a name not of ours, also for links leading out."""
        parts = str(name).split("/")
        if len(parts) > DEEPEST or not all(SEGMENT.match(part) and ".." not in part for part in parts):
            raise SuspiciousFileOperation(f"not a stored name: {name!r}")
        root = self.location
        found = os.path.realpath(os.path.join(root, *parts))
        if os.path.commonpath([root, found]) != root or found == root:
            raise SuspiciousFileOperation(f"outside its committee: {name!r}")
        return found

    def get_valid_name(self, name: str) -> str:
        """A name of ours with the ending of theirs, if it is a plain one."""
        ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
        return f"{uuid7().hex}{ending if ENDING.match(ending) else ''}"

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("a stored file has no address; a view checks who asks and sends it (core.storage.send)")


def stored(code: str) -> int:
    """How many files a committee has, whoever asks: the registry, for a certificate."""
    return sum(len(files) for _, _, files in os.walk(_folder(code)))


def remove_all(code: str) -> None:
    """Everything a committee stored; nothing to do is no error, so that an interrupted deletion can be run again."""
    if os.path.isdir(_folder(code)):
        shutil.rmtree(_folder(code))


def _folder(code: str) -> str:
    if not SEGMENT.match(code):
        raise SuspiciousFileOperation(f"not a committee's code: {code!r}")
    return os.path.join(settings.MEDIA_ROOT, code)


def ticket(name: str, *, user: UUID) -> str:
    """A signed word that lets this user of this committee fetch this file within five minutes."""
    return signing.dumps([settings.DEPLOYMENT, tenancy.current().code, str(user), name], salt="core.storage")


def redeem(word: str, *, user: UUID) -> str:
    """The name on a ticket; NotFound for anybody else's, another committee's, an altered or an old one."""
    try:
        said: Any = signing.loads(word, salt="core.storage", max_age=TICKET_SECONDS)
    except signing.BadSignature:
        raise NotFound from None
    if said[:3] != [settings.DEPLOYMENT, tenancy.current().code, str(user)]:
        raise NotFound
    return str(said[3])


def send(
    name: str, *, called: str, content_type: str = "application/octet-stream", inline: bool = False
) -> FileResponse:
    """The file as a download under the name people know (`inline`: to look at in the page, for pictures we drew ourselves);
    the caller has checked who asks. Raises NotFound."""
    try:
        file = CommitteeStorage().open(name)
    except (FileNotFoundError, IsADirectoryError, SuspiciousFileOperation):
        raise NotFound from None
    response = FileResponse(file, as_attachment=not inline, filename=called, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    return response
