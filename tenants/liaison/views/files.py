"""Photos and files of a record: added, looked at by ticket, taken away. Shared by contacts, activities and outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires, signed_in
from accounts.permissions import Permission
from core import storage
from core.errors import NotFound
from core.uploads import Upload, looked_at
from tenants.liaison.models import Attached
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
        for one in record.files.all()
    ]
    return {"files": lines, "files_url": f"{address}files/", "may_attach": may_change}


def add(request: HttpRequest, pages: Pages[Any], id: UUID, save: Callable[..., list[Any]]) -> HttpResponse:
    """Add photos or files to a record one may change."""
    record = pages.find(request.user, id)
    with refused(request):
        made = save(record=record, files=uploads(request), by=signed_in(request))
        if made:
            messages.success(request, f"已添加 {len(made)} 个。照片里的拍摄地点等信息已去掉。")
        else:
            messages.warning(request, "没有选文件。请先选照片或文件。")
    return redirect(pages.address, id=record.pk)


def look(request: HttpRequest, pages: Pages[Any], model: type[Attached], record: UUID, id: UUID) -> Any:
    """A file of a record the user may see: a picture to look at, anything else as a download."""
    found = pages.find(request.user, record)
    rows: Any = model._default_manager
    one = rows.filter(record=found, pk=id).first()
    if one is None:
        raise NotFound
    if one.is_picture:
        return redirect("liaison:file", word=storage.ticket(one.stored, user=signed_in(request).pk))
    return storage.send(one.stored, called=one.name, content_type=one.content_type)


def remove(
    request: HttpRequest, pages: Pages[Any], model: type[Attached], record: UUID, id: UUID, take: Callable[..., UUID]
) -> HttpResponse:
    """Take a file away, for good."""
    found = pages.find(request.user, record)
    rows: Any = model._default_manager
    if not rows.filter(record=found, pk=id).exists():
        raise NotFound
    take(id=id, by=signed_in(request))
    messages.success(request, "已去掉，文件不再保存。")
    return redirect(pages.address, id=found.pk)


@require_safe
@requires(Permission.RECORDS_READ, Permission.RECORDS_OWN, Permission.RECORDS_WRITE)
def file(request: HttpRequest, word: str) -> Any:
    """What a ticket opens, for whom it was made and five minutes long."""
    name = storage.redeem(word, user=signed_in(request).pk)
    kind = next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), "")
    return storage.send(
        name, called=name.rsplit("/", 1)[-1], content_type=kind or "application/octet-stream", inline=bool(kind)
    )
