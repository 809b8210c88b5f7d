"""Programs that speak to a committee's host, and a small committee to speak about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from core.audit import SYSTEM
from tenants.members.actions import add_member, add_sector, add_special_committee, give_account

DAY = dt.date(2022, 11, 1)
TERM = dt.date(2021, 12, 1)
V1 = "/api/v1/"


@dataclass(frozen=True)
class Program:
    """`get("members/")` asks with the token; what `post` and `patch` are given goes as JSON."""

    client: Client

    def get(self, path: str, /, **headers: str) -> Any:
        return self.client.get(_address(path), headers=_named(headers))

    def post(self, path: str, body: Any = None, /, **headers: str) -> Any:
        return self.client.post(_address(path), body or {}, content_type="application/json", headers=_named(headers))

    def patch(self, path: str, body: Any = None, /, **headers: str) -> Any:
        return self.client.patch(_address(path), body or {}, content_type="application/json", headers=_named(headers))

    def all(self, path: str) -> list[Any]:
        """Every row of a list, page after page."""
        rows: list[Any] = []
        following: str | None = path
        while following:
            page = self.get(following).json()
            rows += page["results"]
            following = page["next"]
        return rows


def _address(path: str) -> str:
    return path if path.startswith(("/", "http")) else V1 + path


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def program(db: None) -> Callable[..., Program]:
    """`program(place, user)` holds a token of the user; stand inside the place when calling."""

    def make(place: Any, user: Any, scope: str = "write") -> Program:
        secret = tokens.issue_token(name="测试", scope=scope, days=30, by=user).secret
        return Program(Client(headers={"host": place.host, "authorization": f"Bearer {secret}"}))

    return make


@dataclass
class Town:
    """Two members of two sectors, the first with an account."""

    sectors: list[Any]
    committees: list[Any]
    near: Any
    far: Any
    user: Any


@pytest.fixture
def people() -> Callable[[], Town]:
    """Fills the committee one stands in."""

    def make() -> Town:
        committees = [add_special_committee(name=name, by=SYSTEM) for name in ("提案委", "文史委")]
        sectors = [add_sector(name=name, by=SYSTEM) for name in ("教育界", "科技界")]
        near, far = (
            add_member(
                name=name, number=f"N{place}", sector=sectors[place], joined_on=TERM, phone=f"1380000000{place}",
                special_committees=[committees[place]], district=district, by=SYSTEM,
            )
            for place, (name, district) in enumerate((("近某", "天河区"), ("远某", "越秀区")))
        )  # fmt: skip
        return Town(sectors, committees, near, far, give_account(id=near.pk, username="near", password=None, by=SYSTEM))

    return make
