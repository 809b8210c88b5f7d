"""A small template of our own, written fresh for each test that wants to break it, and the shipped ones, loaded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from policy_engine import Policy, Template, load_template, resolve
from tests.policy_engine.shipped import shipped

SMALL = {
    "policy.yaml": """\
id: small
title: 某市办法
number: 某协〔2021〕1号
in_force_from: 2021-01-01
direction: free
settings:
  data_entry: {value: self, options: [self, office]}
""",
    "clauses.yaml": """\
clauses:
  - {id: X-1, ref: 第一条, summary: 每年走访两次}
  - {id: X-2, ref: 第二条, summary: 说明, declarative: 没有可记录的动作}
  - {id: X-3, ref: 第三条, summary: 待建}
""",
    "duties/visits.yaml": """\
id: visits
title: 走访
clauses: [X-1]
kind: range
subject: member
period: year
counts: {kinds: [visit]}
values:
  - {min: 2, max: 6}
direction: {min: only_strengthen, max: {in_range: [4, 9]}, force: fixed}
""",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The folder of a sound little template."""
    return write(tmp_path / "small", SMALL)


@pytest.fixture
def with_duty(small: Path) -> Callable[[str], Policy]:
    """Add a duty called `d` by its YAML and give back the policy."""

    def add(text: str, **more: str) -> Policy:
        write(
            small,
            {
                "duties/d.yaml": f"id: d\ntitle: 某事\nclauses: [X-1]\n{text}",
                **{f"{name}.yaml": body for name, body in more.items()},
            },
        )
        return resolve(load_template(small))

    return add


@pytest.fixture(scope="session")
def yiyang() -> Template:
    return shipped("yiyang-2021")


@pytest.fixture(scope="session")
def guangzhou() -> Template:
    return shipped("guangzhou-2020")
