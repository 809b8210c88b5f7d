"""What apps register is asked in order, and only of whom it is the business."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core import waiting
from core.waiting import Item, Pile, Source

DAY = dt.date(2022, 11, 30)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_sources", {})


def _source(name: str, order: int, pile: Pile | None) -> Source:
    return Source(name=name, title=name, url="/", order=order, ask=lambda user, day, limit: pile)


def test_groups_come_in_their_order_without_what_is_not_ones_business(alone: None) -> None:
    item = Item(key="a:1", what="审批", url="/a/")
    for one in (
        _source("late", 60, Pile(count=0)),
        _source("nobody", 10, None),
        _source("early", 20, Pile(count=3, items=[item])),
    ):
        waiting.register(one)
    found = waiting.groups(object(), day=DAY)
    assert [(group.source.name, group.pile.count) for group in found] == [("early", 3), ("late", 0)]


def test_every_source_of_the_product_answers_for_every_role(anhua: Any, account: Any) -> None:
    from accounts.roles import Role

    for name, role in Role.by_name.items():
        if not role.of_platform:
            for group in waiting.groups(account(name), day=DAY):
                assert group.source.url.startswith("/")
                assert group.pile.count >= len(group.pile.items)
