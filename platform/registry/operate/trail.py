"""The operators' own trail: what stands in public's, never a committee's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core.models import AuditEvent
from core.words import act

WORDS = {
    "registry.order": "交办开通",
    "registry.set_state": "变更状态",
    "registry.archive": "归档",
    "registry.order_deletion": "交办删除",
    "registry.delete": "彻底删除",
    "registry.claim_domain": "申请域名",
    "registry.prove_domain": "域名已证明",
    "registry.release_domain": "释放域名",
    "billing_free.set_quota": "设定限额",
    "accounts.sign_in": "登录",
    "accounts.sign_out": "退出",
    "accounts.create_user": "建立账号",
}
NAMES = {"state": "状态", "kept_until": "保存到", "domain": "域名", "code": "代码", "name": "名称", "slug": "网址名", "level": "级别",
         "parent": "上级", "template": "首份办法", "amount": "限额", "what": "项目", "username": "用户名",
         "device": "设备"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    id: UUID
    at: dt.datetime
    who: str
    did: str
    about: str
    why: str
    changes: str
    has_certificate: bool


def events(*, q: str = "", action: str = "") -> QuerySet[AuditEvent]:
    """Newest first; `event` makes a row showable."""
    found = AuditEvent.objects.order_by("-created_at", "-id")
    if action:
        found = found.filter(action=action)
    words = Q(subject_label__contains=q) | Q(actor_name__contains=q) | Q(why__contains=q)
    return found.filter(words) if q else found


def event(row: AuditEvent) -> Event:
    deleted = row.action == "registry.delete"
    return Event(
        id=row.pk, at=row.created_at, who=row.actor_name, did=WORDS.get(row.action) or act(row.action), about=row.subject_label,
        why=row.why, changes="" if deleted else _changes(row.old or {}, row.new or {}), has_certificate=deleted,
    )  # fmt: skip


def certificate(id: UUID) -> dict[str, Any] | None:
    row = AuditEvent.objects.filter(pk=id, action="registry.delete").first()
    return row.new if row else None


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    said = []
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if isinstance(before, dict | list) or isinstance(after, dict | list) or (before is None and after is None):
            continue
        change = (
            f"{_word(before)} → {_word(after)}" if key in old and key in new else _word(after if key in new else before)
        )
        said.append(f"{NAMES.get(key, key)} {change}")
    return "；".join(said)


STATES = {"making": "开通中", "active": "使用中", "suspended": "已暂停", "archived": "已归档"}


def _word(value: Any) -> str:
    return "无" if value in (None, "") else STATES.get(str(value), str(value))
