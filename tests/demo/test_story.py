"""The story told once, and told again: through actions, marked as invented, nobody's name outside its committee."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core import tenancy
from core.models import AuditEvent
from demo import signins, story
from demo.cast import PARTS, Part
from exchange.models import Delivery
from tenants.liaison.models import Constituent, ContactRecord
from tenants.members.models import Member

FEW = dict.fromkeys(("430000", "430900", "430923", "430921", "440000", "440100"), 12)


def few(scale: str) -> tuple[Part, ...]:
    return tuple(replace(part, members=FEW[part.code]) for part in PARTS if part.code in FEW)


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
def test_the_story_is_told_once_and_no_name_leaves_its_committee() -> None:
    told = _load()
    assert told.acts > len(FEW)
    names, counts = set(), {}
    for code in FEW:
        with tenancy.inside(code):
            assert not Member.objects.filter(is_invented=False).exists()
            assert AuditEvent.objects.filter(action="members.import_roster").count() == 1
            names |= set(Member.objects.values_list("name", flat=True))
            names |= set(Constituent.objects.values_list("name", flat=True))
            counts[code] = (AuditEvent.objects.count(), ContactRecord.objects.count())
    for code in ("430900", "430000", "440000"):
        with tenancy.inside(code):
            rows = list(Delivery.objects.values("body", "reason", "sender", "state"))
        assert rows
        text = json.dumps(rows, ensure_ascii=False)
        assert [name for name in names if name in text] == []
    assert _load().acts == 0
    for code in FEW:
        with tenancy.inside(code):
            assert (AuditEvent.objects.count(), ContactRecord.objects.count()) == counts[code]
    _a_lost_file_gets_new_passwords()


def _a_lost_file_gets_new_passwords() -> None:
    before = {(one.slug, one.username): one.password for one in signins.read().known.values()}
    signins.path().unlink()
    assert _load().acts == 0
    after = signins.read().known
    assert after.keys() == before.keys()
    with tenancy.inside("430923"):
        from accounts.models import User

        assert User.objects.get(username="weiyuan").check_password(after["anhua", "weiyuan"].password)


@pytest.mark.usefixtures("quick", "cheap_passwords")
def test_a_story_cut_short_is_told_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "parts", lambda scale: few(scale)[:1])
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


def test_outside_development_nothing_is_written(settings) -> None:
    settings.DEV = False
    with pytest.raises(story.NotADemo):
        _load()
