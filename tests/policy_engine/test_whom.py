"""Whom a duty binds, out of whom it counts, how its number grows or shrinks, and who is excused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from policy_engine import Policy, TemplateErrors, Verdict, evaluate, explain, load_overlay, resolve, tallies

Add = Callable[..., Policy]
DAY = date(2021, 11, 30)


def did(number: int, by: str = "m1", *, on: str = "2021-05-05", kind: str = "visit", **more: Any) -> dict[str, Any]:
    return {
        "id": f"r{number}",
        "kind": kind,
        "on": on,
        "participants": [{"subject": by, "role": more.pop("role", "participant")}],
        **more,
    }


def members(*ids: str, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "member", "id": name, **more} for name in ids]


def judged(policy: Policy, as_of: date = DAY, **facts: Any) -> dict[str, Verdict]:
    """The verdicts of duty d by subject; of the last period where there are several."""
    return {one.subject: one for one in evaluate(policy, facts, as_of) if one.duty == "d"}


def refused(add: Add, text: str) -> set[tuple[str, str]]:
    with pytest.raises(TemplateErrors) as caught:
        add(text)
    assert all(one.line and one.remedy for one in caught.value.errors)
    return {(one.key, one.code) for one in caught.value.errors}


COUNT = "kind: count\nperiod: year\ncounts: {kinds: [visit]}\nvalues: [{min: 1}]\n"


# --- whom


@pytest.mark.parametrize(
    ("subject", "bound"),
    [
        ("{type: member, all_posts: [chairperson, standing_member]}", {"both"}),
        ("{type: member, tags: [livelihood]}", {"tagged"}),
        ("{type: member, except_tags: [livelihood]}", {"both", "one", "now", "here"}),
        ("{type: member, in: {sector: [s1]}}", {"here"}),
        ("{type: member, in: {group: [g1], sector: [s1]}}", {"here"}),
        ("{type: member, in: {special_committee: [c1]}}", set()),
        ("{type: member, linked: [residency]}", {"now"}),
        ("{type: member, linked: [standing_to_member], as: to}", {"one"}),
    ],
)
def test_a_subject_is_narrowed_by_posts_tags_places_and_links(with_duty: Add, subject: str, bound: set[str]) -> None:
    people = [
        *members("both", posts=["chairperson", "standing_member"]),
        *members("one", posts=["chairperson"]),
        *members("tagged", tags=[{"kind": "livelihood", "from": "2020-01-01"}]),
        *members("now", tags=[{"kind": "livelihood", "until": "2020-01-01"}]),
        *members("here", sector="s1", groups=["g1"]),
        {"type": "venue", "id": "v1"},
    ]
    links = [
        {"id": "l1", "kind": "residency", "from": "now", "to": "v1", "since": "2021-03-01", "until": "2021-04-01"},
        {"id": "l2", "kind": "residency", "from": "one", "to": "v1", "since": "2020-03-01", "until": "2021-01-01"},
        {"id": "l3", "kind": "standing_to_member", "from": "both", "to": "one"},
    ]
    found = judged(with_duty(f"{COUNT}subject: {subject}\n"), subjects=people, links=links)
    assert {name for name, one in found.items() if one.state != "not_applicable"} == bound


def test_a_shift_is_a_link_that_stands_in_the_period(with_duty: Add) -> None:
    """Whoever holds it in a month is bound in that month only."""
    policy = with_duty(COUNT.replace("year", "month") + "subject: {type: member, linked: [residency]}\n")
    links = [{"id": "l1", "kind": "residency", "from": "m1", "to": "v1", "since": "2021-02-20", "until": "2021-03-02"}]
    facts = {"subjects": [*members("m1"), {"type": "venue", "id": "v1"}], "links": links}
    states = {one.period.key: one.state for one in evaluate(policy, facts, date(2021, 4, 30)) if one.duty == "d"}
    assert states == {
        "2021-01": "not_applicable",
        "2021-02": "outstanding",
        "2021-03": "outstanding",
        "2021-04": "not_applicable",
    }


def test_as_without_links_is_refused(with_duty: Add) -> None:
    assert ("subject.as", "unknown_key") in refused(with_duty, f"{COUNT}subject: {{type: member, as: to}}\n")


# --- coverage


def coverage(
    values: str, *, subject: str = "committee", population: str = "member", counts: str = "counts: {kinds: [visit]}"
) -> str:
    return f"kind: coverage\nsubject: {subject}\npopulation: {population}\nperiod: year\n{counts}\nvalues: [{values}]\n"


def test_coverage_asks_each_for_so_many(with_duty: Add) -> None:
    """Of five people 80 % are four; three have done two."""
    records = [did(index * 2 + again, f"m{index}") for index in range(1, 4) for again in (0, 1)] + [did(9, "m4")]
    one = judged(
        with_duty(coverage("{percent: 80, each: 2}")), subjects=members("m1", "m2", "m3", "m4", "m5"), records=records
    )["self"]
    assert (one.numerator, one.denominator, one.outstanding, one.state, one.missing) == (
        3,
        5,
        1,
        "outstanding",
        ("m4", "m5"),
    )


@pytest.mark.parametrize(("people", "needed"), [(3, 2), (4, 3), (6, 4)])
def test_a_fraction_is_exact(with_duty: Add, people: int, needed: int) -> None:
    """Two thirds of three are two, not three as 66.67 % would say."""
    names = [f"m{index}" for index in range(people)]
    one = judged(with_duty(coverage('{percent: "2/3"}')), subjects=members(*names))["self"]
    assert (one.outstanding, one.min) == (needed, 66.6667)
    assert one.to_json()["min"] == 66.6667


def test_a_sector_is_measured_by_its_own_members(with_duty: Add) -> None:
    people = [
        *members("m1", "m2", sector="s1"),
        *members("m3", sector="s2"),
        *({"type": "sector", "id": one} for one in ("s1", "s2", "s3")),
    ]
    text = coverage("{percent: 100}", subject="sector", population="{type: member, of: subject}")
    found = judged(with_duty(text), subjects=people, records=[did(1, "m1"), did(2, "m3")])
    assert {name: (one.numerator, one.denominator, one.state) for name, one in found.items()} == {
        "s1": (1, 2, "outstanding"), "s2": (1, 1, "met"), "s3": (0, 0, "met"),
    }  # fmt: skip


LINKED = {
    "subjects": members("m1", "m2", "m3"),
    "links": [{"id": f"l{index}", "kind": "constituent", "from": "m1", "to": f"h{index}"} for index in (1, 2)]
    + [{"id": "l3", "kind": "constituent", "from": "m2", "to": "h1"}],
}


def test_every_partner_of_ones_own_is_to_be_reached(with_duty: Add) -> None:
    """m1 keeps h1 and h2, twice a year each: h1 twice, h2 once. m2 keeps h1, whom m1's visits do not serve. m3 keeps nobody."""
    text = coverage("{percent: 100, each: 2}", subject="member", population="{links: [constituent]}")
    records = [
        did(index, target={"type": "constituent", "id": household})
        for index, household in enumerate(("h1", "h1", "h2"))
    ]
    found = judged(with_duty(text), **LINKED, records=records)
    assert {name: (one.numerator, one.denominator, one.state, one.missing) for name, one in found.items()} == {
        "m1": (1, 2, "outstanding", ("h2",)), "m2": (0, 1, "outstanding", ("h1",)), "m3": (0, 0, "not_applicable", ()),
    }  # fmt: skip


def test_a_venue_is_measured_by_those_who_reside_there(with_duty: Add) -> None:
    text = coverage("{percent: 50}", subject="venue", population="{links: [residency], as: to}")
    links = [{"id": f"l{index}", "kind": "residency", "from": f"m{index}", "to": "v1"} for index in (1, 2)]
    found = judged(
        with_duty(text),
        subjects=[*members("m1", "m2"), {"type": "venue", "id": "v1"}],
        links=links,
        records=[did(1, "m2")],
    )
    assert (found["v1"].numerator, found["v1"].denominator, found["v1"].state) == (1, 2, "met")


def test_a_share_may_be_of_those_who_met_other_duties(with_duty: Add) -> None:
    """`visits` asks two a year: m1 has met it, m2 owes it, m3 was not bound that year."""
    text = coverage("{percent: 80}", counts="meets: [visits]")
    people = [*members("m1", "m2"), *members("m3", until="2020-01-01")]
    one = judged(with_duty(text), subjects=people, records=[did(1), did(2)])["self"]
    assert (one.numerator, one.denominator, one.missing, one.state) == (1, 2, ("m2",), "outstanding")


@pytest.mark.parametrize(
    ("text", "key", "code"),
    [
        (coverage("{percent: 80}", counts=""), "counts", "missing_key"),
        (coverage("{percent: 80}", counts="counts: {kinds: [visit]}\nmeets: [visits]"), "counts", "missing_key"),
        (coverage("{percent: 80}", counts="meets: [nothing]"), "meets.0", "unknown_duty"),
        (coverage("{percent: 80}", counts="meets: [d]"), "meets.0", "unknown_duty"),
        (coverage("{percent: 80, each: 2}", counts="meets: [visits]"), "values.0.each", "unknown_key"),
        (coverage("{percent: 80}", population="sector", counts="meets: [visits]"), "meets.0", "bad_value"),
        (coverage('{percent: "4/3"}'), "values.0.percent", "bad_value"),
        (coverage("{percent: 80}", population="{type: member, links: [residency]}"), "population", "missing_key"),
        (coverage("{percent: 80}", population="{links: [residency], tags: [livelihood]}"), "population", "unknown_key"),
        (coverage("{percent: 80}", subject="sector"), "population.of", "missing_key"),
        (coverage("{percent: 80}", subject="venue", population="{type: member, of: subject}"), "population.of", "bad_value"),
        (coverage("{percent: 80}", counts="counts: {kinds: [visit], by: all}"), "counts.by", "bad_value"),
        (coverage("{percent: 80, per: 3}"), "values.0.per", "unknown_key"),
        (f"{COUNT}population: member\n", "population", "unknown_key"),
        (COUNT.replace("min: 1", "min: 1, per: 10"), "population", "missing_key"),
        (COUNT.replace("min: 1", "per: 10") + "population: member\n", "values", "missing_key"),
        (COUNT.replace("kinds: [visit]", "kinds: [visit], by: all"), "counts.by", "bad_value"),
        (coverage("{percent: 80}") + "pro_rata: true\n", "pro_rata", "unknown_key"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused(with_duty: Add, text: str, key: str, code: str) -> None:
    assert (key, code) in refused(with_duty, text)


# --- proportion


ATTENDANCE = "kind: proportion\nperiod: year\ncounts: {kinds: [meeting], roles: [participant]}\nout_of: {kinds: [meeting], by: all}\nvalues: [{percent: 80}]\n"


def test_attendance_is_out_of_all_meetings_while_one_belonged(with_duty: Add) -> None:
    """Four meetings. m1 came to three (4 × 80 % = 3.2 → 4: one short); m2 joined for the last one and came."""
    meetings = [
        {
            "id": f"r{month}",
            "kind": "meeting",
            "on": f"2021-0{month}-05",
            "participants": [{"subject": "m1"}] if month > 1 else [{"subject": "m3"}],
        }
        for month in (1, 2, 3, 4)
    ]
    meetings[3]["participants"].append({"subject": "m2"})
    people = [*members("m1"), *members("m2", **{"from": "2021-04-01"}), *members("m3")]
    found = judged(with_duty(ATTENDANCE), subjects=people, records=meetings)
    assert {name: (one.numerator, one.denominator, one.outstanding) for name, one in found.items()} == {
        "m1": (3, 4, 1),
        "m2": (1, 1, 0),
        "m3": (1, 4, 3),
    }


def test_nothing_held_is_not_applicable(with_duty: Add) -> None:
    one = judged(with_duty(ATTENDANCE), subjects=members("m1"))["m1"]
    assert (one.state, one.denominator) == ("not_applicable", 0)


def test_a_committee_may_be_measured_by_a_share_of_what_it_did(with_duty: Add) -> None:
    """Three consultations, one at the grass roots: a third is met, a half is one short."""
    text = "kind: proportion\nsubject: committee\nperiod: year\ncounts: {kinds: [consultation], place_levels: [grassroots], by: all}\nout_of: {kinds: [consultation], by: all}\nvalues: [{percent: PERCENT}]\n"
    records = [
        did(index, kind="consultation", place_level=level)
        for index, level in enumerate(("grassroots", "county", "county"))
    ]
    third, half = (
        judged(with_duty(text.replace("PERCENT", one)), subjects=members("m1"), records=records)["self"]
        for one in ('"1/3"', "50")
    )
    assert (third.state, half.state, half.outstanding, half.denominator) == ("met", "outstanding", 1, 3)


# --- quotas


@pytest.mark.parametrize(
    ("people", "how", "wanted"), [(20, "up", 2), (21, "up", 3), (21, "down", 2), (25, "nearest", 3), (24, "nearest", 2)]
)
def test_a_number_grows_with_a_population(with_duty: Add, people: int, how: str, wanted: int) -> None:
    text = (
        COUNT.replace("min: 1", "min: 1, per: 10")
        + f"subject: special_committee\npopulation: {{type: member, of: subject}}\nround: {how}\n"
    )
    names = [f"m{index}" for index in range(people)]
    one = judged(
        with_duty(text),
        subjects=[{"type": "special_committee", "id": "c1"}, *members(*names, special_committee="c1"), *members("x")],
    )["c1"]
    assert (one.min, one.outstanding) == (wanted, wanted)


# --- waivers


@pytest.mark.parametrize(
    ("period", "excused"),
    [("2021", 11), ("2021-H2", 5), ("2021-Q3", 3), ("2021-05", 1), ("*", 11), ("2020", 0), ("term", 0)],
)
def test_a_waiver_of_a_longer_period_excuses_all_within(with_duty: Add, period: str, excused: int) -> None:
    policy = with_duty(COUNT.replace("year", "month") + "waivable: true\n")
    waiver = {"subject": "m1", "duty": "d", "period": period}
    found = [
        one.state for one in evaluate(policy, {"subjects": members("m1"), "waivers": [waiver]}, DAY) if one.duty == "d"
    ]
    assert (found.count("waived"), len(found)) == (excused, 11)


# --- pro rata


@pytest.mark.parametrize(
    ("rule", "person", "wanted"),
    [
        ("true", {"from": "2021-07-01"}, 7),  # 12 × 184 / 365 = 6.05
        ("{round: down}", {"from": "2021-07-01"}, 6),
        ("{unit: month}", {"from": "2021-07-31"}, 6),  # July counts whole: 6 of 12 months
        ("{unit: quarter}", {"from": "2021-09-30"}, 6),  # the third and fourth
        ("{unit: month}", {"absences": [{"from": "2021-01-01", "until": "2021-04-01"}]}, 12),
        ("{unit: month, absences: true}", {"absences": [{"from": "2021-01-01", "until": "2021-04-01"}]}, 9),
        ("{unit: month, absences: true}", {"absences": [{"from": "2021-01-02", "until": "2021-03-31"}]}, 11),  # one day of January, one of March
    ],
)  # fmt: skip
def test_a_minimum_shrinks_with_the_time_of_belonging(
    with_duty: Add, rule: str, person: dict[str, Any], wanted: int
) -> None:
    policy = with_duty(COUNT.replace("min: 1", "min: 12") + f"pro_rata: {rule}\n")
    assert judged(policy, subjects=members("m1", **person))["m1"].min == wanted


def test_parts_of_a_composed_duty_shrink_too(with_duty: Add) -> None:
    text = "kind: all_of\nperiod: year\npro_rata: {unit: month}\nparts: [{id: a, min: 4, counts: {kinds: [visit]}}, {id: b, min: 2, counts: {kinds: [talk]}}]\n"
    one = judged(with_duty(text), subjects=members("m1", **{"from": "2021-07-01"}))["m1"]
    assert ([part["min"] for part in one.parts], one.min, one.outstanding) == ([2, 1], 2, 3)


def test_what_was_done_late_is_told_of_partners_and_shares_too(with_duty: Add) -> None:
    """Due on 30 June: the visit of July is late; the links and the meetings are not deeds of anybody."""
    text = (
        coverage("{percent: 100}", subject="member", population="{links: [constituent]}") + "due: {month_day: 06-30}\n"
    )
    records = [did(1, on="2021-07-05", target={"type": "constituent", "id": "h1"})]
    one = judged(with_duty(text), **LINKED, records=records)["m1"]
    assert (one.numerator, one.denominator, one.late, one.overdue) == (1, 2, 1, True)
    late = ATTENDANCE + "due: {month_day: 01-01}\nlate: not_counted\n"
    meeting = {"id": "r1", "kind": "meeting", "on": "2021-03-05", "participants": [{"subject": "m1"}]}
    two = judged(with_duty(late), subjects=members("m1"), records=[meeting])["m1"]
    assert (two.numerator, two.denominator, two.late) == (0, 1, 1)


# --- the rest of the way


@pytest.mark.parametrize(
    ("text", "key", "kept", "broken"),
    [(coverage('{percent: "2/3", each: 2}'), "percent", 70, 60), (coverage('{percent: "2/3", each: 2}'), "each", 3, 1)],
)
def test_only_strengthening_knows_shares_and_each(with_duty: Add, text: str, key: str, kept: int, broken: int) -> None:
    policy = with_duty(text + "direction: {percent: only_strengthen, each: only_strengthen}\n")
    head = {"overlay": "o", "base": "small", "reason": "加严", "decided_by": "standing_committee", "from": "2021-01-01"}
    good, bad = (
        load_overlay({**head, "operations": [{"op": "set", "path": f"duty.d.{key}", "value": value}]})
        for value in (kept, broken)
    )
    assert resolve(policy, [good]).elements["duty.d"].value(key) == kept
    with pytest.raises(TemplateErrors):
        resolve(policy, [bad])


def test_an_overlay_may_change_what_a_proportion_is_measured_against(with_duty: Add) -> None:
    policy = with_duty(ATTENDANCE)
    change = {"op": "set", "path": "duty.d.out_of.kinds", "value": ["meeting", "training"]}
    overlay = load_overlay(
        {
            "overlay": "o",
            "base": "small",
            "reason": "补",
            "decided_by": "standing_committee",
            "from": "2021-01-01",
            "operations": [change],
        }
    )
    whole = resolve(policy, [overlay]).duty("d").out_of
    assert whole is not None
    assert whole.where.kinds == ("meeting", "training")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (coverage("{percent: 80, each: 2}"), "每年，不少于 80% 的委员每人走访至少 2 次"),
        (coverage("{percent: 80}", counts="meets: [visits]"), "不少于 80% 的委员要做到“走访”"),
        (ATTENDANCE, "会议占全会会议总数的 80% 以上"),
        (coverage("{percent: 100, each: 2}", subject="member", population="{links: [constituent]}"), "对自己联系的全体“结对界别群众”，每一个走访至少 2 次"),
        (COUNT.replace("min: 1", "min: 1, per: 10") + "subject: committee\npopulation: member\n", "走访，每 10 位委员至少 1 次（不足一份的按一份算）"),
        (f"{COUNT}subject: {{type: member, tags: [livelihood], linked: [residency]}}\n", "每位委员（有“民生”标签；有“入驻阵地”联系）每年走访至少 1 次"),
    ],
)  # fmt: skip
def test_the_sentence_says_it(with_duty: Add, text: str, said: str) -> None:
    assert said in explain(with_duty(text), "d")["sentence"]


def test_a_policy_with_all_of_it_comes_back_from_json(with_duty: Add) -> None:
    policy = with_duty(
        coverage('{percent: "2/3", each: 2}', subject="member", population="{links: [constituent], as: to}")
    )
    assert Policy.from_json(policy.to_json()).duty("d") == policy.duty("d")
    assert [tally.to_json()["key"] for tally in tallies(policy, DAY) if tally.duty == "d"] == [
        "d@2021",
        "d/partners@2021",
    ]
