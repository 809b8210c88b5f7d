"""Who has done what is asked, on which day, by which rule, with which records."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.audit import SYSTEM
from policy_engine import Counted, Person, Row, count, judge, load_template, resolve, tallies
from tenants.activities.actions import register_activity
from tenants.assessment import queries
from tenants.assessment.models import Waiver
from tenants.members.models import Convener
from tenants.policy import actions as policy_actions
from tenants.policy.queries import NoPolicy, parent_policy_on, policy_on

pytestmark = pytest.mark.django_db
TODAY = date(2022, 11, 30)


@pytest.fixture
def small_policy(tmp_path):
    """A document with one limit: at most two a month."""
    (tmp_path / "duties").mkdir()
    (tmp_path / "policy.yaml").write_text("id: small\ntitle: 某办法\n", encoding="utf-8")
    (tmp_path / "clauses.yaml").write_text("clauses: [{id: X-1, ref: 一, summary: 上限}]\n", encoding="utf-8")
    (tmp_path / "duties/d.yaml").write_text(
        "{id: d, title: 上限, clauses: [X-1], kind: at_most, period: month, counts: {kinds: [visit]}, values: [{max: 2}]}",
        encoding="utf-8",
    )
    return resolve(load_template(tmp_path))


def line_of(member, duty="constituents", as_of=TODAY):
    return queries.standing(as_of).by_subject[str(member.pk)].line(duty)


def adapt(least, most, since=date(2022, 11, 3)):
    policy_actions.adapt(
        operations=[
            {"op": "set", "path": "duty.constituents.min", "value": least},
            {"op": "set", "path": "duty.constituents.max", "value": most},
        ],
        reason="本县群众较多", body="chairpersons_council", meeting="第3次会议", decided_on=since,
        document_number="安协发〔2022〕3号", in_force_from=since, today=TODAY, by=SYSTEM,
    )  # fmt: skip


def test_three_of_three_to_five_is_met_two_are_one_short(anhua, town):
    enough, short = town.member(paired=3), town.member(paired=2)
    assert (line_of(enough).state, line_of(enough).label) == ("met", "3 人")
    line = line_of(short)
    assert (line.state, line.outstanding, line.need, line.closed) == ("outstanding", "1", "3–5", False)


def test_a_limit_exceeded_in_any_period_is_open_and_says_by_how_much(small_policy):
    duty = small_policy.duty("d")
    subject = Person("member", "m1")
    judged = judge(small_policy, [subject], {("d@2022-02", "m1"): Counted(3)}, date(2022, 3, 5))
    line = queries.Line(duty, tuple(one for one in judged if one.duty == "d"))
    assert [one.state for one in line.verdicts] == ["met", "exceeded", "met"]
    assert (line.state, line.is_open, line.outstanding, line.need) == ("exceeded", True, "1", "至多 2")


def test_totals_say_how_many_are_done_and_how_many_are_short(anhua, town):
    for paired in (3, 4, 0):
        town.member(paired=paired)
    found = queries.standing(TODAY)
    assert (len(found.by_subject), found.done, found.short) == (3, 2, 1)


def test_links_are_judged_as_they_stood_on_the_day(anhua, town):
    member = town.member(paired=2)
    town.pair(member, since=date(2022, 7, 1))
    assert line_of(member, as_of=date(2022, 6, 30)).state == "outstanding"
    assert line_of(member, as_of=date(2022, 7, 1)).state == "met"


def test_our_own_value_judges_from_its_day_on_and_the_parents_before(anhua, town):
    member = town.member(paired=4)
    adapt(5, 8)
    assert line_of(member, as_of=date(2022, 11, 2)).state == "met"
    line = line_of(member, as_of=date(2022, 11, 3))
    assert (line.state, line.outstanding, line.need) == ("outstanding", "1", "5–8")


def test_the_same_facts_can_be_read_by_the_parents_value(anhua, town):
    member = town.member(paired=4)
    adapt(5, 8)
    states = {
        policy.digest: {one.state for one in queries.verdicts(TODAY, policy=policy) if one.subject == str(member.pk) and one.duty == "constituents"}
        for policy in (policy_on(TODAY), parent_policy_on(TODAY))
    }  # fmt: skip
    assert list(states.values()) == [{"outstanding"}, {"met"}]


def test_each_signer_of_a_joint_proposal_is_credited_once(guangzhou, town):
    lead, signer, other = town.member(), town.member(), town.member()
    town.output(lead, signer)
    assert [line_of(one, "proposal").state for one in (lead, signer, other)] == ["met", "met", "outstanding"]


def test_a_claim_does_not_count_until_it_is_confirmed(guangzhou, town, account):
    user = account("member")
    member = town.member(user=user)
    output = town.output(member, by=user)
    assert output.state == "claimed"
    assert line_of(member, "proposal").state == "outstanding"


def test_an_activity_of_another_organiser_does_not_count_for_the_special_committees(guangzhou, town):
    member, body = town.member(), town.special_committee()
    said = {"kind": "research", "held_on": date(2022, 5, 5), "today": TODAY, "by": SYSTEM, "participants": [member.pk]}
    register_activity(title="自行调研", organiser_type="committee", **said)
    assert line_of(member, "committee_research").state == "outstanding"
    register_activity(title="专委会调研", organiser_type="special_committee", organiser=body.pk, **said)
    assert line_of(member, "committee_research").state == "met"


def test_a_waiver_is_only_heeded_where_the_document_lets_a_duty_be_waived(anhua, town):
    member = town.member()
    Waiver.objects.create(member=member, duty="constituents", period="2022", reason="长期住院")
    assert line_of(member).state == "outstanding"


def test_who_left_before_the_day_is_not_on_the_list(anhua, town):
    gone = town.member(left_on=date(2022, 9, 1))
    assert str(gone.pk) not in queries.standing(TODAY).by_subject
    assert str(gone.pk) in queries.standing(date(2022, 8, 31)).by_subject


def test_conveners_meet_the_sectors_duty(yiyang, town):
    member = town.member()
    sector = str(member.sector_id)
    assert queries.standing(TODAY, subject_type="sector").by_subject[sector].line("conveners").state == "outstanding"
    Convener.objects.create(sector=member.sector, member=member, is_first=True, since=date(2022, 1, 1))
    found = queries.standing(TODAY, subject_type="sector").by_subject[sector]
    assert [found.line(duty).state for duty in ("conveners", "first_convener")] == ["met", "met"]


def test_every_figure_leads_to_its_records(guangzhou, town):
    member = town.member(paired=3)
    output = town.output(member)
    standing, policy = queries.standing_of(member, TODAY)
    by_duty = {one.line.duty.id: one for one in queries.explained(standing, policy, parent_policy_on(TODAY))}
    assert [(record.title, record.url) for record in by_duty["proposal"].records] == [
        (output.title, f"/outputs/{output.pk}/")
    ]
    assert len(by_duty["constituents"].records) == 3
    assert by_duty["proposal"].rule.clauses[0].id == "GZ20-3.1-1"


def test_one_members_page_and_the_list_agree(guangzhou, town):
    member, other = town.member(paired=2), town.member(paired=4)
    town.output(member, other)
    town.output(other, type="opinion_report")
    everybody = queries.standing(TODAY)
    for one in (member, other):
        alone, _ = queries.standing_of(one, TODAY)
        listed = everybody.by_subject[str(one.pk)]
        assert [(line.duty.id, line.state, line.counted) for line in alone.lines] == [
            (line.duty.id, line.state, line.counted) for line in listed.lines
        ]


def test_the_view_and_the_plain_counter_agree_on_real_records(guangzhou, town):
    members = [town.member(paired=paired) for paired in (0, 2, 3)]
    town.output(members[0], *members[1:])
    town.output(members[1], type="opinion_report")
    register_activity(
        title="视察", kind="inspection", organiser_type="special_committee", organiser=town.special_committee().pk,
        held_on=date(2022, 4, 1), today=TODAY, by=SYSTEM, participants=[one.pk for one in members],
    )  # fmt: skip
    names = [field.name for field in dataclasses.fields(Row)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM deed")
        rows = [
            Row(**{name: str(v) if name.endswith("_id") and v else v for name, v in zip(names, row, strict=True)})
            for row in cursor.fetchall()
        ]
    wanted = tallies(policy_on(TODAY), TODAY)
    ours, plain = queries.count_all(wanted), count(wanted, rows)
    assert {pair: one.number for pair, one in ours.items()} == {pair: one.number for pair, one in plain.items()}
    assert len(rows) > 10


def test_statements_do_not_grow_with_the_members(guangzhou, town):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            queries.standing(TODAY)
        return len(asked)

    town.member()
    queries.standing(TODAY)
    few = statements()
    for _ in range(12):
        town.output(town.member(paired=1))
    assert statements() == few <= 12


def test_without_a_policy_nobody_is_judged(place):
    with place("hunan").inside(), pytest.raises(NoPolicy):
        queries.standing(TODAY)


def test_a_duty_that_is_only_counted_asks_for_nothing(anhua, town):
    """The registration form's three steps are told, not owed: "0 / 3" would read as unfinished."""
    member = town.member()
    found, _ = queries.standing_of(member, TODAY)
    told = [line for line in found.lines if line.state == "counted"]
    assert told
    assert {line.need for line in told} == {None}


def test_a_step_behind_a_figure_is_told_in_the_documents_words(anhua, town):
    """The printed file and the page name the step and never its key."""
    from tenants.reports.models import FilledForm, FormStep

    member = town.member()
    form = FilledForm.objects.create(form="registration", member=member, period="2022")
    FormStep.objects.create(of=form, workflow="registration", step="filled", done_on=TODAY)
    standing, policy = queries.standing_of(member, TODAY)
    (line,) = [
        one for one in queries.explained(standing, policy, policy) if one.line.duty.kind == "workflow" and one.records
    ]
    assert [(one.kind, one.title) for one in line.records] == [("办理步骤", "委员填写")]
