"""Which process gets which address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.machine import product, services
from infra.machine.console import CannotGoOn, table

OWNER_URL = "postgresql://lx_owner:x@127.0.0.1:1/lianxin"


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("DATABASE_OWNER_URL", OWNER_URL)
    monkeypatch.setenv("LIANXIN_ADMIN_URL", "postgresql://postgres:x@127.0.0.1:1/postgres")
    monkeypatch.setenv("LIANXIN_SECRET_KEY", "given")
    monkeypatch.delenv("LIANXIN_TODAY", raising=False)
    return product.application_environment(database_url="postgresql://lx_app@h/d", redis_url="redis://h", port=8000)


def test_web_and_tasks_never_get_an_address_that_can_change_tables(application: dict[str, str]) -> None:
    assert "DATABASE_OWNER_URL" not in application
    assert "LIANXIN_ADMIN_URL" not in application
    assert application["DATABASE_URL"] == "postgresql://lx_app@h/d"
    assert application["LIANXIN_TODAY"] == "2022-11-30"


def test_only_the_provisioning_worker_acts_as_owner() -> None:
    assert [child.name for child in product.children(8000) if child.owner] == ["provision"]


def test_the_owner_never_gets_the_superuser(application: dict[str, str]) -> None:
    owner = product.owner_environment(application, owner_url=OWNER_URL)
    assert owner["DATABASE_OWNER_URL"] == OWNER_URL
    assert "LIANXIN_ADMIN_URL" not in owner


def test_given_addresses_are_used_instead_of_private_servers() -> None:
    given = {"DATABASE_URL": "a", "DATABASE_OWNER_URL": "b", "REDIS_URL": "", "OTHER": "c"}
    assert services.given_addresses(given) == {"DATABASE_URL": "a", "DATABASE_OWNER_URL": "b"}


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_OWNER_URL"])
def test_one_database_address_without_the_other_is_refused(name: str) -> None:
    with pytest.raises(CannotGoOn, match="必须同时设置"):
        services.given_addresses({name: "postgresql://h/d"})


def test_sign_ins_of_another_shape_are_shown_as_none(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    assert product.accounts(path) == []
    for content in ("{", "{}", "3"):
        path.write_text(content)
        assert product.accounts(path) == []


def test_sign_ins_carry_the_port_of_this_run(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    row = {
        "committee": None,
        "host": "anhua.localhost",
        "url": "http://anhua.localhost:8000/",
        "username": "bangongshi",
    }
    path.write_text(json.dumps([row]), encoding="utf-8")
    product.readdress(8123, path)
    assert product.accounts(path) == [row | {"url": "http://anhua.localhost:8123/"}]
    assert path.stat().st_mode & 0o777 == 0o600


def test_chinese_columns_line_up() -> None:
    assert table([["安化县", "x"], ["ab", "y"]]) == ["安化县  x", "ab      y"]
