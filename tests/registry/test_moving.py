"""A committee comes under another parent in the middle of a year: each period's return goes where it belonged then."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import ProgrammingError, connection, transaction

from core import tenancy
from core.models import AuditEvent
from registry import queries
from registry.models import Committee, FormerParent
from registry.moving import BadDay, Circle, SameParent, move
from registry.provisioning import ParentUnknown
from tests.exchange.conftest import sent

TODAY, JULY = dt.date(2022, 11, 30), dt.date(2022, 7, 1)
JUNE = dt.date(2022, 6, 30)


@pytest.fixture
def moved(committed):
    """Anhua under another province's city since July; put back afterwards."""
    move(code="430923", parent="440100", on=JULY, today=TODAY, why="区划调整")
    yield
    FormerParent.objects.using("owner").all().delete()
    AuditEvent.objects.using("owner").filter(action="registry.move").delete()
    parent = Committee.objects.using("owner").get(code="430900")
    Committee.objects.using("owner").filter(code="430923").update(parent=parent)
    queries.forget_routes()


def test_before_the_day_it_belongs_to_the_one_from_then_on_to_the_other(moved):
    assert [one.code for one in queries.ancestors_on("430923", JUNE)] == ["430900", "430000"]
    assert [one.code for one in queries.ancestors_on("430923", JULY)] == ["440100", "440000"]
    assert (queries.parent_on("430923", JUNE).code, queries.parent_on("430923", JULY).code) == ("430900", "440100")
    assert [one.code for one in queries.children_on("430900", JUNE)] == ["430921", "430923"]
    assert [one.code for one in queries.children_on("430900", JULY)] == ["430921"]
    assert [one.code for one in queries.children_on("440100", JULY)] == ["430923"]
    assert _under("430000", JUNE) == {"430900", "430921", "430923"}
    assert _under("430000", TODAY) == {"430900", "430921"}
    assert "430923" not in _under("440000", JUNE)
    assert "430923" in _under("440000", TODAY)


def _under(code, day):
    found = queries.tree_under(code, day)
    assert not {one.code for one in found} & {"000000", "110000"}  # nothing of the rest of the country is read
    return {one.code for one in queries.below(found, code)}


def test_each_periods_return_goes_to_the_parent_of_its_last_day_and_the_database_lets_no_other_through(moved):
    with tenancy.inside("430923"), transaction.atomic():
        found = {}
        for period in ("2022-06", "2022-H1", "2022-07", "2021"):
            body = {"committee": {"code": "430923", "name": "某会"}, "period": period, "revision": 1}
            delivery = sent(body)
            found[period] = (delivery.recipient, delivery.ancestors)
        assert found == dict.fromkeys(("2022-06", "2022-H1", "2021"), ("430900", ["430000"])) | {
            "2022-07": ("440100", ["440000"])
        }
        for period, wrong in (("2022-08", "430900"), ("2022-05", "440100")):
            line = ["430000"] if wrong == "430900" else ["440000"]
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                _again(period, to=wrong, above=line)
        transaction.set_rollback(True)


def _again(period: str, *, to: str, above: list[str]) -> None:
    """A delivery like one already there, past the code, for another period and another parent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_delivery (id, created_at, sender, recipient, ancestors, period, revision, body, digest,"
            " state, reason, submitted_at, signature, public_key) SELECT gen_random_uuid(), now(), sender, %s, %s, %s, 1,"
            " jsonb_set(body, '{period}', to_jsonb(%s::text)), digest, state, reason, submitted_at, signature, public_key"
            " FROM exchange_delivery LIMIT 1",
            [to, above, period, period],
        )


def test_it_moves_again_only_later(moved):
    with pytest.raises(BadDay):
        move(code="430923", parent="430900", on=JULY, today=TODAY, why="")


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"code": "430900", "parent": "430923"}, Circle),
        ({"code": "430900", "parent": "430900"}, Circle),
        ({"code": "430000", "parent": "430923"}, Circle),
        ({"parent": "999999"}, ParentUnknown),
        ({"parent": "430900"}, SameParent),
        ({"on": dt.date(2022, 12, 1)}, BadDay),
        ({"code": "999999"}, tenancy.UnknownCommittee),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_nothing_is_written(committed, given, refusal):
    order = {"code": "430923", "parent": "440100", "on": JULY, "today": TODAY, "why": ""} | given
    with pytest.raises(refusal):
        move(**order)
    assert not FormerParent.objects.using("owner").exists()


def test_a_circle_put_into_the_tree_by_hand_ends_every_walk(committed):
    tree = queries.everyone()
    circle = [replace(one, parent="430923") if one.code == "430000" else one for one in tree]
    assert (queries.in_circles(tree), queries.in_circles(circle)) == ([], ["430000", "430900", "430923"])
    assert {one.code for one in queries.below(circle, "430000")} == {"430900", "430921", "430923"}
    assert {one.code for one in queries.below(circle, "430923")} == {"430000", "430900", "430921"}
