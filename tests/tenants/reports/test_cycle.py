"""Close, sign, submit, accept or send back, correct: the way of a return from county to province."""

from __future__ import annotations

import datetime as dt

import pytest

from core.audit import SYSTEM
from core.errors import NotAllowed
from core.models import AuditEvent
from dispatch.models import Job
from exchange import actions as exchange
from exchange import queries as letters
from exchange.canonical import digest_of
from tenants.reports import actions, queries, tasks
from tenants.reports.models import Return
from tests.tenants.reports.conftest import AT, TODAY

pytestmark = pytest.mark.django_db


def _figure(body: dict, indicator: str, basis: str = "own", scope: str = "total") -> tuple:
    one = next(one for one in body[scope] if (one["indicator"], one["basis"]) == (indicator, basis))
    return one["numerator"], one["denominator"], one["answered"], one["asked"]


def test_closing_freezes_the_figures_with_the_policys_digest(year, anhua):
    (member,) = year.members(3)
    row = year.close()
    year.contact(member)
    again = Return.objects.get(pk=row.pk)
    assert (again.state, again.revision, again.as_of) == ("draft", 1, dt.date(2022, 11, 30))
    assert _figure(again.body, "R02")[:2] == (0, 1)
    assert again.policies["own"] == queries.own_figures(queries.span("2022-11")).policies["own"]
    assert again.digest == digest_of(again.body)


def test_closing_a_draft_again_computes_it_anew_and_keeps_its_number(year, anhua):
    (member,) = year.members(3)
    year.close()
    year.contact(member)
    again = year.close()
    assert again.revision == 1
    assert _figure(again.body, "R02")[:2] == (1, 1)
    assert Return.objects.count() == 1


@pytest.mark.parametrize("period", ["2022-12", "2023-01", "2022", "2022-H2"])
def test_a_month_that_is_not_over_cannot_be_closed(year, anhua, period):
    with pytest.raises(actions.NotOverYet):
        year.close(period)
    assert not Return.objects.exists()


@pytest.mark.parametrize("period", ["22", "2022-H3", "2022-Q4", "2022-13", "2022-1", "", "../x", "２０２２-11"])
def test_a_period_that_is_none_is_unknown(year, anhua, period):
    with pytest.raises(queries.BadPeriod):
        year.close(period)


def test_only_a_leader_signs(year, anhua, account):
    year.close()
    with pytest.raises(NotAllowed):
        actions.sign(period="2022-11", at=AT, by=account("office"))
    assert queries.latest("2022-11").state == "draft"


def test_each_step_out_of_turn_is_refused_by_name_and_changes_nothing(year, anhua):
    for step in (year.sign, year.submit):
        with pytest.raises(actions.NothingClosed):
            step()
    year.close()
    with pytest.raises(actions.WrongState):
        year.submit()
    year.sign()
    for step in (year.sign, year.close):
        with pytest.raises(actions.WrongState):
            step()
    year.submit()
    for step in (year.sign, year.close, year.submit):
        with pytest.raises(actions.WrongState):
            step()
    assert Return.objects.count() == 1
    assert len(letters.sent("2022-11")) == 1


def test_a_withdrawn_signature_opens_the_draft_again_and_is_remembered(year, anhua, account):
    (member,) = year.members(3)
    year.close()
    year.sign()
    actions.withdraw_signature(period="2022-11", why="漏了一次走访", by=account("leader"))
    year.contact(member)
    assert _figure(year.close().body, "R02")[:2] == (1, 1)
    assert AuditEvent.objects.get(action="reports.withdraw_signature").why == "漏了一次走访"


def test_nobody_signs_or_submits_other_figures_than_those_looked_at(year, anhua, account):
    """Two windows: what stood on the page was closed anew, or withdrawn and signed anew, meanwhile."""
    (member,) = year.members(3)
    seen = year.close().digest
    year.contact(member)
    now = year.close().digest
    with pytest.raises(actions.NotWhatWasSeen):
        actions.sign(period="2022-11", at=AT, by=account("leader"), seen=seen)
    assert queries.latest("2022-11").state == "draft"
    actions.sign(period="2022-11", at=AT, by=account("leader", username="other"), seen=now)
    with pytest.raises(actions.NotWhatWasSeen):
        actions.submit(period="2022-11", at=AT, by=SYSTEM, seen=seen)
    assert not letters.sent("2022-11")
    actions.submit(period="2022-11", at=AT, by=SYSTEM, seen=now)


def test_the_office_cannot_withdraw_a_signature(year, anhua, account):
    year.close()
    year.sign()
    with pytest.raises(NotAllowed):
        actions.withdraw_signature(period="2022-11", why="x", by=account("office"))


def test_a_committee_at_the_top_signs_and_is_done(year, place):
    with place("hunan").inside():
        year.close()
        year.sign()
        with pytest.raises(exchange.NoParent):
            year.submit()
        assert queries.latest("2022-11").state == "signed"


def test_a_returned_one_is_corrected_by_a_new_revision(year, place):
    with place("anhua").inside():
        first = year.report()
    with place("yiyang").inside():
        exchange.send_back(delivery_id=first.pk, reason="联系次数偏低，请核对", at=AT, by=SYSTEM)
    with place("anhua").inside():
        filed = queries.latest("2022-11")
        assert (filed.state, filed.reason) == ("returned", "联系次数偏低，请核对")
        with pytest.raises(actions.WrongState):
            year.submit()
        second = year.report()
        assert [(one.revision, one.state) for one in queries.revisions("2022-11")] == [
            (2, "submitted"),
            (1, "returned"),
        ]
    with place("yiyang").inside():
        exchange.accept(delivery_id=second.pk, at=AT, by=SYSTEM)
        assert [one.revision for one in letters.received_accepted("2022-11")] == [2]
    with place("anhua").inside():
        assert queries.latest("2022-11").state == "accepted"


def _counties_report(year, place, *, accept=("anhua", "nanxian")) -> None:
    with place("anhua").inside():
        members = year.members(3, 5, 6, 8)
        year.adapt(5, 8)
        year.contact(members[0], members[1])
        year.output(members[0], members[1])
        anhua = year.report()
    with place("nanxian").inside():
        members = year.members(3, 1)
        year.contact(members[0])
        year.contact(members[1])
        nanxian = year.report()
    with place("yiyang").inside():
        for slug, delivery in (("anhua", anhua), ("nanxian", nanxian)):
            if slug in accept:
                exchange.accept(delivery_id=delivery.pk, at=AT, by=SYSTEM)


def test_the_city_carries_both_counties_by_numerator_and_denominator(year, place):
    _counties_report(year, place)
    with place("yiyang").inside():
        year.members(3, 3, 0, 0)
        body = year.close().body
    assert _figure(body, "R02") == (3, 10, 3, 3)
    assert _figure(body, "R05", "own") == (3 + 1 + 2, 10, 3, 3)
    assert _figure(body, "R05", "parent") == (2 + 1 + 2, 10, 3, 3)
    assert _figure(body, "R09") == (None, None, 0, 3)
    assert _figure(body, "R10") == (1, 10, 3, 3)
    assert _figure(body, "R05", scope="own") == (2, 4, 1, 1)
    assert [(child["code"], child["state"], child["revision"]) for child in body["children"]] == [
        ("430921", "accepted", 1),
        ("430923", "accepted", 1),
    ]


def test_missing_and_waiting_children_never_block_and_are_named(year, place):
    _counties_report(year, place, accept=("anhua",))
    with place("yiyang").inside():
        filed = year.close()
        lacking = queries.latest("2022-11").lacking
    assert [(child["name"], child["state"]) for child in lacking] == [("政协南县委员会", "submitted")]
    assert _figure(filed.body, "R02") == (1, 4, 2, 3)


def test_a_late_child_makes_a_new_revision_above(year, place):
    _counties_report(year, place, accept=("anhua",))
    with place("yiyang").inside():
        city = year.report()
    with place("hunan").inside():
        exchange.accept(delivery_id=city.pk, at=AT, by=SYSTEM)
    with place("yiyang").inside():
        late = next(one for one in letters.received("2022-11") if one.sender == "430921")
        exchange.accept(delivery_id=late.pk, at=AT, by=SYSTEM)
        again = year.close()
        assert again.revision == 2
        assert _figure(again.body, "R02") == (3, 6, 3, 3)


def test_the_province_sees_both_levels_and_a_foreign_one_nothing(year, place):
    _counties_report(year, place)
    with place("yiyang").inside():
        year.members(3, 3, 0, 0)
        city = year.report()
    with place("hunan").inside():
        exchange.accept(delivery_id=city.pk, at=AT, by=SYSTEM)
        found = queries.rollup("2022-11")
        assert [(line.name, line.depth, line.state, line.note) for line in found.lines] == [
            ("政协益阳市委员会", 1, "accepted", ""),
            ("政协南县委员会", 2, "accepted", ""),
            ("政协安化县委员会", 2, "accepted", ""),
        ]
        total = {(cell.column.indicator.id, str(cell.column.basis)): (cell.shown, cell.parts) for cell in found.total}
        assert total["R02", "own"] == ("0.3", "3 / 10")
        assert (total["R05", "own"], total["R05", "parent"]) == (("60.0%", "6 / 10"), ("50.0%", "5 / 10"))
        assert (total["R10", "own"], total["R11", "own"]) == (("10.0", "1 / 10"), ("0.0", "0 / 10"))
        assert total["R29", "own"] == ("0", "")
        assert ("R09", "own") not in total, "what nobody below has is no column"
        assert (found.asked, found.reported, found.accepted) == (1, 1, 1)
    with place("guangdong").inside():
        found = queries.rollup("2022-11")
        assert [(line.name, line.state) for line in found.lines] == [("政协广州市委员会", "missing")]
        assert {cell.shown for cell in found.total} == {"—"}


def test_a_county_accepted_after_the_city_closed_is_shown_as_not_yet_counted(year, place):
    _counties_report(year, place, accept=("anhua",))
    with place("yiyang").inside():
        city = year.report()
        late = next(one for one in letters.received("2022-11") if one.sender == "430921")
        exchange.accept(delivery_id=late.pk, at=AT, by=SYSTEM)
    with place("hunan").inside():
        exchange.accept(delivery_id=city.pk, at=AT, by=SYSTEM)
        notes = {line.name: bool(line.note) for line in queries.rollup("2022-11").lines}
    assert notes == {"政协益阳市委员会": False, "政协南县委员会": True, "政协安化县委员会": False}


def test_the_job_closes_the_month_as_whoever_asked_for_it(year, anhua, account):
    office = account("office")
    job = actions.request_close(period="2022-11", today=TODAY, by=office)
    assert (Job.objects.get(pk=job.pk).task, job.ids) == ("reports.close_period", {"period": "2022-11"})
    assert "第 1 稿" in tasks.close_period(by=office, period="2022-11")
    assert queries.latest("2022-11").row.closed_by == office


def test_a_refusal_is_told_before_anything_is_queued(year, anhua, account):
    with pytest.raises(actions.NotOverYet):
        actions.request_close(period="2022-12", today=TODAY, by=account("office"))
    assert not Job.objects.exists()
