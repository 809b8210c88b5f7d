"""The power goes at every step of making and deleting a committee: nothing half made, nothing orphaned, and it goes on."""

from __future__ import annotations

import pytest

from core import tenancy
from registry import interrupt
from registry.alone import Busy, alone
from registry.archiving import archive
from registry.models import Committee
from registry.provisioning import OtherOrder
from tests.children import lianxin
from tests.registry.test_archiving import PAST, TODAY
from tests.registry.test_provisioning import _catalog, _counts, _make, _remove

CODE = "430922"
ORDER = [
    "--code",
    CODE,
    "--name",
    "政协桃江县委员会",
    "--slug",
    "taojiang",
    "--parent",
    "430900",
    "--template",
    "yiyang-2021",
]


def _lianxin(*words: str, die_at: str = "") -> int:
    return lianxin(*words, LX_TEST_DIE_AT=die_at).returncode


def _adopted() -> int:
    with tenancy.inside(CODE):
        from tenants.policy.models import PolicyDocument

        return PolicyDocument.objects.count()


@pytest.mark.parametrize(
    ("point", "made", "state"),
    [
        ("row", 0, None),
        ("schema", 0, None),
        ("made", 1, ("making", "made")),
        ("policy adopted", 1, ("making", "made")),
        ("policy noted", 1, ("making", "prepared")),
        ("active", 1, ("active", "done")),
    ],
)
def test_killed_while_making_a_committee_it_is_wholly_there_or_not_at_all_and_goes_on(committed, point, made, state):
    before = _counts()
    try:
        assert _lianxin("committee", "create", *ORDER, die_at=point) == -9
        assert _counts() == tuple(number + made for number in before)
        assert Committee.objects.using("owner").filter(code=CODE).values_list("state", "step").first() == state
        again = _lianxin("committee", "create", *ORDER)
        assert again == (2 if point == "active" else 0)  # one that is open already is refused: it exists
        assert _counts() == tuple(number + 1 for number in before)
        assert Committee.objects.using("owner").get(code=CODE).step == "done"
        assert _adopted() == 1
        assert _catalog(f"c_{CODE}") == _catalog("c_template")
    finally:
        if _counts() != before:
            _remove(CODE)


@pytest.mark.parametrize(("point", "gone"), [("counted", 0), ("deleted", 0), ("gone", 1)])
def test_killed_while_deleting_a_committee_it_is_wholly_there_or_wholly_gone(committed, tmp_path, point, gone):
    before = _counts()
    _make()
    try:
        archive(code=CODE, until=TODAY, today=TODAY)
        Committee.objects.using("owner").filter(code=CODE).update(kept_until=PAST)
        delete = ("committee", "delete", CODE, "--by", "秘书处", "--certificate")
        assert _lianxin(*delete, str(tmp_path / "first.json"), die_at=point) == -9
        assert _counts() == tuple(number + 1 - gone for number in before)
        assert _lianxin(*delete, str(tmp_path / "second.json")) == (2 if gone else 0)
        assert _counts() == before
    finally:
        if _counts() != before:
            _remove(CODE)


def test_a_process_may_be_killed_for_a_test_in_development_only(monkeypatch, settings):
    monkeypatch.setenv("LX_TEST_DIE_AT", "made")
    settings.DEV = False
    interrupt.reached("made")  # we are still here


def test_a_policy_that_cannot_be_adopted_leaves_the_reason_in_public_and_the_next_call_finishes(committed, monkeypatch):
    from tenants.policy.actions import documents

    with monkeypatch.context() as patch:
        patch.setattr(documents, "adopt_template", lambda **values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            _make()
    try:
        row = Committee.objects.using("owner").get(code=CODE)
        assert (row.state, row.step) == ("making", "made")
        assert "ZeroDivisionError" in row.problem
        assert _make().state == "active"
        assert Committee.objects.using("owner").get(code=CODE).problem == ""
    finally:
        _remove(CODE)


@pytest.mark.parametrize(
    "change", [{"template": "guangzhou-2020"}, {"slug": "elsewhere"}, {"parent": None}, {"name": "别的"}]
)
def test_one_half_made_is_finished_as_it_was_ordered_or_not_at_all(half_made, change):
    with pytest.raises(OtherOrder) as refused:
        _make(**change)
    assert set(refused.value.fields) == set(change)
    assert _make().state == "active"


@pytest.fixture
def half_made(committed):
    assert _lianxin("committee", "create", *ORDER, die_at="made") == -9
    yield CODE
    _remove(CODE)


def test_one_half_made_cannot_be_opened_by_resuming_it(half_made):
    assert _lianxin("committee", "resume", CODE) == 2
    assert Committee.objects.using("owner").get(code=CODE).state == "making"


def test_two_at_once_for_one_code_are_refused(committed):
    before = _counts()
    with alone(f"committee {CODE}", what="开通"), pytest.raises(Busy):
        _make()
    assert _counts() == before
