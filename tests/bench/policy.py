"""The pure engine: 500 members × 50,000 records by a full policy, and a chain of four resolved. CPU seconds; no database.

Against a limit, and against itself: twice the records or twice the members may cost little more than twice the time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from time import process_time
from typing import Any

from policy_engine import Policy, evaluate, find_template, load_overlay, load_template, resolve
from tests.bench.figure import Figure

TEMPLATE = "guangzhou-2020"
AS_OF = date(2021, 11, 30)
MEMBERS, RECORDS = 500, 50_000
RUNS = 3
EVALUATE_LIMIT, RESOLVE_LIMIT, LOAD_LIMIT = 5.0, 0.5, 3.0  # seconds
GROWTH = 2.4  # what doubling may cost, times

KINDS = ("proposal", "opinion_report", "visit", "research", "collective_study", "training", "symposium", "reading")
MODES, LEVELS = ("offline", "online", None), ("community", "grassroots", None, None)


def run() -> list[Figure]:
    template = load_template(find_template(TEMPLATE))
    policy = resolve(template)
    seconds = {size: _seconds(lambda size=size: _evaluated(policy, *size)) for size in _sizes()}  # type: ignore[misc]
    quarter, half, whole, few = (seconds[size] for size in _sizes())
    return [
        Figure(f"evaluate {MEMBERS} members, {RECORDS} records: limit", whole, EVALUATE_LIMIT, 1, "s", RUNS),
        Figure("  of a quarter of the records, doubled: growth", half / quarter, GROWTH, 1, "times", RUNS),
        Figure("  of half of the records, doubled: growth", whole / half, GROWTH, 1, "times", RUNS),
        Figure("  of half of the members, doubled: growth", whole / few, GROWTH, 1, "times", RUNS),
        Figure(
            "resolve a chain of four: limit", _seconds(lambda: resolve(template, _chain())), RESOLVE_LIMIT, 1, "s", RUNS
        ),
        Figure(
            f"load {TEMPLATE}: limit",
            _seconds(lambda: load_template(find_template(TEMPLATE))),
            LOAD_LIMIT,
            1,
            "s",
            RUNS,
        ),
    ]


def _sizes() -> tuple[tuple[int, int], ...]:
    """(members, records): a quarter, half and all of the records; half of the members."""
    return (MEMBERS, RECORDS // 4), (MEMBERS, RECORDS // 2), (MEMBERS, RECORDS), (MEMBERS // 2, RECORDS)


def _seconds(work: Callable[[], object]) -> float:
    """The median of a few runs, in CPU time: other work on the machine does not count."""
    taken = []
    for _ in range(RUNS):
        start = process_time()
        work()
        taken.append(process_time() - start)
    return median(taken)


_SHEETS: dict[tuple[int, int], dict[str, Any]] = {}


def _evaluated(policy: Policy, members: int, records: int) -> None:
    size = (members, records)
    if size not in _SHEETS:
        _SHEETS[size] = sheet(members, records)
    verdicts = evaluate(policy, _SHEETS[size], AS_OF)
    assert len(verdicts) >= members, "everybody is judged"


def sheet(members: int, records: int) -> dict[str, Any]:
    """Facts spread evenly over kinds, days and members; every third record has two participants."""
    first = date(2021, 1, 1)
    return {
        "subjects": [
            {
                "type": "member",
                "id": f"m{n}",
                "posts": ["standing_member"] if n % 10 == 0 else ["member"],
                "sector": f"s{n % 20}",
            }
            for n in range(members)
        ]
        + [{"type": "sector", "id": f"s{n}"} for n in range(20)],
        "records": [_record(n, members, first) for n in range(records)],
    }


def _record(n: int, members: int, first: date) -> dict[str, Any]:
    people = [{"subject": f"m{n % members}"}] + ([{"subject": f"m{(n * 7 + 1) % members}"}] if n % 3 == 0 else [])
    return {
        "id": f"r{n}",
        "kind": KINDS[n % len(KINDS)],
        "on": (first + timedelta(days=n % 365)).isoformat(),
        "mode": MODES[n % len(MODES)],
        "place_level": LEVELS[n % len(LEVELS)],
        "organiser": {"type": "sector", "id": f"s{n % 20}"} if n % 5 == 0 else None,
        "participants": people,
    }


def _chain() -> list[Any]:
    """Province to county: each changes a number of the one above."""
    duty = "duty.station_visits.min"
    heads = [("a", TEMPLATE), ("b", "a"), ("c", "b"), ("d", "c")]
    return [
        load_overlay(
            {
                "overlay": name, "base": base, "from": f"2021-0{day}-01", "document": name, "reason": "本地情况",
                "decided_by": "standing_committee", "operations": [{"op": "set", "path": duty, "value": day}],
            }
        )
        for day, (name, base) in enumerate(heads, 2)
    ]  # fmt: skip
