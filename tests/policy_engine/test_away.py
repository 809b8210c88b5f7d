"""Who was absent, on leave or late stands in the record and counts only where the document says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_engine import Policy, evaluate
from tests.policy_engine.conftest import write

Add = Callable[..., Policy]
AWAY = ("absent", "on_leave", "late")
MEETINGS = "kind: count\nperiod: year\ncounts: {kinds: [meeting]}\nvalues: [{min: 1}]"
RATE = "kind: proportion\nperiod: year\nvalues: [{percent: 80}]\ncounts: {kinds: [meeting]}\nout_of: "
SHARED = "kind: count\nperiod: year\ncounts: {kinds: [proposal], share: %s}\nvalues: [{min: 1}]"


def facts(*present: tuple[str, str], kind: str = "meeting") -> dict[str, Any]:
    return {
        "subjects": [{"type": "member", "id": name} for name in ("m1", "m2", "m3")],
        "records": [
            {
                "id": "r1",
                "kind": kind,
                "on": "2021-05-01",
                "participants": [{"subject": name, "role": role} for name, role in present],
            }
        ],
    }


def judged(policy: Policy, sheet: dict[str, Any], person: str = "m1") -> Any:
    (found,) = [one for one in evaluate(policy, sheet, date(2021, 12, 31)) if (one.subject, one.duty) == (person, "d")]
    return found


@pytest.mark.parametrize("role", AWAY)
def test_who_was_away_has_not_taken_part(with_duty: Add, role: str) -> None:
    assert judged(with_duty(MEETINGS), facts(("m1", role), ("m2", "participant"))).counted == 0


@pytest.mark.parametrize("role", AWAY)
def test_who_was_away_counts_where_the_roles_say_so(with_duty: Add, role: str) -> None:
    policy = with_duty(MEETINGS.replace("[meeting]", f"[meeting], roles: [{role}]"))
    assert judged(policy, facts(("m1", role), ("m2", "participant"))).counted == 1
    assert judged(policy, facts(("m1", role), ("m2", "participant")), "m2").counted == 0


def test_a_committees_own_word_for_being_away_is_one_of_them(with_duty: Add, small: Any) -> None:
    header = (small / "policy.yaml").read_text(encoding="utf-8")
    write(small, {"policy.yaml": header + "local: {roles: {early_leave: {title: 早退, is_a: absent}}}\n"})
    assert judged(with_duty(MEETINGS), facts(("m1", "early_leave"))).counted == 0
    absent = with_duty(MEETINGS.replace("[meeting]", "[meeting], roles: [absent]"))
    assert judged(absent, facts(("m1", "early_leave"))).counted == 1


def test_an_attendance_rate_may_be_out_of_the_meetings_one_was_called_to(with_duty: Add) -> None:
    policy = with_duty(RATE + "{kinds: [meeting], roles: [participant, absent]}")
    found = judged(policy, facts(("m1", "absent"), ("m2", "participant")))
    assert (found.numerator, found.denominator) == (0, 1)
    assert judged(policy, facts(("m1", "on_leave"), ("m2", "participant"))).state == "not_applicable"


def test_points_are_taken_for_absences_and_from_nobody_who_came(with_duty: Add) -> None:
    line = "{id: away, counts: {kinds: [meeting], roles: [absent]}, points: -2}"
    policy = with_duty(f"kind: score\nperiod: year\nvalues: [{{base: 10}}]\nparts: [{line}]")
    sheet = facts(("m1", "absent"), ("m2", "participant"), ("m3", "on_leave"))
    assert [judged(policy, sheet, name).counted for name in ("m1", "m2", "m3")] == [8, 10, 10]


def test_an_exception_may_name_who_was_away(with_duty: Add) -> None:
    policy = with_duty(MEETINGS.replace("[meeting]", "[meeting], roles: [absent, late], without: {roles: [late]}"))
    assert judged(policy, facts(("m1", "late"))).counted == 0
    assert judged(policy, facts(("m1", "absent"))).counted == 1


@pytest.mark.parametrize("share", ["equal", "{order: [1, 0.5]}", "{lead: 0.5, co_signer: 0.5}"])
@given(away=st.lists(st.sampled_from(AWAY), min_size=1, max_size=2), first=st.booleans())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_naming_who_was_away_lowers_nobodys_share(with_duty: Add, share: str, away: list[str], first: bool) -> None:
    policy = with_duty(SHARED % share)
    there = [("m1", "lead"), ("m2", "co_signer")]
    absent = [("m3", role) for role in dict.fromkeys(away)]
    before, after = (
        facts(*there, kind="proposal"),
        facts(*(absent + there if first else there + absent), kind="proposal"),
    )
    for name in ("m1", "m2"):
        assert judged(policy, after, name).counted == judged(policy, before, name).counted
