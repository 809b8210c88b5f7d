"""The list of Debian packages and the refusal when the right to install is missing."""

from __future__ import annotations

import os
import shutil

import pytest

from infra.machine import debian
from infra.machine.console import CannotGoOn


def test_the_list_reads_and_every_package_has_a_reason() -> None:
    packages = debian.parse(debian.LIST.read_text(encoding="utf-8"))
    assert {package.group for package in packages} == {"base", "test"}
    assert all(package.why for package in packages)


def test_the_list_names_no_package_that_registers_a_second_service() -> None:
    assert "redis-server" not in debian.wanted(debian.GROUPS)


def test_the_demo_does_not_need_the_browser_of_the_tests() -> None:
    assert "chromium" not in debian.wanted(["base"])
    assert "chromium" in debian.wanted(["base", "test"])


@pytest.mark.parametrize("line", ["base git", "base git #", "other git  # why", "base git make  # why", "git  # why"])
def test_a_line_of_another_shape_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        debian.parse(f"# head\n{line}\n")


def test_a_package_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        debian.parse("base git  # history\ntest git  # again\n")


def test_without_root_and_sudo_one_sentence_says_what_an_administrator_must_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CannotGoOn, match=r"sh infra/install-packages\.sh postgresql-15 redis-tools"):
        debian.right(["postgresql-15", "redis-tools"])


def test_root_installs_without_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert debian.right(["postgresql-15"]) == []
