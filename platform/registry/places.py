"""The operator's navigation on the bare host, as data (infra/decisions/0002)."""

from __future__ import annotations

from typing import Any

from accounts.access import may
from accounts.permissions import Permission

PLACES = (  # label, address, mark
    ("委员会", "/operate/", "home"),
    ("开通委员会", "/operate/new/", "plus"),
    ("后台任务", "/operate/jobs/", "clock"),
    ("库的升级", "/operate/migration/", "clock"),
    ("操作记录", "/operate/trail/", "pen"),
    ("运行状况", "/operate/health/", "alert"),
)
NOT_IN_THE_BAR = {"/operate/migration/"}  # a phone's bar holds five


def navigation(*, user: Any, path: str) -> list[dict[str, Any]]:
    """What the operator may open, in the shape of the components' README."""
    if not may(user, Permission.OPERATE):
        return []
    fitting = [url for _, url, _ in PLACES if path.startswith(url)]
    current = max(fitting, key=len, default="")
    return [
        {
            "label": label,
            "url": url,
            "icon": icon,
            "group": "",
            "current": url == current,
            "bar": url not in NOT_IN_THE_BAR,
        }
        for label, url, icon in PLACES
    ]
