"""操作记录: who changed what, when, why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from core.models import AuditEvent

WORDS: Mapping[str, str] = {
    "accounts": "账号", "members": "委员", "liaison": "联系", "activities": "活动", "voices": "履职成果", "policy": "办法",
    "proceedings": "会议决定", "assessment": "履职情况", "reports": "报送", "exchange": "上下级", "registry": "平台",
    "dispatch": "后台任务",
}  # fmt: skip
ACTIONS: Mapping[str, str] = {
    "accounts.create_user": "开通账号", "accounts.set_password": "重设密码",
    "members.add_member": "添加委员", "members.update_member": "修改委员信息", "members.end_membership": "登记离任",
    "members.assign_post": "登记任职", "members.end_post": "登记免职", "members.give_account": "为委员开通账号",
    "members.set_conveners": "确定召集人", "members.add_sector": "新建界别", "members.add_special_committee": "新建专委会",
    "members.link_sector": "专委会联系界别", "members.import_roster": "导入名册",
    "liaison.register_contact": "记录联系", "liaison.confirm_contact": "确认联系", "liaison.reject_contact": "退回联系记录",
    "liaison.withdraw_contact": "撤回联系记录", "liaison.pair_constituent": "结对群众", "liaison.end_pairing": "结束结对",
    "liaison.assign_link": "安排联系对象",
    "activities.register_activity": "登记活动", "activities.record_participation": "登记参加人", "activities.withdraw_activity": "撤回活动",
    "activities.confirm_activity": "确认活动", "activities.confirm_participation": "确认参加", "activities.reject_participation": "退回参加记录",
    "voices.register_output": "登记履职成果", "voices.confirm_output": "确认履职成果", "voices.reject_output": "退回履职成果",
    "voices.withdraw_output": "撤回履职成果",
    "policy.adopt_template": "采用办法", "policy.adopt_overlay": "调整办法", "proceedings.record_decision": "记录会议决定",
    "reports.close_month": "月度结账", "reports.sign": "签署报表", "reports.withdraw_signature": "撤回签署", "reports.submit": "报送报表",
    "exchange.deliver": "送达上级", "exchange.accepted": "接收报表", "exchange.returned": "退回报表",
    "dispatch.cancel": "取消任务", "dispatch.start_again": "重新办理任务",
}  # fmt: skip
ACTS: Mapping[str, str] = {"demo": "写入演示数据"}  # whatever the verb
FIELDS: Mapping[str, str] = {
    "name": "姓名", "number": "委员编号", "sector": "界别", "posts": "职务", "special_committees": "专委会", "work_unit": "工作单位",
    "unit_post": "单位职务", "phone": "联系电话", "joined_on": "任职日期", "left_on": "离任日期", "username": "账号", "roles": "角色",
    "conveners": "召集人", "since": "起始", "until": "截止", "special_committee": "专委会", "kind": "类别", "file": "文件",
    "counts": "人数", "effective_on": "变动起算", "sectors": "新建界别", "new": "新增", "changed": "变更", "state": "状态", "period": "期间",
    "revision": "第几稿", "member": "委员", "held_on": "日期", "reason": "理由", "summary": "内容", "title": "题目",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TrailFilters:
    q: str = ""
    app: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the trail, in words where there are words."""

    at: dt.datetime
    who: str
    what: str
    subject: str
    why: str
    changes: tuple[tuple[str, str, str], ...]


def trail(filters: TrailFilters = TrailFilters()) -> QuerySet[AuditEvent]:
    """Newest first."""
    found = AuditEvent.objects.order_by("-created_at")
    if filters.app:
        found = found.filter(action__startswith=f"{filters.app}.")
    if filters.q:
        found = found.filter(Q(actor_name__icontains=filters.q) | Q(subject_label__icontains=filters.q))
    return found


def event(row: AuditEvent) -> Event:
    app = row.action.split(".")[0]
    what = (
        ACTIONS.get(row.action) or ACTS.get(app) or f"{WORDS.get(app, '')} {row.action.removeprefix(f'{app}.')}".strip()
    )
    return Event(row.created_at, row.actor_name, what, row.subject_label, row.why, tuple(_changes(row.old, row.new)))


def _changes(old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    before, after = (value if isinstance(value, dict) else {} for value in (old, new))
    for key in dict.fromkeys([*before, *after]):
        yield FIELDS.get(key, key), _short(before.get(key)), _short(after.get(key))


def _short(value: Any) -> str:
    text = "" if value is None else "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
