"""What a committee may use, as one table. Nobody is billed: a limit protects the other committees on the machine.

Members, records, documents and stored bytes are limits on what is kept; jobs are a limit per month. The operator
may set another limit for one committee (`models.Quota`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import TextChoices

PRICE = Decimal("0.00")  # yuan per unit, of everything, for everybody
MIB = 1024 * 1024
GIB = 1024 * MIB


class What(TextChoices):
    MEMBERS = "members", "委员名册"
    RECORDS = "records", "履职记录"
    DOCUMENTS = "documents", "办法文件"
    STORAGE = "storage", "上传文件"
    JOBS = "jobs", "后台任务"


@dataclass(frozen=True, slots=True)
class Item:
    """How one thing is counted and spoken of; `remedy` is what a committee can do itself at the limit."""

    unit: str
    counts: str
    remedy: str = ""
    monthly: bool = False

    @property
    def period(self) -> str:
        return "每月" if self.monthly else ""


ITEMS: Mapping[What, Item] = {
    What.MEMBERS: Item("名", "登记过的委员，含已离任的", "请核对名册里有没有重复登记的人"),
    What.RECORDS: Item("条", "联系、活动和成果，含已撤回的", "请核对有没有重复录入的记录"),
    What.DOCUMENTS: Item("份", "采用的办法和对办法的调整", "请把几处调整合在一份文件里"),
    What.STORAGE: Item("字节", "记录的照片和文件，还没有导入的名册文件", "请去掉不用的照片和文件，或先导入名册"),
    What.JOBS: Item("次", "结账等由后台办理的事", "下月 1 日重新计数", monthly=True),
}


def _limits(*, members: int, records: int, documents: int, storage: int, jobs: int) -> Mapping[What, int]:
    return {
        What.MEMBERS: members,
        What.RECORDS: records,
        What.DOCUMENTS: documents,
        What.STORAGE: storage,
        What.JOBS: jobs,
    }


LIMITS: Mapping[str, Mapping[What, int]] = {
    "national": _limits(members=10_000, records=2_000_000, documents=500, storage=2 * GIB, jobs=20_000),
    "province": _limits(members=5_000, records=1_000_000, documents=500, storage=GIB, jobs=10_000),
    "city": _limits(members=3_000, records=600_000, documents=300, storage=512 * MIB, jobs=5_000),
    "district": _limits(members=2_000, records=300_000, documents=200, storage=256 * MIB, jobs=3_000),
    "county": _limits(members=2_000, records=300_000, documents=200, storage=256 * MIB, jobs=3_000),
    "banner": _limits(members=2_000, records=300_000, documents=200, storage=256 * MIB, jobs=3_000),
    "liaison_work_committee": _limits(members=500, records=100_000, documents=100, storage=128 * MIB, jobs=2_000),
}


def default_limit(level: str, what: What) -> int:
    """The limit of a committee of that level where the operator set no other."""
    return LIMITS[level][what]


def spoken(what: What, amount: int) -> str:
    """An amount with its unit: `1 200 名` is written 1,200 名, bytes as MB."""
    if what != What.STORAGE:
        return f"{amount:,} {ITEMS[what].unit}"
    for size, unit in ((GIB, "GB"), (MIB, "MB"), (1024, "KB")):
        if abs(amount) >= size:
            return f"{amount / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{amount} 字节"
