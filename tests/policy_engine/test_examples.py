"""Small templates that use what no shipped document uses, with worked cases a layman can follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_engine import check

EXAMPLES = sorted(file.parent for file in (Path(__file__).parent / "examples").glob("*/policy.yaml"))


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_is_sound_and_its_cases_come_out(folder: Path) -> None:
    assert check(folder) == []
    assert list((folder / "cases").glob("*.yaml"))
