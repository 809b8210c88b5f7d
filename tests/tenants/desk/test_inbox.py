"""收件: what one was told, read, kept and tidied."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from core import clock, notices
from core.audit import SYSTEM
from core.errors import NotFound
from exchange.actions import send_back
from tenants.desk import actions
from tenants.desk.models import Notice
from tenants.liaison.actions import register_contact, reject_contact, withdraw_contact
from tenants.members import actions as members
from tenants.reports.actions import close_period, sign, submit

TODAY = dt.date(2022, 11, 30)
TERM = dt.date(2021, 11, 1)


def text(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


def tell(user: Any, **more: Any) -> None:
    notices.tell(**{"title": "走访记录被退回", "url": "/contacts/", "at": clock.now(), "to": [user.pk]} | more)


def test_the_inbox_says_how_much_is_unread_and_leads_to_the_matter(anhua: Any, account: Any, browser_of: Any) -> None:
    user = account("office")
    tell(user, text="请补写人数", due=TODAY + dt.timedelta(days=3))
    browser = browser_of(anhua, user)
    assert '<a class="lx-bell" href="/inbox/">' in text(browser.get("/members/"))
    body = text(browser.get("/inbox/"))
    assert "收件 1 条未读" in body
    assert "请补写人数" in body
    assert "还有 3 天" in body
    button = re.search(r'action="(/inbox/[^"]+/open/)"', body)
    assert button
    assert browser.post(button.group(1))["location"] == "/contacts/"
    assert "没有未读的收件" in text(browser.get("/inbox/"))
    assert "走访记录被退回" in text(browser.get("/inbox/?all=1"))


def test_everything_is_marked_read_at_once_and_the_inbox_is_searched(anhua: Any, account: Any, browser_of: Any) -> None:
    user = account("office")
    for title in ("月报等您签署", "走访记录被退回"):
        tell(user, title=title)
    browser = browser_of(anhua, user)
    assert "2 条已标为已读" in text(browser.post("/inbox/read/", follow=True))
    found = text(browser.get("/inbox/?all=1&q=月报"))
    assert "月报等您签署" in found
    assert "走访记录被退回" not in found
    assert "没有符合条件的收件" in text(browser.get("/inbox/?all=1&q=无此事"))
    assert browser.get("/inbox/?all=1&format=xlsx")["Content-Type"].endswith("sheet")


def test_one_reads_ones_own_notices_only(anhua: Any, account: Any, browser_of: Any) -> None:
    user, other = account("office"), account("leader")
    tell(other, title="别人的事")
    notice = Notice.objects.get()
    browser = browser_of(anhua, user)
    assert "别人的事" not in text(browser.get("/inbox/?all=1"))
    assert browser.post(f"/inbox/{notice.pk}/open/").status_code == 404
    with pytest.raises(NotFound):
        actions.read_notice(id=notice.pk, by=user, at=clock.now())
    with pytest.raises(NotFound):
        actions.read_notice(id=uuid7(), by=user, at=clock.now())


def test_the_inbox_takes_as_many_statements_for_thirty_notices_as_for_one(
    anhua: Any, account: Any, browser_of: Any, django_assert_max_num_queries: Any
) -> None:
    user = account("office")
    for number in range(30):
        tell(user, title=f"第{number}件", clauses=["YY21-15-2"])
    browser = browser_of(anhua, user)
    browser.get("/inbox/")
    with django_assert_max_num_queries(14):
        assert "依据" in text(browser.get("/inbox/"))


def test_old_notices_are_tidied_away(anhua: Any, account: Any) -> None:
    user, now = account("office"), clock.now()
    for title, days, read in (
        ("新读过", 100, True),
        ("旧读过", 200, True),
        ("旧未读", 200, False),
        ("太旧", 800, False),
    ):
        tell(user, title=title, at=now - dt.timedelta(days=days))
        Notice.objects.filter(title=title).update(read_at=now if read else None)
    assert actions.tidy(today=now.date()) == 2
    assert set(Notice.objects.values_list("title", flat=True)) == {"新读过", "旧未读"}


@pytest.fixture
def claim(guangzhou: Any, account: Any) -> Any:
    sector = members.add_sector(name="教育界", by=SYSTEM)
    member = members.add_member(name="张丽华", number="A1", sector=sector, joined_on=TERM, by=SYSTEM)
    user = members.give_account(id=member.pk, username="zlh", password=None, by=SYSTEM)
    return register_contact(member=member.pk, kind="visit", held_on=TODAY, summary="走访社区", today=TODAY, by=user)


def test_a_returned_claim_is_told_to_who_entered_it_until_it_is_mended(claim: Any, account: Any) -> None:
    office = account("office")
    reject_contact(id=claim.pk, reason="请补写人数", by=office, at=clock.now())
    (notice,) = Notice.objects.all()
    assert (notice.user_id, notice.url, notice.member_id) == (
        claim.entered_by,
        f"/contacts/{claim.pk}/",
        claim.member_id,
    )
    assert "请补写人数" in notice.text
    assert notice.settled_at is None
    withdraw_contact(id=claim.pk, reason="记错了", by=notice.user, at=clock.now())
    notice.refresh_from_db()
    assert notice.settled_at is not None
    assert Notice.objects.count() == 1


def test_what_the_office_takes_back_is_told_to_who_entered_it(claim: Any, account: Any) -> None:
    withdraw_contact(id=claim.pk, reason="重复", by=account("office"), at=clock.now())
    assert [(one.user_id, one.title.partition("：")[0]) for one in Notice.objects.all()] == [
        (claim.entered_by, "已撤回")
    ]


def test_each_step_of_a_return_is_told_to_whose_turn_it_is(anhua: Any, account: Any) -> None:
    leader, office = account("leader"), account("office")
    close_period(period="2022-10", today=TODAY, at=clock.now(), by=office)
    assert [(one.user_id, one.title) for one in Notice.objects.all()] == [(leader.pk, "2022 年 10 月月报等您签署")]
    sign(period="2022-10", at=clock.now(), by=leader)
    open_ = Notice.objects.filter(settled_at=None)
    assert [(one.user_id, one.title) for one in open_] == [(office.pk, "2022 年 10 月月报已签署，可以报送")]
    submit(period="2022-10", at=clock.now(), by=office)
    assert not open_.all().exists()


def test_a_return_sent_back_from_above_is_told_to_the_office_once(
    anhua: Any, yiyang_decides: Any, account: Any
) -> None:
    assert actions.tell_returned(at=clock.now()) == 1
    assert actions.tell_returned(at=clock.now()) == 0
    notice = Notice.objects.get(key__startswith="returned:")
    assert "口径" in notice.text
    assert notice.url == "/returns/2022-10/"


@pytest.fixture
def yiyang_decides(anhua: Any, account: Any, place: Any) -> None:
    """Anhua sent October; Yiyang sent it back."""
    leader, office = account("leader"), account("office")
    close_period(period="2022-10", today=TODAY, at=clock.now(), by=office)
    sign(period="2022-10", at=clock.now(), by=leader)
    delivery = submit(period="2022-10", at=clock.now(), by=office)
    with place("yiyang").inside():
        send_back(delivery_id=delivery.pk, reason="口径不对", at=clock.now(), by=account("office", "shi"))
