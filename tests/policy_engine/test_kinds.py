"""The table of kinds and the behaviour behind each."""

from __future__ import annotations

from policy_engine.kinds import KINDS, NUMBERS, OWN_KEYS, SCORES
from policy_engine.kinds.behaviour import BEHAVIOURS
from policy_engine.schema import DUTY


def test_every_kind_can_be_counted_and_measured() -> None:
    assert KINDS.keys() == BEHAVIOURS.keys()


def test_a_kind_asks_only_for_keys_and_numbers_an_author_can_write() -> None:
    numbers = DUTY["properties"]["values"]["items"]["properties"]
    assert set(OWN_KEYS) <= DUTY["properties"].keys()
    assert set(NUMBERS) <= numbers.keys()
    assert all(set(kind.numbers) <= {*NUMBERS, *SCORES} for kind in KINDS.values())
