"""The round itself, without a database: shares do not depend on how much one queues."""

from __future__ import annotations

from collections import Counter, deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.fair import Line, take_turns


def _jain(shares: list[float]) -> float:
    """1 when all are equal, 1/n when one has everything."""
    return sum(shares) ** 2 / (len(shares) * sum(share * share for share in shares))


class Simulated:
    """Committees with endless or short queues, served `room` jobs per round, each done before the next round."""

    def __init__(self, backlog: dict[str, list[int]]) -> None:
        self.jobs = {
            name: deque((f"{name}-{n:06}", cost) for n, cost in enumerate(costs)) for name, costs in backlog.items()
        }
        self.kept: dict[str, tuple[int, int]] = {}
        self.served: Counter[str] = Counter()
        self.rounds = 0
        self.ended: dict[str, int] = {}

    def round(self, *, room: int, cap: int = 4) -> list[str]:
        lines = []
        for name, jobs in self.jobs.items():
            if jobs:
                deficit, served = self.kept.get(name, (0, 0))
                lines.append(Line(name, deque(list(jobs)[: cap + 1]), free=cap, deficit=deficit, served=served))
        chosen = take_turns(lines, room=room)
        self.rounds += 1
        for line in lines:
            self.kept[line.committee] = (line.deficit, line.served)
        for key in chosen:
            name = key.rpartition("-")[0]
            job, cost = self.jobs[name].popleft()
            assert job == key, "out of order within a committee"
            self.served[name] += cost
            if not self.jobs[name]:
                self.kept.pop(name, None)
                self.ended[name] = self.rounds
        return chosen


def test_in_the_first_round_everybody_is_served_however_long_one_queue_is():
    queues = Simulated({"big": [1] * 1000} | {f"c{n:02}": [1] for n in range(50)})
    first = queues.round(room=51)
    assert {key.rpartition("-")[0] for key in first} == {"big", *(f"c{n:02}" for n in range(50))}


def test_shares_are_even_while_all_have_work_jain_above_0_99():
    queues = Simulated({"big": [1] * 20_000} | {f"c{n:02}": [1] * 400 for n in range(19)})
    for _ in range(100):
        queues.round(room=16)
    assert _jain([float(queues.served[name]) for name in queues.jobs]) > 0.99
    first_come_first_served = [1600.0] + [0.0] * 19
    assert _jain(first_come_first_served) < 0.06


def test_shares_are_even_by_cost_where_jobs_weigh_differently():
    queues = Simulated({"heavy": [10] * 500, "middle": [3] * 2000, "light": [1] * 6000, "mixed": [1, 7] * 1500})
    for _ in range(600):
        queues.round(room=6, cap=50)
    shares = [float(queues.served[name]) for name in queues.jobs]
    assert _jain(shares) > 0.99
    assert max(shares) - min(shares) <= 4 * 10


def test_with_one_at_ten_thousand_a_small_committees_wait_does_not_grow():
    small = {f"c{n:02}": [1] * 3 for n in range(40)}
    alone, beside = Simulated(dict(small)), Simulated({"big": [1] * 10_000} | small)
    for queues in (alone, beside):
        while len(queues.ended) < 40:
            queues.round(room=10)
    p95 = [sorted(one.ended.values())[37] for one in (alone, beside)]
    assert p95[1] <= p95[0] + 2


def test_newcomers_who_never_stop_coming_do_not_starve_who_waits():
    queues = Simulated({"patient": [1] * 30})
    for n in range(40):
        queues.jobs |= {f"a{n:03}{k}": deque([(f"a{n:03}{k}-0", 1)]) for k in range(5)}
        queues.round(room=4)
    assert queues.served["patient"] >= 5


def test_a_line_at_its_cap_gets_nothing_and_earns_nothing():
    line = Line("full", deque([(1, 1)]), free=0, deficit=0, served=3)
    assert take_turns([line], room=10) == []
    assert (line.deficit, line.served, line.touched) == (0, 3, False)


def test_what_could_not_be_spent_is_kept_only_while_there_is_work():
    heavy, light = Line("h", deque([(1, 5), (2, 5)]), free=9), Line("l", deque([(3, 1)]), free=9)
    assert take_turns([heavy, light], room=1) == [3]
    assert (heavy.deficit, light.deficit) == (1, 0)


@given(
    costs=st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=12), min_size=1, max_size=8),
    room=st.integers(0, 30),
    free=st.integers(0, 5),
)
def test_no_job_twice_never_over_cap_or_room_and_nothing_idle(costs, room, free):
    lines = [
        Line(f"c{i}", deque(((i, n), cost) for n, cost in enumerate(one)), free=free) for i, one in enumerate(costs)
    ]
    chosen = take_turns(lines, room=room)
    assert len(set(chosen)) == len(chosen) <= room
    per_line = Counter(i for i, _ in chosen)
    assert all(count <= free for count in per_line.values())
    assert len(chosen) == min(room, sum(min(free, len(one)) for one in costs))


@pytest.mark.parametrize("cost", [0, 101])
def test_a_cost_out_of_bounds_is_refused_where_it_is_registered(cost):
    from dispatch.registry import job

    with pytest.raises(ValueError, match="1 to 100"):
        job("test.heavy", cost=cost)
