"""The contact sheet: one file, no script, pictures loaded as they come into view."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from tests.gallery.looking import Shot

STYLE = """body{font:14px/1.5 sans-serif;margin:24px;background:#f4f4f2}h2{margin-top:40px}
.row{display:flex;flex-wrap:wrap;gap:24px}figure{margin:0}figcaption{max-width:420px;overflow-wrap:anywhere}
.pair{display:flex;gap:8px;align-items:flex-start}img{border:1px solid #bbb;background:#fff;height:260px;width:auto;
max-width:420px;object-fit:cover;object-position:top}.bad{color:#a00}"""


def write_sheet(target: Path, shots: Sequence[Shot]) -> None:
    """Every picture below its role, wide and narrow side by side."""
    parts = ["<!doctype html><meta charset=utf-8><title>Gallery</title>", f"<style>{STYLE}</style><h1>Gallery</h1>"]
    for role, of_role in groupby(shots, key=lambda shot: shot.role):
        figures = [_figure(path, list(pair)) for path, pair in groupby(of_role, key=lambda shot: shot.path)]
        parts.append(f"<h2>{escape(role)} ({len(figures)})</h2><div class=row>{''.join(figures)}</div>")
    target.write_text("\n".join(parts), encoding="utf-8")


def _figure(path: str, pair: list[Shot]) -> str:
    pictures = "".join(
        f'<a href="{escape(shot.file)}"><img loading=lazy src="{escape(shot.file)}" alt="{shot.width} px"></a>'
        for shot in pair
    )
    wrong = "; ".join(f"{shot.width} px: {defect}" for shot in pair for defect in shot.defects)
    words = escape(path) + (f"<br><span class=bad>{escape(wrong)}</span>" if wrong else "")
    return f"<figure><div class=pair>{pictures}</div><figcaption>{words}</figcaption></figure>"
