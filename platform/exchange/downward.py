"""Policies on their way down, and what the children answer: which they hold, in how many places otherwise. Never a person.

PostgreSQL checks each rule again (migration 0004): a committee publishes in its own name only, its direct children alone read it,
and what a child answers reaches its parent only. Nothing here is ever changed or removed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from core import audit, tenancy
from core.errors import DomainError, NotFound
from exchange.canonical import digest_of
from exchange.models import Position, Publication


class PublishedMeanwhile(DomainError):
    code = "published_meanwhile"

    def __init__(self, version: int) -> None:
        super().__init__(f"第 {version} 版刚刚已由同事发布，没有重复发布。请刷新后再看。")


class PublicationAltered(DomainError):
    code = "publication_altered"

    def __init__(self) -> None:
        super().__init__("上级发布的办法与它的校验值不符，不能采用。请联系平台运维。")


@transaction.atomic
def publish(
    *,
    content: Mapping[str, Any],
    title: str,
    note: str,
    substance: str,
    in_force_from: dt.date,
    at: dt.datetime,
    by: audit.Actor,
) -> Publication:
    """The current committee's next version, for its children to read. Raises PublishedMeanwhile."""
    newest = published().first()
    made = Publication(
        publisher=_me(), version=newest.version + 1 if newest else 1, title=title, note=note, content=dict(content),
        digest=digest_of(content), substance=substance, in_force_from=in_force_from, published_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as twice:  # two clicks at once: the first one has it
        raise PublishedMeanwhile(made.version) from twice
    new = {"version": made.version, "in_force_from": in_force_from, "digest": made.digest}
    audit.record(by=by, action="exchange.publish", subject=made, new=new, why=note)
    return made


@transaction.atomic
def take_position(
    *,
    substance: str,
    since: dt.date,
    deviations: int,
    parameters: int,
    additions: int,
    by: audit.Actor,
) -> Position | None:
    """Tell the parent what is held from a day on; a later word about the same or a later day counts. None without a parent."""
    parent = tenancy.current().parent
    if parent is None:
        return None
    made = Position(
        sender=_me(), recipient=parent, substance=substance, since=since, deviations=deviations, parameters=parameters,
        additions=additions,
    )  # fmt: skip
    made.save(force_insert=True)
    audit.record(by=by, action="exchange.take_position", subject=made, new={"since": since, "deviations": deviations})
    return made


def published() -> QuerySet[Publication]:
    """This committee's own versions, the newest first, without their content."""
    return Publication.objects.filter(publisher=_me()).defer("content").order_by("-version")


def from_above() -> QuerySet[Publication]:
    """The parent's versions, the newest first, without their content; empty without a parent."""
    return Publication.objects.filter(publisher=tenancy.current().parent or "").defer("content").order_by("-version")


def settings_from_above(names: Collection[str]) -> dict[str, list[tuple[dt.date, Any]]]:
    """By setting, its values with the day each began, as the parent's newest version says. One statement, none without a parent."""
    parent = tenancy.current().parent
    if parent is None:
        return {}
    sql = f"""
        SELECT one->>'id', one->'values'->'value'
        FROM (SELECT content FROM {Publication._meta.db_table} WHERE publisher = %s ORDER BY version DESC LIMIT 1) AS newest,
             jsonb_array_elements(content->'elements') AS one
        WHERE one->>'id' = ANY(%s)
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [parent, [f"setting.{name}" for name in names]])
        rows = cursor.fetchall()
    return {
        key.removeprefix("setting."): [
            (dt.date.fromisoformat(entry["from"]) if entry["from"] else dt.date.min, entry["value"])
            for entry in json.loads(series)
        ]
        for key, series in rows
    }


def publication(id: UUID) -> Publication:
    """One version of the parent's with its content. Raises NotFound, also for another committee's, and PublicationAltered."""
    found = Publication.objects.filter(pk=id, publisher=tenancy.current().parent or "").first()
    if found is None:
        raise NotFound("没有这份上级办法。它可能不是发给本会的。")
    if digest_of(found.content) != found.digest:
        raise PublicationAltered
    return found


def positions(day: dt.date) -> dict[str, Position]:
    """By child, what it told last of what it holds on a day."""
    rows = Position.objects.filter(recipient=_me(), since__lte=day).order_by("sender", "-since", "-created_at", "-id")
    return {one.sender: one for one in rows.distinct("sender")}


def _me() -> str:
    return tenancy.current().code
