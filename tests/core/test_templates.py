"""Every template of the project compiles and keeps the promises of components/README.md."""

import re
from pathlib import Path

import pytest
from django.template import Context, Engine
from django.template.loader import get_template

import core

ROOT = Path(core.__file__).parents[2]
TEMPLATES = sorted(
    path
    for top in ("platform", "tenants", "api", "billing_free")
    for path in (ROOT / top).rglob("templates/**/*.html")
    if "node_modules" not in path.parts
)
BANNED = {
    "inline style": re.compile(r"\sstyle\s*="),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:", re.IGNORECASE),
    "foreign address": re.compile(r"(?:src|href)\s*=\s*[\"']https?://"),
    "empty praise": re.compile("提交成功|操作成功|保存成功"),
}


def name_of(path: Path) -> str:
    return path.as_posix().split("/templates/", 1)[1]


PRINTED = "reports/documents/"  # for WeasyPrint alone: no browser sees it, and its columns have measured widths


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_compiles(path: Path) -> None:
    get_template(name_of(path))


@pytest.mark.parametrize("path", [one for one in TEMPLATES if not name_of(one).startswith(PRINTED)], ids=name_of)
def test_a_template_needs_nothing_the_security_policy_refuses(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert [what for what, pattern in BANNED.items() if pattern.search(source)] == []


def test_errors_that_must_always_work_need_no_request() -> None:
    for name in ("500.html", "503.html", "400.html", "committee_unknown.html", "committee_suspended.html"):
        assert "<h1>" in Engine.get_default().get_template(name).render(Context())
