"""What a committee counts for its return, and how figures are summed upwards."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audit import SYSTEM
from exchange import actions as exchange
from tenants.liaison.models import ConstituentLink
from tenants.members.models import Post
from tenants.policy import actions as policy
from tenants.policy.queries import policy_on
from tenants.reports import queries
from tenants.reports.queries.figures import CARRIED, figure, window
from tenants.voices.models import Conversion, Output, Voice
from tests.tenants.reports.conftest import AT, TODAY

DAY = dt.date(2022, 11, 30)
NOVEMBER = queries.span("2022-11")


def _own(day: dt.date = DAY) -> dict:
    return {
        one.key: (one.numerator, one.denominator) if one.applicable else None
        for one in queries.own_figures(queries.span(f"{day:%Y-%m}")).figures
    }


@pytest.mark.django_db
def test_a_joint_visit_and_a_joint_proposal_count_once_for_the_committee(year, anhua):
    first, second, third = year.members(0, 0, 0)
    year.contact(first, second, third)
    year.contact(second)
    year.output(first, second)
    year.output(third, type="opinion_report")
    figures = _own()
    assert figures["R02", "own"] == (2, 3)
    assert figures["R10", "own"] == (1, 3)
    assert figures["R11", "own"] == (1, 3)


@pytest.mark.django_db
def test_only_the_year_to_the_day_counts(year, anhua):
    (member,) = year.members(0)
    for day in (dt.date(2021, 12, 31), dt.date(2022, 1, 1), dt.date(2022, 10, 31), dt.date(2022, 11, 1)):
        year.contact(member, on=day)
    assert _own(dt.date(2022, 10, 31))["R02", "own"] == (2, 1)
    assert _own(dt.date(2022, 11, 30))["R02", "own"] == (3, 1)


@pytest.mark.django_db
def test_members_who_left_before_the_last_day_are_on_neither_side(year, anhua):
    year.members(3)
    year.members(4, left_on=dt.date(2022, 11, 30))
    assert _own()["R05", "own"] == (1, 1)


@pytest.mark.django_db
def test_pairing_is_attained_inside_the_range_and_neither_below_nor_above_it(year, anhua):
    year.members(2, 3, 5, 6)
    assert _own()["R05", "own"] == (2, 4)


@pytest.mark.django_db
def test_an_adapted_value_is_sent_by_ones_own_and_by_the_parents_measure(year, anhua):
    """S29."""
    year.members(3, 5, 6, 8)
    year.adapt(5, 8)
    figures = _own()
    assert figures["R05", "own"] == (3, 4)
    assert figures["R05", "parent"] == (2, 4)
    digests = queries.own_figures(NOVEMBER).policies
    assert digests["own"] != digests["parent"]


OWN_INDICATORS = {
    "X1": {"name_zh": "结对达标率", "definition": "本会的算法", "kind": "attainment", "duties": ["constituents"]},
    "X2": {"name_zh": "走访数", "definition": "走访次数", "kind": "count", "records": {"kinds": ["visit"]}},
}


@pytest.mark.django_db
def test_indicators_of_ones_own_are_never_sent_up(year, anhua):
    (member,) = year.members(5)
    year.contact(member)
    before = _own()
    policy.adapt(
        operations=[
            {"op": "add", "path": f"indicator.{code}", "value": value} for code, value in OWN_INDICATORS.items()
        ],
        reason="本县另看两项", body="chairpersons_council", meeting="第3次会议", decided_on=dt.date(2022, 3, 1),
        document_number="安协发〔2022〕3号", in_force_from=dt.date(2022, 3, 1), today=TODAY, by=SYSTEM,
    )  # fmt: skip
    assert [one.id for one in policy_on(DAY).indicators if one.is_own] == ["X1", "X2"]
    assert _own() == before
    sent = year.report()
    assert sent is not None
    assert {one["indicator"] for one in sent.body["total"]} == set(CARRIED)


@pytest.mark.django_db
def test_an_attainment_without_a_rule_is_not_applicable(year, anhua):
    year.members(3)
    assert _own()["R09", "own"] is None
    assert _own()["R09", "parent"] is None


@pytest.mark.django_db
def test_where_there_is_a_rule_for_outputs_every_signer_has_met_it(year, guangzhou):
    first, second, third = year.members(0, 0, 0)
    year.output(first, second)
    year.output(first, second, type="opinion_report")
    year.output(third)
    assert _own()["R09", "own"] == (2, 3)


@pytest.mark.django_db
def test_a_committee_without_a_policy_counts_records_and_is_judged_by_nothing(place):
    with place("hunan").inside():
        figures = _own()
        assert figures["R02", "own"] == (0, 0)
        assert figures["R05", "own"] is None
        assert queries.own_figures(NOVEMBER).policies == {"own": None, "parent": None}


@pytest.mark.django_db
def test_the_number_of_statements_does_not_grow_with_the_members(year, anhua, django_assert_max_num_queries):
    year.members(*[3] * 8)
    with django_assert_max_num_queries(30):
        queries.own_figures(NOVEMBER)


def test_not_applicable_is_left_out_of_both_sides_and_of_those_who_answered():
    (total,) = queries.summed([[figure("R09", "own", (3, 4))], [figure("R09", "own", None)]])
    assert (total.numerator, total.denominator, total.answered, total.asked) == (3, 4, 1, 2)


def test_a_figure_nobody_has_stays_not_applicable():
    (total,) = queries.summed([[figure("R09", "own", None)], [figure("R09", "own", None)]], silent=3)
    assert (total.applicable, total.numerator, total.answered, total.asked) == (False, None, 0, 5)


FIGURES = st.lists(st.one_of(st.none(), st.tuples(st.integers(0, 500), st.integers(0, 500))), min_size=1, max_size=12)


@given(counts=FIGURES, cut=st.integers(0, 12))
def test_summing_by_cities_first_gives_the_same_as_summing_everybody_at_once(counts, cut):
    parts = [[figure("R05", "own", one)] for one in counts]
    cities = [queries.summed(group) for group in (parts[:cut], parts[cut:]) if group]
    assert queries.summed(cities) == queries.summed(parts)


def _voice(received_on: dt.date, number: int, **more) -> Voice:
    return Voice.objects.create(number=number, received_on=received_on, channel="phone", content="反映一件事", **more)


@pytest.mark.django_db
def test_voices_are_counted_by_month_quarter_and_year_each_as_its_indicator_says(year, guangzhou):
    (member,) = year.members(0)
    year.output(member)
    closed = {"state": "closed", "told_on": DAY, "kind": "specific"}
    solved = _voice(dt.date(2022, 11, 3), 1, **closed, solved="yes")
    Conversion.objects.create(voice=solved, output=Output.objects.get())
    _voice(dt.date(2022, 10, 9), 2, **closed | {"told_on": dt.date(2022, 12, 1)}, solved="no")
    _voice(dt.date(2022, 3, 3), 3, state="accepted", kind="general")
    _voice(dt.date(2021, 12, 31), 4, state="received")
    figures = _own()
    assert figures["R29", "own"] == (1, None)  # the month
    assert figures["R30", "own"] == (1, 2)  # the quarter, answered by the day
    assert figures["R31", "own"] == (1, 3)  # the year
    assert figures["R32", "own"] == (1, 2)
    whole = {one.key: one for one in queries.own_figures(queries.span("2022")).figures}
    assert (whole["R29", "own"].numerator, whole["R30", "own"].denominator) == (3, 3)


@pytest.mark.django_db
def test_a_count_only_some_documents_name_is_not_applicable_elsewhere(year, place):
    with place("ordos").inside():
        ordos = _own()
    with place("anhua").inside():
        anhua = _own()
    assert (ordos["R37", "own"], anhua["R37", "own"]) == ((0, 0), None)
    assert (ordos["R38", "own"], anhua["R38", "own"]) == ((0, 5), None)
    assert (ordos["R06", "own"], anhua["R06", "own"]) == (None, (0, None))
    assert (ordos["R01", "own"], ordos["R05", "own"], ordos["R09", "own"]) == (None, None, None)  # S24


@pytest.mark.django_db
def test_people_paired_count_once_and_only_while_they_are(year, anhua):
    year.members(2, 3)
    assert _own()["R06", "own"] == (5, None)
    ConstituentLink.objects.filter(pk=ConstituentLink.objects.first().pk).update(until=dt.date(2022, 11, 30))
    assert _own()["R06", "own"] == (4, None)


@pytest.mark.django_db
def test_an_adaptation_is_one_deviation_however_many_numbers_it_changes(year, anhua):
    """S29."""
    none, parameters = _own()["R40", "own"]
    year.adapt(5, 8)
    assert (none, _own()["R40", "own"]) == (0, (1, parameters))


@pytest.mark.django_db
def test_a_committee_with_its_own_document_deviates_from_nobody_and_its_children_are_counted(year, place):
    """R39 by what the children tell of the policy they hold; by an accepted return where they tell nothing."""
    with place("yiyang").inside():
        assert _own()["R40", "own"] is None
        assert _own()["R39", "own"] == (2, 2)
    with place("hunan").inside():
        assert _own()["R39", "own"] == (0, 1)
    with place("yiyang").inside():
        delivery = year.report()
    with place("hunan").inside():
        exchange.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM)
        assert _own()["R39", "own"] == (1, 1)


@pytest.mark.django_db
def test_those_who_owe_something_are_counted_among_those_asked_alone(year, guangzhou):
    figures = _own()
    assert (figures["R16", "own"], figures["R17", "own"]) == ((0, 0), (0, 0))
    member, _ = year.members(3, 3)
    Post.objects.create(member=member, kind="standing_member", since=dt.date(2021, 1, 1))
    year.activity(member, kind="thematic_deliberation")
    figures = _own()
    assert figures["R16", "own"] == (1, 1)
    assert figures["R17", "own"] == (0, 2)


@pytest.mark.django_db
def test_the_share_of_a_sectors_outputs_is_out_of_all_outputs(year, anhua):
    first, second = year.members(0, 0)
    year.output(first)
    year.output(first, second)
    Output.objects.filter(authorship="joint").update(authorship="sector", sector=first.sector)
    assert _own()["R12", "own"] == (1, 2)


WINDOWS = {
    ("R29", "2022-11"): ("2022-11-01", "2022-12-01"), ("R29", "2022-H1"): ("2022-01-01", "2023-01-01"),
    ("R30", "2022-11"): ("2022-10-01", "2023-01-01"), ("R30", "2022"): ("2022-01-01", "2023-01-01"),
    ("R02", "2022-11"): ("2022-01-01", "2023-01-01"), ("R07", "2022-02"): ("2022-02-01", "2022-03-01"),
    ("R08", "2022-11"): ("2022-07-01", "2023-01-01"), ("R08", "2022"): ("2022-07-01", "2023-01-01"),
}  # fmt: skip


@pytest.mark.parametrize(("code", "key"), WINDOWS)
def test_a_figure_counts_over_the_returns_period_or_its_own(code, key):
    found = window(code, queries.span(key))
    assert (found.start.isoformat(), found.until.isoformat()) == WINDOWS[code, key]


def test_what_is_not_carried_says_what_it_waits_for():
    waiting = {code for code, _, what in queries.waiting_indicators() if what}
    assert waiting == {"R22", "R23", "R24", "R25", "R26", "R28", "R34", "R36"}
    assert len(CARRIED) + len(waiting) == 40
