"""Photos and files of a record: added, looked at by ticket, taken away. Shared by contacts, activities and outputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import storage
from core.errors import NotFound
from core.uploads import Upload, looked_at
from tenants.liaison import actions
from tenants.liaison.models import Attachment, Claim
from tenants.liaison.queries.files import files_of
from tenants.liaison.views import records
from tenants.liaison.views.records import Pages, refused

_KINDS = {".jpg": "image/jpeg"}  # what is shown in the page: pictures we drew ourselves


def uploads(request: HttpRequest) -> list[Upload]:
    """The files of the request, looked at. Raises EmptyFile, FileTooLarge, WrongKindOfFile."""
    given: Iterable[UploadedFile] = request.FILES.getlist("files")
    return [looked_at(_content(one), name=one.name or "") for one in given]


def _content(file: UploadedFile) -> bytes:
    content: bytes = file.read()
    return content


def rights(request: HttpRequest, pages: Pages[Any], record: Any) -> dict[str, Any]:
    """For the record's page: what one may do with the record (`records.rights`), and its files; a photo moves no figure."""
    found = records.rights(request, pages, record)
    may_change = found["may_change"] or found["settled"] is not None
    return found | shown(
        request, record, address=reverse(pages.address, kwargs={"id": record.pk}), may_change=may_change
    )


def shown(request: HttpRequest, record: Any, *, address: str, may_change: bool) -> dict[str, Any]:
    """For the record's page: its files with what opens them; a small picture comes by ticket. One statement."""
    user = signed_in(request).pk
    lines = [
        {
            "file": one,
            "url": f"{address}files/{one.pk}/",
            "remove_url": f"{address}files/{one.pk}/remove/",
            "thumb": f"/files/{storage.ticket(one.thumbnail, user=user)}/" if one.thumbnail else "",
        }
        for one in files_of(record)
    ]
    return {"files": lines, "files_url": f"{address}files/", "may_attach": may_change}


@require_POST
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def add(request: HttpRequest, pages: Pages[Any], id: UUID) -> HttpResponse:
    """Add photos or files to a record one may change."""
    record = pages.find(request.user, id)
    with refused(request):
        made = actions.add_files(record=record, files=uploads(request), by=signed_in(request))
        if made:
            messages.success(request, f"已添加 {len(made)} 个。照片里的拍摄地点等信息已去掉。")
        else:
            messages.warning(request, "没有选文件。请先选照片或文件。")
    return redirect(pages.address, id=record.pk)


@require_safe
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def look(request: HttpRequest, pages: Pages[Any], id: UUID, file: UUID) -> Any:
    """A file of a record the user may see: a picture to look at, anything else as a download."""
    one = _of(pages.find(request.user, id), file)
    if one.is_picture:
        return redirect("liaison:file", word=storage.ticket(one.stored, user=signed_in(request).pk))
    return storage.send(one.stored, called=one.name, content_type=one.content_type)


@require_POST
@requires(Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def remove(request: HttpRequest, pages: Pages[Any], id: UUID, file: UUID) -> HttpResponse:
    """Take a file away, for good."""
    record = pages.find(request.user, id)
    actions.remove_file(id=_of(record, file).pk, by=signed_in(request))
    messages.success(request, "已去掉，文件不再保存。")
    return redirect(pages.address, id=record.pk)


def _of(record: Claim, file: UUID) -> Attachment:
    """Raises NotFound for a file of another record."""
    one: Attachment | None = files_of(record).filter(pk=file).first()
    if one is None:
        raise NotFound
    return one


@require_safe
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def file(request: HttpRequest, word: str) -> Any:
    """What a ticket opens, for whom it was made and five minutes long."""
    name = storage.redeem(word, user=signed_in(request).pk)
    kind = next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), "")
    return storage.send(
        name, called=name.rsplit("/", 1)[-1], content_type=kind or "application/octet-stream", inline=bool(kind)
    )


def paths(pages: Pages[Any], below: str = "") -> list[URLPattern]:
    """The addresses of a record's files, beneath its own; for the urls of each app with such records."""
    given = {"pages": pages}
    return [
        path(f"{below}<uuid:id>/files/", add, given, name="file_add"),
        path(f"{below}<uuid:id>/files/<uuid:file>/", look, given, name="file_look"),
        path(f"{below}<uuid:id>/files/<uuid:file>/remove/", remove, given, name="file_remove"),
    ]
