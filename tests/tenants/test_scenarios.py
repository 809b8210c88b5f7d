"""Acceptance scenarios told through the product's own actions and pages; each by its id.

Others stand with what they are about: S08 and waivers in assessment/test_decisions, S13 in proceedings/test_signing, S19
in members/test_organisation, S21 in reports/test_documents, S31 in reports/test_privacy (and its isolation in exchange). Not yet: S06, S18, S25 (plans and
reports), S15, S22, S28 and the Member Home of S27 (studios, portal).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.audit import SYSTEM
from policy_engine.periods import year_of
from tenants.activities.actions import add_guest, register_activity
from tenants.activities.queries import guest_levels_on
from tenants.assessment import queries as assessment
from tenants.liaison import queries as liaison
from tenants.liaison.actions import assign_links, register_contact
from tenants.members import actions as members
from tenants.members.models import Member, Post, SpecialCommittee
from tenants.policy.actions import adapt, prepare_committee
from tenants.policy.queries import policy_on
from tenants.proceedings.models import Step
from tenants.reports.queries import attained, own_figures, span
from tenants.voices.actions import register_output
from tests.tenants.assessment.conftest import TODAY, Town

pytestmark = pytest.mark.django_db
YEAR_END = dt.date(2022, 12, 31)
TERM = dt.date(2021, 1, 1)


@pytest.fixture
def town(db: Any) -> Town:
    return Town()


@pytest.fixture
def under(place: Callable[[str], Any]) -> Iterator[Callable[[str], Any]]:
    """`under("dongcheng-2020")`: the test goes on inside a committee that has adopted the document."""
    entered: list[Any] = []

    def enter(template: str) -> Any:
        entered.append(place("hunan").inside())
        entered[-1].__enter__()
        prepare_committee(template=template, by=SYSTEM)
        return place("hunan")

    yield enter
    for one in entered:
        one.__exit__(None, None, None)


def held(kind: str, on: dt.date, *who: Member, by: Any = SYSTEM, **more: Any) -> Any:
    given = {"title": kind, "organiser_type": "other", "today": YEAR_END} | more
    return register_activity(kind=kind, held_on=on, participants=[one.pk for one in who], by=by, **given)


def met(member: Member, on: dt.date, kind: str = "contact", **more: Any) -> Any:
    return register_contact(
        member=member.pk, kind=kind, held_on=on, summary="听取意见", today=YEAR_END, by=SYSTEM, **more
    )


def states(member: Member, as_of: dt.date = TODAY) -> dict[str, tuple[str, str]]:
    """Duty → (state, how many are still owed)."""
    standing, _ = assessment.standing_of(member, as_of)
    return {line.duty.id: (line.state, line.outstanding) for line in standing.lines}


def owed(member: Member, as_of: dt.date = TODAY) -> dict[str, str]:
    return {duty: left for duty, (state, left) in states(member, as_of).items() if state == "outstanding"}


def _a_year_in_guangzhou(town: Town, member: Member) -> None:
    group = town.special_committee()
    town.output(town.member("领衔"), member)
    town.output(member, type="opinion_report")
    held("research", dt.date(2022, 6, 8), member, organiser_type="special_committee", organiser=group.pk)
    held("station_visit", dt.date(2022, 9, 10), member)


@pytest.mark.parametrize(
    ("posts", "still"),
    [
        pytest.param(["member"], {}, id="S01"),
        pytest.param(["standing_member"], {"thematic_deliberation": "1"}, id="S02"),
    ],
)
def test_a_year_in_november_says_exactly_what_is_left(
    guangzhou: Any, town: Town, posts: list[str], still: dict[str, str]
) -> None:
    member = town.member(paired=3)
    for post in posts:
        members.assign_post(id=member.pk, kind=post, since=TERM, by=SYSTEM)
    _a_year_in_guangzhou(town, member)
    assert owed(member) == {"station_visits": "1", "grassroots_activity": "1", "practical_deed": "1"} | still
    told = states(member)
    for duty in ("proposal", "opinion_report", "committee_research", "constituents"):
        assert told[duty][0] == "met", duty
    assert told["thematic_deliberation"][0] == ("outstanding" if still else "not_applicable")


def test_s05_a_second_inspection_does_not_stand_in_for_an_opinion(guangzhou: Any, town: Town) -> None:
    member = town.member()
    sector = {"organiser_type": "sector", "organiser": member.sector_id}
    for kind, month in (("collective_study", 3), ("inspection", 5), ("inspection", 9)):
        held(kind, dt.date(2022, month, 18), member, **sector)
    register_output(
        type="proposal", title="界别集体提案", submitted_on=dt.date(2022, 1, 22), authorship="sector", sector=member.sector_id,
        today=YEAR_END, by=SYSTEM,
    )  # fmt: skip
    standing, _ = assessment.standing_of_subject("sector", str(member.sector_id), YEAR_END)
    lines = {line.duty.id: (line.state, line.counted) for line in standing.lines}
    assert lines["sector_opinion_report"] == ("outstanding", "0")
    assert [lines[f"sector_{what}"][0] for what in ("study", "research", "proposal")] == ["met"] * 3
    assert lines["sector_research"][1] == "2"
    assert owed(member, YEAR_END)["proposal"] == "1", "who did not sign the sector's proposal owes their own"


def test_s07_what_a_member_enters_counts_once_the_committee_or_the_district_has_it(
    guangzhou: Any, town: Town, account: Any, browser_of: Any
) -> None:
    user, group = account("member"), town.special_committee()
    member = town.member(user=user)
    members.change_member(
        id=member.pk, sector=member.sector, posts=["member"], special_committees=[group], effective_on=TERM, by=SYSTEM
    )
    client = browser_of(guangzhou, user)
    given = {"title": "到站值守", "kind": "station_visit", "organiser": "other", "held_on": "2022-11-20"}
    client.post("/activities/new/", given | {"key": "01856f2e-0000-7000-8000-000000000001"})
    assert states(member)["station_visits"] == ("outstanding", "2"), "a claim counts for nothing"
    helper = browser_of(guangzhou, account("special_committee_office", scope=group.pk))
    page = helper.get("/contacts/claims/")
    (line,) = page.context["lines"]
    helper.post(f"/contacts/claims/{line.source}/{line.id}/confirm/")
    assert states(member)["station_visits"] == ("outstanding", "1")


def test_s10_a_vice_chairs_months_stand_each_for_itself(under: Any, town: Town) -> None:
    under("dongcheng-2020")
    vice, *others = (town.member(name) for name in ("副主席", "甲", "乙", "丙", "丁", "戊", "己"))
    members.assign_post(id=vice.pk, kind="vice_chairperson", since=TERM, by=SYSTEM)
    for month, count in ((1, 1), (2, 2), (4, 3)):
        for place in range(count):
            met(vice, dt.date(2022, month, 5 + place), "visit", target=others[place + month - 1].pk)
    standing, _ = assessment.standing_of(vice, dt.date(2022, 4, 30))
    line = standing.line("council_visits")
    assert line is not None
    months = [(one.state, one.counted, one.outstanding, one.over) for one in line.verdicts]
    assert months == [("met", 1, 0, 0), ("met", 2, 0, 0), ("outstanding", 0, 1, 0), ("met", 3, 0, 1)]
    assert [one.closed for one in line.verdicts] == [True, True, True, False]
    april = dt.date(2022, 4, 30)
    found = attained.sides(policy_on(april), attained.in_office(april), lambda code: year_of(april, 1), april)
    assert found["R07"].counts == (3, 4), "R07: three of the four months"


def test_s12_the_two_who_are_not_linked_are_named(under: Any, town: Town, account: Any, browser_of: Any) -> None:
    place = under("dongcheng-2020")
    chair = town.member("主席甲")
    people = Member.objects.bulk_create(
        Member(name=f"委员{n}", name_pinyin=f"wy{n:03}", number=f"S{n}", sector=chair.sector, joined_on=TERM, is_invented=True)
        for n in range(300)
    )  # fmt: skip
    standing, plain = people[:40], people[40:]
    Post.objects.bulk_create(
        [
            Post(member=chair, kind="vice_chairperson", since=TERM),
            *(Post(member=one, kind="standing_member", since=TERM) for one in standing),
        ]
    )
    since = dt.date(2022, 1, 4)
    assign_links(
        level="council_to_standing", pairs=[(chair.pk, one.pk) for one in standing[:38]], since=since, by=SYSTEM
    )
    assign_links(level="standing_to_member", pairs=[(standing[0].pk, one.pk) for one in plain], since=since, by=SYSTEM)
    rungs = {one.level: one for one in liaison.rungs(TODAY)}
    upper, lower = rungs["council_to_standing"], rungs["standing_to_member"]
    assert (upper.linked, upper.total, upper.percent, upper.is_full) == (38, 40, "95.0%", False)
    assert {one.id for one in upper.gaps} == {one.pk for one in standing[38:]}
    assert (lower.linked, lower.total, lower.percent, lower.is_full) == (260, 260, "100.0%", True)
    page = browser_of(place, account("office")).get("/links/").content.decode()
    assert standing[38].name in page
    assert standing[39].name in page
    assert "级全覆盖；" in page, "not every rung is full"


@pytest.mark.parametrize(("template", "refused"), [("dongcheng-2020", True), ("dongcheng-2017", False)])
def test_s17_a_second_group_is_refused_or_not_by_the_document(
    under: Any, town: Town, template: str, refused: bool
) -> None:
    under(template)
    member = town.member()
    first, second = (
        members.add_unit(kind="area_group", name=name, place=name, since=TERM, by=SYSTEM) for name in ("甲街", "乙街")
    )
    members.join_unit(unit=first.pk, members=[member.pk], since=TERM, by=SYSTEM)
    if refused:
        with pytest.raises(members.InAnotherGroup):
            members.join_unit(unit=second.pk, members=[member.pk], since=TERM, by=SYSTEM)
        members.join_unit(
            unit=second.pk, members=[member.pk], since=TERM, exception_reason="户口与工作不在一处", by=SYSTEM
        )
    else:
        members.join_unit(unit=second.pk, members=[member.pk], since=TERM, by=SYSTEM)


def test_s19_the_leader_enters_what_the_council_decided_and_may_send_back(
    anhua: Any, town: Town, account: Any, browser_of: Any
) -> None:
    people = [town.member(name) for name in ("甲", "乙")]
    sector = people[0].sector
    office, leader = account("office"), browser_of(anhua, account("leader"))

    def proposed() -> Step:
        members.nominate_conveners(
            sector_id=sector.pk, members=[one.pk for one in people], first=people[1].pk, today=TODAY, by=office
        )
        return Step.objects.get(state="open")

    step = proposed()
    assert f"{sector.name}召集人推选" in leader.get("/").content.decode()
    here = f"/proceedings/{step.process_id}/"
    assert leader.post(here, {"step": step.pk, "return": "1"}).status_code == 422, "a return says why"
    leader.post(here, {"step": step.pk, "return": "1", "opinion": "再议"})
    assert "再议" in browser_of(anhua, office).get("/inbox/").content.decode()
    step = proposed()
    said = {"agree": "1", "meeting": "第3次主席会议", "decided_on": TODAY.isoformat()}
    leader.post(f"/proceedings/{step.process_id}/", {"step": step.pk} | said)
    page = browser_of(anhua, office).get(f"/organisation/sectors/{sector.pk}/").content.decode()
    assert "已审定" in page
    assert "第一召集人" in page


def test_s24_what_has_no_number_is_counted_and_sent_as_not_applicable(place: Any, town: Town) -> None:
    with place("ordos").inside():
        idle, busy = town.member("甲"), town.member("乙")
        for month in range(1, 13):
            met(busy, dt.date(2022, month, 12))
        for _ in range(3):
            town.output(busy)
        for member in (idle, busy):
            assert not owed(member, YEAR_END)
        standing, _ = assessment.standing_of(busy, YEAR_END)
        counted = {line.duty.id: line.counted for line in standing.lines if line.state == "counted"}
        assert (counted["contacts"], counted["outputs"]) == ("12", "3")
        sent = {one.key: one.applicable for one in own_figures(span(f"{TODAY:%Y-%m}")).figures}
        assert [sent[indicator, "own"] for indicator in ("R05", "R09")] == [False, False]


def test_s27_a_guest_of_another_level_is_listed_and_counts_nowhere(
    place: Any, town: Town, account: Any, browser_of: Any
) -> None:
    with place("ordos").inside():
        member = town.member("本会委员")
        activity = held("consultation", dt.date(2022, 2, 15), member, organiser_type="committee")
        before = {one.key: one.numerator for one in own_figures(span(f"{TODAY:%Y-%m}")).figures}
        level = next(iter(guest_levels_on(activity.held_on)))
        add_guest(activity=activity.pk, name="全国委员某（虚构）", level=level, by=SYSTEM)
        page = browser_of(place("ordos"), account("office")).get(f"/activities/{activity.pk}/").content.decode()
        assert "全国委员某（虚构）" in page
        assert {one.key: one.numerator for one in own_figures(span(f"{TODAY:%Y-%m}")).figures} == before
        assert Member.objects.count() == 1


def test_s29_a_county_with_its_own_range_is_judged_by_it_and_sends_both(anhua: Any, town: Town) -> None:
    member = town.member(paired=4)
    assert states(member)["constituents"][0] == "met"
    adapt(
        operations=[{"op": "set", "path": f"duty.constituents.{key}", "value": n} for key, n in (("min", 5), ("max", 8))],
        reason="山区村组分散", body="chairpersons_council", meeting="第3次主席会议", decided_on=dt.date(2022, 3, 1),
        document_number="安协发〔2022〕3号", in_force_from=dt.date(2022, 3, 1), today=TODAY, by=SYSTEM,
    )  # fmt: skip
    assert states(member)["constituents"] == ("outstanding", "1")
    sent = {one.key: (one.numerator, one.denominator) for one in own_figures(span(f"{TODAY:%Y-%m}")).figures}
    assert sent["R05", "own"] == (0, 1)
    assert sent["R05", "parent"] == (1, 1)
    deviations, parameters = sent["R40", "own"]
    assert (deviations, parameters > 1) == (1, True), "R40: one of the parent's parameters is another here"


def test_s32_one_person_of_two_committees_is_two_members(place: Any, town: Town) -> None:
    records = {}
    for slug in ("anhua", "guangzhou"):
        with place(slug).inside():
            records[slug] = town.member("两地委员")
    with place("anhua").inside():
        met(records["anhua"], dt.date(2022, 5, 4), "visit")
        counts = [one.numerator for one in own_figures(span(f"{TODAY:%Y-%m}")).figures if one.key == ("R02", "own")]
        assert counts == [1]
    with place("guangzhou").inside():
        assert records["anhua"].pk != records["guangzhou"].pk
        assert [one.numerator for one in own_figures(span(f"{TODAY:%Y-%m}")).figures if one.key == ("R02", "own")] == [
            0
        ]
        assert not SpecialCommittee.objects.exists()
