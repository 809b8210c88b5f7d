"""The city publishes its document and then a second version of it; one county has half settled what becomes of its own values."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from core.clock import ZONE
from demo.cast import STAFF, STORY_ENDS
from demo.monthly import Step
from exchange import downward
from tenants.policy.actions import adapt, begin_case, keep_case, publish_policy

CITY, COUNTY = "430900", "430921"
BODY = "chairpersons_council"


def steps(codes: frozenset[str]) -> list[Step]:
    """The steps of the committees that play, in their order."""
    every = [
        Step(CITY, "publishes", _publish_first),
        Step(COUNTY, "adapts", _adapt),
        Step(CITY, "publishes_again", _publish_second),
        Step(COUNTY, "settles", _settle, CITY),
    ]
    return [one for one in every if one.code in codes and (one.hears is None or one.hears in codes)]


def _publish_first() -> None:
    publish_policy(note="现行办法，供各区县参照（演示）。", today=STORY_ENDS, at=_at(9, 5), by=_office())


def _adapt() -> None:
    adapt(
        operations=[
            {"op": "set", "path": "duty.conveners.max", "value": 4, "reason": "渔业渔民界别分布在五个片区，召集人要多一名。"},
            {"op": "set", "path": "duty.constituents.max", "value": 7, "reason": "上岸安置点多，愿意多联系的委员不封在五户。"},
        ],
        reason="湖区界别分散，按本县实际放宽上限（演示）。", body=BODY, meeting="第十届第5次主席会议", decided_on=dt.date(2022, 10, 27),
        document_number="南协发〔2022〕7号（演示）", in_force_from=dt.date(2022, 11, 1), today=STORY_ENDS, by=_office(),
    )  # fmt: skip


def _publish_second() -> None:
    adapt(
        operations=[
            {"op": "set", "path": "duty.constituents.min", "value": 4},
            {"op": "set", "path": "duty.constituents.max", "value": 6},
            {"op": "set", "path": "duty.conveners.max", "value": 2},
            {"op": "set", "path": "setting.voice_days.value", "value": 20},
        ],
        reason="一年试下来，结对人数偏少、召集人过多（演示）。", body="standing_committee", meeting="第六届常委会第5次会议",
        decided_on=dt.date(2022, 11, 18), document_number="益协发〔2022〕9号（演示）", in_force_from=dt.date(2023, 1, 1), today=STORY_ENDS,
        by=_office(),
    )  # fmt: skip
    note = "结对改为四到六户，召集人一到两名，民意二十天内答复。请各区县年底前逐项定好（演示）。"
    publish_policy(note=note, today=STORY_ENDS, at=_at(11, 21), by=_office())


def _settle() -> None:
    """One of the two conflicts is decided, the other still open."""
    newest = downward.from_above().first()
    assert newest is not None
    case = begin_case(origin=f"publication:{newest.pk}", at=_at(11, 24), by=_office())
    typed = {
        "take:duty.constituents": ["ours"], "reason:duty.constituents": ["安置点多，上限仍按七户；下限随市里。"], "body": [BODY],
        "in_force_from": ["2023-01-01"], "reason": ["随市里的新版，保留湖区必需的一处（演示）。"],
    }  # fmt: skip
    keep_case(id=case.pk, typed=typed, operations=None, at=_at(11, 24), by=_office())


def _office() -> User:
    return User.objects.get(username=STAFF[0][0])


def _at(month: int, day: int) -> dt.datetime:
    return dt.datetime(2022, month, day, 10, tzinfo=ZONE)
