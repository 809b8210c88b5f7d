"""What people hand in: looked at by its content, never by its name or what the browser calls it.

Pictures are drawn anew: smaller, upright, without anything the camera wrote into them (place, device, time).
"""

from __future__ import annotations

import io
import warnings
import zipfile
from dataclasses import dataclass

from PIL import Image, ImageOps

from core.errors import DomainError

MIB = 1024 * 1024
LARGEST = 10 * MIB
MOST_PIXELS = 60_000_000
SIDE, THUMB_SIDE = 1600, 320  # pixels
ACCEPT = (
    "image/jpeg,image/png,image/webp,.pdf,.docx,.xlsx"  # for the file chooser; phones turn their own formats into JPEG
)
_OFFICE = {
    "word/": (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/": (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What can be kept: the content as it will be stored, its kind, and for a picture a small one."""

    name: str
    content: bytes
    ending: str
    content_type: str
    thumbnail: bytes = b""

    @property
    def size(self) -> int:
        return len(self.content) + len(self.thumbnail)


class EmptyFile(DomainError):
    code = "empty_file"

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}”是空的，请重新选。", fields={"files": f"“{name}”是空的，请重新选"})


class FileTooLarge(DomainError):
    code = "file_too_large"

    def __init__(self, name: str) -> None:
        text = f"“{name}”太大，每个文件最多 {LARGEST // MIB} MB。照片可以先在手机里缩小，文件可以分成几份。"
        super().__init__(text, fields={"files": text})


class WrongKindOfFile(DomainError):
    code = "wrong_kind_of_file"

    def __init__(self, name: str) -> None:
        text = f"“{name}”不能上传。可以上传照片（JPG、PNG、WebP）、PDF、Word（.docx）和 Excel（.xlsx），不含宏。"
        super().__init__(text, fields={"files": text})


def looked_at(content: bytes, *, name: str) -> Upload:
    """The file as it may be kept. Raises EmptyFile, FileTooLarge, WrongKindOfFile."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1][:120] or "文件"
    if not content:
        raise EmptyFile(name)
    if len(content) > LARGEST:
        raise FileTooLarge(name)
    if content.startswith(b"%PDF-"):
        return Upload(name=name, content=content, ending=".pdf", content_type="application/pdf")
    if content.startswith(b"PK\x03\x04"):
        return _office(content, name)
    return _picture(content, name)


def _office(content: bytes, name: str) -> Upload:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.namelist()
    except zipfile.BadZipFile:
        raise WrongKindOfFile(name) from None
    found = next((kind for folder, kind in _OFFICE.items() if any(part.startswith(folder) for part in parts)), None)
    has_macros = any(part.lower().endswith("vbaproject.bin") for part in parts)
    if found is None or has_macros or "[Content_Types].xml" not in parts:
        raise WrongKindOfFile(name)
    return Upload(name=name, content=content, ending=found[0], content_type=found[1])


def _picture(content: bytes, name: str) -> Upload:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise FileTooLarge(name)
                drawn = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise WrongKindOfFile(name) from None
    stem = name.rsplit(".", 1)[0]
    return Upload(
        name=f"{stem}.jpg",
        content=_jpeg(drawn, SIDE),
        ending=".jpg",
        content_type="image/jpeg",
        thumbnail=_jpeg(drawn, THUMB_SIDE),
    )


def _jpeg(drawn: Image.Image, side: int) -> bytes:
    """A plain JPEG, no side longer; nothing of the first file's marks is carried over."""
    small = drawn.copy()
    small.thumbnail((side, side))
    clean = Image.new("RGB", small.size)
    clean.paste(small)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
