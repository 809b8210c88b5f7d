"""What people hand in is known by its content; pictures lose what the camera wrote into them."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from core import uploads


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (120, 40, 40)).save(out, kind, **more)
    return out.getvalue()


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, b"x")
    return out.getvalue()


def test_a_picture_is_drawn_anew_without_its_place():
    marks = Image.Exif()
    marks[0x0112] = 6  # turned
    marks[0x010F] = "某某手机"
    marks.get_ifd(0x8825)[1] = "N"
    content = picture(exif=marks)
    assert "某某手机".encode() in content or b"Exif" in content
    kept = uploads.looked_at(content, name="C:\\照片\\IMG.JPEG")
    with Image.open(io.BytesIO(kept.content)) as drawn:
        assert drawn.size == (20, 40)  # upright
        assert not drawn.getexif()
    assert b"Exif" not in kept.content + kept.thumbnail
    assert (kept.name, kept.content_type) == ("IMG.jpg", "image/jpeg")


def test_a_large_picture_becomes_small():
    kept = uploads.looked_at(picture(size=(2000, 500)), name="a.jpg")
    with Image.open(io.BytesIO(kept.content)) as drawn, Image.open(io.BytesIO(kept.thumbnail)) as small:
        assert (drawn.width, small.width) == (uploads.SIDE, uploads.THUMB_SIDE)


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b"%PDF-1.7 x", ".pdf"),
        (packed("[Content_Types].xml", "word/document.xml"), ".docx"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), ".xlsx"),
        (picture("PNG"), ".jpg"),
        (picture("WEBP"), ".jpg"),
    ],
)
def test_a_kind_is_known_by_its_content(content, ending):
    assert uploads.looked_at(content, name="随便.exe").ending == ending


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", uploads.EmptyFile),
        (b"<svg onload=alert(1)>", uploads.WrongKindOfFile),
        (b"MZ\x90", uploads.WrongKindOfFile),
        (b"\xff\xd8\xff\xe0 broken", uploads.WrongKindOfFile),
        (picture("GIF"), uploads.WrongKindOfFile),
        (packed("a.txt"), uploads.WrongKindOfFile),
        (packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), uploads.WrongKindOfFile),
        (b"PK\x03\x04 broken", uploads.WrongKindOfFile),
        (b"%PDF-" + b"x" * uploads.LARGEST, uploads.FileTooLarge),
    ],
)
def test_what_may_not_be_kept_is_refused_by_name(content, refusal):
    with pytest.raises(refusal, match="图片"):
        uploads.looked_at(content, name="图片.jpg")
