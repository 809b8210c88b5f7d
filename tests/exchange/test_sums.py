"""One changed county carried up all levels gives what summing everybody anew gives, and moves nobody beside its line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exchange.canonical import digest_of
from exchange.figures import Figure, figure, figures_in, recomputed, summed

CODES = ("R05", "R09", "R29")
COUNTS = st.one_of(
    st.none(), st.tuples(st.integers(0, 300), st.integers(0, 300)), st.tuples(st.integers(0, 300), st.none())
)
OWN = st.tuples(*[COUNTS] * len(CODES))
STATES = ("accepted", "missing", "submitted", "returned")


@st.composite
def trees(draw):
    """Parents by node, 0 the province: each hangs under an earlier one; own counts; whether its parent has accepted it."""
    size = draw(st.integers(2, 9))
    parents = [None, *(draw(st.integers(0, place - 1)) for place in range(1, size))]
    owns = [draw(OWN) for _ in range(size)]
    states = [draw(st.sampled_from(STATES)) for _ in range(size)]
    return parents, owns, states


def _own(counts) -> list[dict]:
    return [figure(code, "own", one).to_json() for code, one in zip(CODES, counts, strict=True)]


def _below(parents, node) -> list[int]:
    return [child for child, parent in enumerate(parents) if parent == node]


def _size(parents, node) -> int:
    return 1 + sum(_size(parents, child) for child in _below(parents, node))


def _close(parents, owns, states, node, bodies) -> dict:
    """A body as `reports.actions` makes it, from the bodies of those below."""
    children = _below(parents, node)
    accepted = [child for child in children if states[child] == "accepted"]
    body = {
        "own": _own(owns[node]),
        "children": [
            {"code": str(child), "state": states[child], "size": _size(parents, child),
             "digest": digest_of(bodies[child]) if states[child] == "accepted" else None}
            for child in children
        ],
    }  # fmt: skip
    return body | {"total": [one.to_json() for one in recomputed(body, [bodies[child] for child in accepted])]}


def _everything(parents, owns, states) -> dict[int, dict]:
    bodies: dict[int, dict] = {}
    for node in reversed(range(len(parents))):
        bodies[node] = _close(parents, owns, states, node, bodies)
    return bodies


@given(tree=trees(), new=OWN, at=st.integers(0, 8))
def test_carrying_one_change_up_equals_closing_everybody_anew(tree, new, at):
    parents, owns, states = tree
    bodies = _everything(parents, owns, states)
    node: int | None = at % len(parents)
    changed = [new if place == node else one for place, one in enumerate(owns)]
    carried, touched = dict(bodies), set()
    while node is not None:
        carried[node] = _close(parents, changed, states, node, carried)
        touched.add(node)
        node = parents[node]
    assert carried == _everything(parents, changed, states)
    assert all(carried[place] == bodies[place] for place in carried if place not in touched)


@given(tree=trees())
def test_a_total_is_the_sum_over_every_committee_whose_whole_line_is_accepted_and_asks_everybody(tree):
    parents, owns, states = tree

    def counted(node) -> list[int]:
        inside = [child for child in _below(parents, node) if states[child] == "accepted"]
        return [node, *(one for child in inside for one in counted(child))]

    total = {one.indicator: one for one in figures_in(_everything(parents, owns, states)[0], "total")}
    flat = summed([[Figure.from_json(one) for one in _own(owns[node])] for node in counted(0)])
    for one in flat:
        found = total[one.indicator]
        assert (found.numerator, found.denominator, found.answered) == (one.numerator, one.denominator, one.answered)
        assert found.asked == len(parents)
