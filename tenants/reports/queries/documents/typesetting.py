"""One document, two files: PDF through HTML and WeasyPrint, `.docx` through WordprocessingML. The context is the same."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.template import loader

from tenants.reports.queries.documents.shape import Document, Grid
from tenants.reports.queries.documents.typesetter import typeset

TEXT_WIDTH = 8845  # of the page as GB/T 9704 sets it: 156 mm, in twentieths of a point
MM = 56.7  # twentieths of a point in a millimetre
EPOCH = (1980, 1, 1, 0, 0, 0)  # no clock in a file: the same document is the same bytes
PARTS = {  # of a Word file → its template
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package_rels.xml",
    "word/document.xml": "document.xml",
    "word/styles.xml": "styles.xml",
    "word/footer1.xml": "footer.xml",
    "word/_rels/document.xml.rels": "document_rels.xml",
}


def html(document: Document) -> str:
    return loader.render_to_string("reports/documents/document.html", {"document": document})


def pdf(document: Document) -> bytes:
    """The document as PDF. A page takes some ten milliseconds; the fonts are those of the machine."""
    return typeset(html(document))


def docx(document: Document) -> bytes:
    """The same as a Word file, written part by part; opens in WPS and Word."""
    context = {"document": document, "blocks": [_measured(block) for block in document.blocks], "width": TEXT_WIDTH}
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        for part, template in PARTS.items():
            body = loader.render_to_string(f"reports/documents/word/{template}", context)
            file.writestr(ZipInfo(part, EPOCH), body.strip().encode(), ZIP_DEFLATED)
    return buffer.getvalue()


FORMATS: Mapping[str, tuple[Callable[[Document], bytes], str]] = {
    "pdf": (pdf, "application/pdf"),
    "docx": (docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


def _measured(block: Any) -> dict[str, Any]:
    """A block with what Word wants to know beforehand: every cell's width and height."""
    if not isinstance(block, Grid):
        return {"kind": block.kind, "block": block}
    columns = [round(TEXT_WIDTH * share / 100) for share in block.widths]
    rows = []
    for row in block.rows:
        at, cells = 0, []
        for cell in row:
            cells.append({"cell": cell, "width": sum(columns[at : at + cell.span])})
            at += cell.span
        rows.append({"cells": cells, "height": round(max(cell.height for cell in row) * MM)})
    head = [{"text": text, "width": width} for text, width in zip(block.head, columns, strict=False)]
    return {"kind": "grid", "block": block, "columns": columns, "rows": rows, "head": head}
