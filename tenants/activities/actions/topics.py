"""协商议题: proposed, chosen, consulted on, with what came of it (GZ20-4.3-3, OR21-4.3-3, DC17-12-1)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from core import audit
from core.errors import DomainError, NotFound
from tenants.activities.models import Activity, Topic, TopicForm, TopicSource, TopicState
from tenants.liaison.actions import refuse_unknown

YEARS = range(2000, 2100)


class TopicTitleMissing(DomainError):
    code = "topic_title_missing"

    def __init__(self) -> None:
        super().__init__("请写出议题。", fields={"title": "请写出议题"})


class YearOutOfRange(DomainError):
    code = "year_out_of_range"

    def __init__(self) -> None:
        super().__init__("年度写成四位数，如 2022。", fields={"year": "年度写成四位数，如 2022"})


class ResultMissing(DomainError):
    code = "result_missing"

    def __init__(self) -> None:
        super().__init__("请写明协商的结果，或关联办过的活动。", fields={"result": "请写明协商的结果"})


@transaction.atomic
def propose_topic(*, title: str, form: str, year: int, source: str, by: audit.Actor) -> Topic:
    """Raises TopicTitleMissing, UnknownWord, YearOutOfRange."""
    title = " ".join(title.split())
    if not title:
        raise TopicTitleMissing
    refuse_unknown("form", form, TopicForm)
    refuse_unknown("source", source, TopicSource)
    if year not in YEARS:
        raise YearOutOfRange
    topic = Topic(title=title, form=form, year=year, source=source)
    topic.save(force_insert=True)
    new = {"title": title, "form": form, "year": year, "source": source}
    audit.record(by=by, action="activities.propose_topic", subject=topic, new=new)
    return topic


@transaction.atomic
def move_topic(*, id: UUID, state: str, by: audit.Actor, result: str = "", activity: UUID | None = None) -> Topic:
    """Say how far it is; consulted on needs what came of it, or the activity at which it was. Raises NotFound, UnknownWord, ResultMissing."""
    refuse_unknown("state", state, TopicState)
    topic = Topic.objects.select_for_update().filter(pk=id).first()
    if topic is None or (activity is not None and not Activity.objects.filter(pk=activity, withdrawn_at=None).exists()):
        raise NotFound
    if state == TopicState.HELD and not result.strip() and activity is None:
        raise ResultMissing
    old = {"state": topic.state}
    topic.state, topic.result = state, result.strip() or topic.result
    topic.activity_id = activity or topic.activity_id
    topic.save(update_fields=["state", "result", "activity"])
    audit.record(
        by=by,
        action="activities.move_topic",
        subject=topic,
        old=old,
        new={"state": state, "activity": topic.activity_id, "result": topic.result},
    )
    return topic
