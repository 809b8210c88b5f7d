"""What people said to members and what became of it; activities still to come; topics and the calendar."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

from core.clock import ZONE
from demo import words
from demo.cast import STORY_ENDS
from demo.company import Company, day_between
from tenants.activities.actions import (
    add_guest,
    call_activity,
    invite,
    move_topic,
    propose_topic,
    register_activity,
    set_occasion,
    take_attendance,
)
from tenants.activities.queries import guest_levels_on
from tenants.voices.actions import (
    answer,
    close,
    convert_to_output,
    convert_to_topic,
    give_feedback,
    hand_over,
    receive_voice,
    triage,
)
from tenants.voices.models import Voice
from tenants.voices.queries import routes_on

FIRST = dt.date(2022, 8, 1)
MATTERS = (
    "巷口的路灯坏了两个月，老人晚上不敢出门", "村里到镇上的班车减成一天两趟，学生周五回家很晚", "小区电动车充电棚总跳闸",
    "卫生室周末没有医生，买药要跑十里路", "菜市场门口早高峰堵得厉害，希望有人疏导", "饮水管网一到旱季就停水",
    "社区食堂中午要排半小时，希望分两个时段", "办理建房手续材料要求前后说得不一样", "河边护栏松了，孩子常在那里玩",
    "茶园收购价几家说法不一，种茶的心里没底", "校门口的斑马线磨没了", "快递不进村，要自己到镇上取",
)  # fmt: skip
DEPARTMENTS = ("城管局", "交通运输局", "卫生健康局", "住房和城乡建设局", "水利局", "市场监督管理局", "教育局")
RESULTS = ("已派人到现场处理，当天恢复", "已列入下月维修计划，临时措施先做了", "与承办单位商定分两期办，第一期已完工")
CHANNELS = ("contact", "contact", "contact", "reception", "station", "phone", "mailbox", "meeting")


def hear(company: Company) -> None:
    """A season of voices: some closed, some late, some just come in."""
    chance = company.chance("voices")
    players = [company.star, *(one for one in company.serving(STORY_ENDS) if one.zeal > 0.3 and one != company.star)]
    for number, content in enumerate(MATTERS):
        player = company.star if number in (0, 4, 9) else chance.choice(players)
        walks_in = number in (2, 7)
        day = day_between(chance, FIRST + dt.timedelta(days=9 * number), FIRST + dt.timedelta(days=9 * number + 8))
        voice = receive_voice(
            content=f"{chance.choice(words.PLACES)}：{content}。", channel="reception" if walks_in else chance.choice(CHANNELS),
            received_on=day, today=STORY_ENDS, by=company.office, member=None if walks_in else player.id,
            name="邓某某（虚构）" if walks_in else "", phone="00000000000" if walks_in else "",
        )  # fmt: skip
        if number < len(MATTERS) - 2:
            _deal(company, chance, voice, number)
    _long_over(company)


def _long_over(company: Company) -> None:
    """A matter of two years ago: whoever spoke is due to be erased."""
    heard_on, told_on = dt.date(2020, 9, 10), dt.date(2020, 10, 8)
    voice = receive_voice(
        content="老街的公厕长期锁着，赶集的人没处去。", channel="reception", received_on=heard_on, today=STORY_ENDS, by=company.office,
        name="邓某某（虚构）", phone="00000000000",
    )  # fmt: skip
    triage(id=voice.pk, kind="specific", by=company.office)
    give_feedback(
        id=voice.pk, told="已请城管局安排专人开放", solved="yes", told_on=told_on, at=_at(told_on), today=STORY_ENDS, by=company.office
    )  # fmt: skip


def _deal(company: Company, chance: Random, voice: Voice, number: int) -> None:
    kind = ("specific", "specific", "general", "specific", "emerging")[number % 5]
    by, day = company.office, voice.received_on + dt.timedelta(days=2)
    common: dict[str, Any] = {"today": STORY_ENDS, "by": by}
    if number == 5:
        close(id=voice.pk, reason="与 8 月反映的是同一件事，合并办理", by=by, at=_at(day))
        return
    triage(id=voice.pk, kind=kind, by=by)
    if kind == "general":
        convert_to_topic(
            id=voice.pk, title=voice.content[:40].rstrip("。"), form="sector", year=2022, by=by, at=_at(day)
        )
        return
    if kind == "emerging":
        _write(company, voice, day)
        return
    due = day + dt.timedelta(days=20)
    handling = hand_over(id=voice.pk, handler=chance.choice(DEPARTMENTS), handed_on=day, due_on=due, **common)
    if number in (6, 8):
        return  # one of them late, one in time
    done = min(day + dt.timedelta(days=chance.randint(6, 18)), STORY_ENDS)
    answer(handling=handling.pk, result=chance.choice(RESULTS), done_on=done, **common)
    if number != 3:
        told = min(done + dt.timedelta(days=2), STORY_ENDS)
        solved = "partly" if number == 1 else "yes"
        give_feedback(id=voice.pk, told="已上门说明办理结果", solved=solved, told_on=told, at=_at(told), **common)


def _write(company: Company, voice: Voice, day: dt.date) -> None:
    types = list(routes_on(day).outputs(voice.kind))
    if voice.member_id is not None and types:
        convert_to_output(
            id=voice.pk, type=types[0], title=f"关于{voice.content[:30].rstrip('。')}的反映", submitted_on=day,
            authorship="individual", lead=voice.member_id, today=STORY_ENDS, by=company.office, at=_at(day),
        )  # fmt: skip


def call(company: Company) -> None:
    """What is announced for December, one attendance taken with all it can say, guests, topics, meetings."""
    chance, by = company.chance("calling"), company.office
    for kind, day, title in (
        ("plenary_session", dt.date(2022, 1, 6), "本届第二次会议"), ("standing_committee_meeting", dt.date(2022, 6, 22), ""),
        ("standing_committee_meeting", dt.date(2022, 9, 20), ""), ("plenary_session", dt.date(2023, 1, 5), "本届第三次会议"),
    ):  # fmt: skip
        set_occasion(kind=kind, held_on=day, title=title, by=by)
    called = company.serving(dt.date(2022, 12, 9))
    visit = call_activity(
        title="冬季供暖和用水视察", kind="inspection", organiser_type="committee", held_on=dt.date(2022, 12, 9), by=by,
        place=chance.choice(words.PLACES), place_level="community",
    )  # fmt: skip
    invite(
        activity=visit.pk,
        members=[one.id for one in called[:20] if one != company.star] + [company.star.id],
        by=by,
        at=_at(STORY_ENDS),
    )
    _held(company, chance)
    for title, state, result in (
        ("社区养老食堂怎样办得久", "held", "形成三条意见，已送有关部门"), ("村道亮化由谁管护", "chosen", ""), ("快递进村的末端怎么补", "proposed", ""),
    ):  # fmt: skip
        topic = propose_topic(title=title, form="sector", year=2022, source="plan", by=by)
        if state != "proposed":
            move_topic(id=topic.pk, state=state, result=result, by=by)


def _held(company: Company, chance: Random) -> None:
    day = dt.date(2022, 11, 17)
    held = register_activity(
        title="基层协商议事会：背街小巷怎么管", kind="consultation", organiser_type="committee", held_on=day, today=STORY_ENDS,
        by=company.office, place=chance.choice(words.PLACES), place_level="grassroots",
    )  # fmt: skip
    marks = ("participant", "participant", "participant", "late", "on_leave", "absent", "participant")
    attendance = {one.id: marks[place % len(marks)] for place, one in enumerate(company.serving(day)[:14])}
    take_attendance(activity=held.pk, attendance=attendance, today=STORY_ENDS, by=company.office, at=_at(day))
    level = next(iter(guest_levels_on(day)))
    add_guest(activity=held.pk, name="贺某某（虚构）", level=level, unit="应邀参加", by=company.office)


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(10), ZONE)
