"""The quick yes agrees with the full validator on every schema, for sound and for damaged data."""

from __future__ import annotations

import copy
import gc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_engine import schema
from policy_engine.quick import compiled
from policy_engine.reader import parse
from policy_engine.uncollected import uncollected
from policy_engine.vocabulary import shared_words
from tests.policy_engine.conftest import SMALL
from tests.policy_engine.test_commands import FACTS

SAMPLES: dict[str, tuple[schema.Schema, Any]] = {
    "facts": (schema.FACTS, FACTS),
    "duty": (schema.DUTY, parse(SMALL["duties/visits.yaml"], "").data),
    "header": (schema.HEADER, parse(SMALL["policy.yaml"], "").data),
    "clauses": (schema.CLAUSES, parse(SMALL["clauses.yaml"], "").data),
}
scalars = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        float("inf"),
        10**400,
        "",
        "visit",
        "member",
        "2021-02-30",
        "2021-02-28",
        "必须",
        [],
        {},
        ["visit"],
        {"in_range": [1]},
    ]
)


def ways(data: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [way, *(found for key, child in children for found in ways(child, (*way, key)))]


def damaged(data: Any, way: tuple[Any, ...], value: Any) -> Any:
    """The data with one value replaced."""
    if not way:
        return value
    whole = copy.deepcopy(data)
    inner = whole
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return whole


@pytest.mark.parametrize("name", SAMPLES)
def test_sound_data_gets_a_quick_yes(name: str) -> None:
    shape, data = SAMPLES[name]
    assert compiled(shape, shared_words())(data)


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(SAMPLES)), value=scalars, choose=st.integers(0, 10_000), extra=st.booleans())
def test_quick_and_slow_agree(name: str, value: Any, choose: int, extra: bool) -> None:
    shape, data = SAMPLES[name]
    found = ways(data)
    broken = damaged(data, found[choose % len(found)], value)
    if extra and isinstance(broken, dict):
        broken = {**broken, "title": value}
    slow = schema.slow_validator(shape, shared_words()).is_valid(broken)
    assert compiled(shape, shared_words())(broken) is slow


def test_the_collector_rests_and_comes_back_whatever_happens() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError, match="odd"), uncollected():
        assert not gc.isenabled()
        raise ValueError("odd")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
