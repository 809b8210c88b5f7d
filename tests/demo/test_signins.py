"""Sign-ins are made per deployment, kept across runs and readable by their owner only."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from demo import signins


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "deep" / "accounts.json"
    monkeypatch.setenv("LIANXIN_ACCOUNTS_FILE", str(path))
    return path


def _make(known: signins.SignIns) -> signins.SignIn:
    return known.of(committee="430923", slug="anhua", username="bangongshi", role="office")


def test_a_password_stays_the_same_from_run_to_run(file: Path) -> None:
    first = signins.SignIns()
    made = _make(first)
    first.write()
    assert _make(signins.read()).password == made.password


def test_two_deployments_have_two_passwords(file: Path) -> None:
    assert _make(signins.SignIns()).password != _make(signins.SignIns()).password


def test_only_the_owner_may_read_the_file(file: Path) -> None:
    known = signins.SignIns()
    _make(known)
    known.write()
    known.write()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_file_has_the_agreed_shape(file: Path) -> None:
    known = signins.SignIns()
    _make(known)
    known.of(committee=None, slug="", username="yunwei", role="operator")
    known.write()
    office, operator = json.loads(file.read_text())
    assert list(office) == ["committee", "slug", "host", "url", "username", "password", "role"]
    assert office["host"] == "anhua.localhost"
    assert (operator["committee"], operator["slug"], operator["host"]) == (None, "", "localhost")


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"slug": "anhua"}]'])
def test_a_broken_file_is_as_good_as_none(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content)
    assert signins.read().known == {}
