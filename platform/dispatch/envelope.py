"""The signed message between dispatcher and worker: a forged or altered one is refused."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from core.errors import DomainError


class ForgedMessage(DomainError):
    code = "forged_message"
    status = 400

    def __init__(self) -> None:
        super().__init__("任务消息的签名不对，已拒绝执行。")


def _mac(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return salted_hmac("lianxin.dispatch", text, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def seal(
    *, job: str, committee: str, epoch: int, queue: str, task: str, ids: dict[str, Any], by: str | None
) -> dict[str, Any]:
    """The message, signed over everything it says."""
    content = {"job": job, "committee": committee, "epoch": epoch, "queue": queue, "task": task, "ids": ids, "by": by}
    return content | {"mac": _mac(content)}


def open_sealed(message: dict[str, Any]) -> dict[str, Any]:
    """The content of a message of ours; raises ForgedMessage."""
    content = {key: value for key, value in message.items() if key != "mac"}
    if not constant_time_compare(str(message.get("mac", "")), _mac(content)):
        raise ForgedMessage
    return content
