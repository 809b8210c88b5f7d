"""Reminders: who is told what on a day, once. The daily job calls `remind`; the office sets when (`set_reminders`)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts.permissions import Permission
from core import audit, carrying
from core.errors import DomainError
from tenants.desk import queries
from tenants.desk.actions.notices import put
from tenants.desk.models import Notice, Reminder
from tenants.desk.queries.due import Matter
from tenants.members.models import HouseRule, RuleName
from tenants.reports import queries as reports

REMIND = "desk.remind"
FARTHEST = 60  # days before or after
MOST = 6


class LeadsOutOfRange(DomainError):
    code = "leads_out_of_range"

    def __init__(self) -> None:
        text = f"天数要在提前 {FARTHEST} 天到过期 {FARTHEST} 天之间，最多 {MOST} 个，例如 7, 0, -3。"
        super().__init__(text, fields={"leads": text})


@transaction.atomic
def set_reminders(*, leads: Sequence[int], is_on: bool, by: audit.Actor) -> HouseRule:
    """When this committee reminds: days before a due day, after it negative. Raises LeadsOutOfRange."""
    wanted = sorted(set(leads), reverse=True)
    if not wanted or len(wanted) > MOST or any(abs(one) > FARTHEST for one in wanted):
        raise LeadsOutOfRange
    old = queries.reminder_plan()
    made = HouseRule.objects.create(name=RuleName.REMINDERS, value={"leads": wanted, "is_on": is_on})
    audit.record(
        by=by, action="desk.set_reminders", subject=made, old={"leads": list(old.leads), "is_on": old.is_on},
        new={"leads": wanted, "is_on": is_on},
    )  # fmt: skip
    return made


@transaction.atomic
def remind(*, today: dt.date, at: dt.datetime, by: audit.Actor) -> int:
    """Tell everybody who is due to hear of something today, one notice per person. Run again on the day it finds nothing
    new to say; what only came up since waits for tomorrow. Returns how many persons were told or noted.
    """
    day_key = f"remind:{today.isoformat()}"
    told_today = set(Notice.objects.filter(key=day_key).values_list("user_id", flat=True))
    wanted = [one for one in queries.matters(today, queries.reminder_plan()) if one.user not in told_today]
    known = set(
        Reminder.objects.filter(whom__in={one.whom for one in wanted}, sent_on__gt=today - dt.timedelta(days=400))
        .values_list("whom", "key", "stage")
    )  # fmt: skip
    each: dict[UUID, dict[tuple[str, int], Matter]] = defaultdict(dict)
    for one in wanted:
        if (one.whom, one.key, one.stage) not in known:
            each[one.whom][(one.key, one.stage)] = one
    notices = {
        whom: _notice(user, list(found.values()), today, at, day_key)
        for whom, found in each.items()
        if (user := next(iter(found.values())).user)
    }
    Notice.objects.bulk_create(notices.values(), batch_size=500)
    rows = [_row(one, notices.get(whom), today) for whom, found in each.items() for one in found.values()]
    Reminder.objects.bulk_create(rows, batch_size=500)
    if rows:
        audit.record(by=by, action=REMIND, subject=None, new={"persons": len(each), "counts": len(rows)})
    for notice in notices.values():
        carrying.carry(user=notice.user_id, title=notice.title)
    return len(each)


def _notice(user: UUID, found: list[Matter], today: dt.date, at: dt.datetime, key: str) -> Notice:
    found = sorted(found, key=lambda one: (one.due, one.title))
    late, soon = sum(one.due < today for one in found), sum(one.due >= today for one in found)
    said = [f"{soon} 项快到期" if soon else "", f"{late} 项已过期限" if late else ""]
    first = found[0]
    title = (
        f"提醒：{first.title}{_by(first.due, today)}" if len(found) == 1 else f"提醒：{'，'.join(filter(None, said))}"
    )
    return Notice(
        user_id=user, title=title[:200], url=first.url if len(found) == 1 else _page(found), due_on=first.due,
        key=key, sent_at=at,
    )  # fmt: skip


def _by(due: dt.date, today: dt.date) -> str:
    left = (due - today).days
    return "今天到期" if left == 0 else f"还有 {left} 天到期" if left > 0 else f"已过期限 {-left} 天"


def _page(found: list[Matter]) -> str:
    """Where several matters stand together: one's own standing, or home."""
    return "/standing/me/" if all(one.url.startswith("/standing/me/") for one in found) else "/"


def _row(one: Matter, notice: Notice | None, today: dt.date) -> Reminder:
    return Reminder(
        user_id=one.user, member_id=one.member, whom=one.whom, key=one.key, stage=one.stage, title=one.title[:200],
        owed=one.owed, url=one.url, clauses=list(one.clauses), due_on=one.due, sent_on=today, notice=notice,
    )  # fmt: skip


@transaction.atomic
def tell_returned(*, at: dt.datetime) -> int:
    """What the level above sent back is told to who sends: the level above cannot write here. Once per revision."""
    told = 0
    for period, one in reports.all_latest().items():
        if one.state == "returned":
            told += put(
                may=Permission.RETURNS_SUBMIT, title=f"{reports.named(period)}被上级退回", text=f"理由：{one.reason}",
                url=f"/returns/{period}/", about=one.row.pk, at=at, key=f"returned:{one.row.pk}",
            )  # fmt: skip
    return told


@transaction.atomic
def tidy_reminders(*, today: dt.date) -> int:
    """Away with reminders of two years ago."""
    number, _ = Reminder.objects.filter(sent_on__lt=today - dt.timedelta(days=731)).delete()
    return number
