"""`lianxin return …`: `verify` needs no database and no settings; the others stand on Django."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

LARGEST = 20_000_000  # bytes of one file; a province's is some hundred thousand


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--keys", "key_list", type=click.Path(path_type=Path), help="可信公钥清单（lianxin return keys 的输出），不写则不核对是谁的公钥"
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出；不符时 JSON 也写到标准错误，退出码 2")
def verify(files: tuple[Path, ...], key_list: Path | None, as_json: bool) -> None:
    """离线核对导出的报表文件：形状、校验值、签名、稿次衔接；同时给出下级的文件时，重算合计。"""
    from exchange.verifying import Fault, Report
    from exchange.verifying import verify as check

    unread: list[Fault] = []
    texts = {str(path): text for path in files if (text := _text(path, unread)) is not None}
    trusted = _keys(key_list, unread) if key_list else None
    report = check(texts, trusted=trusted) if not unread or texts else Report()
    report.faults[:0] = unread
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        _tell(report)
    if not report.ok:
        errors = [fault.to_json() for fault in report.faults]
        click.echo(json.dumps({"ok": False, "errors": errors}, ensure_ascii=False, indent=1), err=True)
        sys.exit(2)


def _text(path: Path, unread: list[Any]) -> str | None:
    from exchange.verifying import Fault

    try:
        if path.stat().st_size > LARGEST:
            raise OSError("文件太大")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        unread.append(Fault(str(path), "", "unreadable", "这个文件打不开，或不是文本", "请核对文件名，或重新导出"))
        return None


def _keys(path: Path, unread: list[Any]) -> list[dict[str, Any]]:
    from exchange.verifying import Fault

    text = _text(path, unread)
    try:
        keys = json.loads(text or "{}")["keys"]
        if isinstance(keys, list) and all(isinstance(one, dict) for one in keys):
            return keys
    except (ValueError, KeyError, TypeError):
        pass
    if text is not None:
        remedy = "清单在“签名公钥”页下载，或由 lianxin return keys --json 给出"
        unread.append(Fault(str(path), "keys", "bad_keys", "这不是公钥清单", remedy))
    return []


def _tell(report: Any) -> None:
    from exchange.spans import spoken

    for one in report.files:
        mark = "✓" if one.holds else "✗"
        click.echo(
            f"{mark} {one.file}：{one.name} {spoken(one.period)}第 {one.revision} 稿，公钥指纹 {one.fingerprint}"
        )
    for fault in report.faults:
        click.echo(f"✗ {fault.file} {fault.key}：{fault.message}。{fault.remedy}。")
    for note in report.notes:
        click.echo(f"注意：{note}")
    if report.ok:
        click.echo("给出的全部相符；写明“注意”的没有核对。" if report.notes else "全部相符。")
