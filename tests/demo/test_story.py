"""The story told to its end after it was cut short, and its accounts. Told whole, on a deployment: `tests/journeys/test_told.py`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from accounts.models import User
from core import tenancy
from demo import signins, story
from demo.cast import PARTS, Part
from tenants.liaison.models import ContactRecord
from tenants.members.models import Member


def few(scale: str) -> tuple[Part, ...]:
    return tuple(replace(part, members=12) for part in PARTS if part.code == "430000")


@pytest.fixture
def quick(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few people, and passwords that cost nothing to check."""
    monkeypatch.setenv("LIANXIN_ACCOUNTS_FILE", str(tmp_path / "accounts.json"))
    monkeypatch.setattr(story, "parts", few)


@pytest.fixture
def cheap_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _load() -> story.Told:
    return story.load(scale="small", report=lambda line: None)


@pytest.mark.usefixtures("quick", "cheap_passwords")
def test_a_story_cut_short_is_told_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(story.writings, "write", lambda company: 1 / 0)
        _load()
    with tenancy.inside("430000"):
        assert Member.objects.count() == 12
        assert not ContactRecord.objects.exists()
    # the year, its forms, voices, what is called, what was decided, the accounts after it, reminders, and the operator's
    assert _load().acts == 8
    with tenancy.inside("430000"):
        assert ContactRecord.objects.exists()
        assert not Member.objects.filter(is_invented=False).exists()
    _a_lost_file_gets_new_passwords()


def _a_lost_file_gets_new_passwords() -> None:
    before = {(one.slug, one.username): one.password for one in signins.read().known.values()}
    signins.path().unlink()
    assert _load().acts == 0
    after = signins.read().known
    assert after.keys() == before.keys()
    with tenancy.inside("430000"):
        mine = next(one for one in after.values() if one.slug == "hunan")
        assert User.objects.get(username=mine.username).check_password(mine.password)


def test_outside_development_nothing_is_written(settings) -> None:
    settings.DEV = False
    with pytest.raises(story.NotADemo):
        _load()
