"""What a member's rows look like, as plain data: taken before and after an import, so that it can be put back exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.apps import apps

from core.personal import references
from core.personal.reach import tenant_models
from tenants.members.models import Convener, Member, Post, Seat, Spell

_PLAIN = ("name", "name_pinyin", "number", "work_unit", "unit_post", "phone", "district")
_DAYS = ("joined_on", "left_on")
_HELD: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("posts", Post.of_committee, ("kind",)),
    ("seats", Seat.in_committees, ("special_committee_id", "role")),
    ("convened", Convener.objects, ("sector_id", "is_first")),
)
_BESIDE: dict[Any, Any] = {Post: Post.of_units, Seat: Seat.in_groups}  # of tables an import writes, what it does not


def snapshots(ids: Collection[UUID]) -> dict[str, Any]:
    """Member id → the member and what they hold, as JSON takes it. Four statements."""
    found = {
        str(one.pk): {name: getattr(one, name) for name in _PLAIN}
        | {name: _iso(getattr(one, name)) for name in _DAYS}
        | {"sector": str(one.sector_id), "posts": [], "seats": [], "convened": []}
        for one in Member.objects.filter(pk__in=ids)
    }
    for key, held, names in _HELD:
        rows = held.filter(member__in=ids).order_by("since", "id")
        for member, id, since, until, *more in rows.values_list("member_id", "id", "since", "until", *names):
            found[str(member)][key].append([str(id), _iso(since), _iso(until), *map(_plain, more)])
    return found


def tied_rows(ids: Collection[UUID]) -> dict[str, list[list[Any]]]:
    """Member id → rows of other kinds that stand until a day nobody has named: what leaving would end."""
    found: dict[str, list[list[Any]]] = {str(id): [] for id in ids}
    for model, name in _standing_kinds():
        rows: Any = _BESIDE.get(model, model._default_manager).filter(**{f"{name}__in": ids, model.Personal.ends: None})  # type: ignore[attr-defined]
        for member, id in rows.values_list(f"{name}_id", "pk"):
            found[str(member)].append([model._meta.label_lower, str(id)])
    return found


def _standing_kinds() -> list[tuple[Any, str]]:
    own = {Convener, Member, Spell}
    return [
        (model, name)
        for model in tenant_models()
        if getattr(model.Personal, "ends", None) and model not in own  # type: ignore[attr-defined]
        for name in references(model)
        if model._meta.get_field(name).related_model is Member
    ]


def _reopen(picture: Mapping[str, Any], left_on: dt.date | None) -> None:
    """Rows that ended only because the import had the member leave stand again."""
    for label, id in picture.get("tied", ()):
        model = apps.get_model(label)
        last = model.Personal.ends
        model._default_manager.filter(pk=id, **{last: left_on}).update(**{last: None})


def put_back(pictures: Mapping[UUID, Mapping[str, Any]]) -> None:
    """The members as the pictures show them, with exactly the rows they held."""
    members = list(Member.objects.filter(pk__in=pictures))
    moved: set[str] = set()
    for one in members:
        picture = pictures[one.pk]
        if one.left_on is not None:
            _reopen(picture, one.left_on)
        wanted = {name: picture[name] for name in _PLAIN} | {name: _day(picture[name]) for name in _DAYS}
        for name, value in (wanted | {"sector_id": UUID(picture["sector"])}).items():
            if getattr(one, name) != value:
                setattr(one, name, value)
                moved.add(name.removesuffix("_id"))
    if moved:
        Member.objects.bulk_update(members, sorted(moved), batch_size=200)
    for key, held, names in _HELD:
        held.filter(member__in=pictures).delete()
        held.bulk_create(
            [
                held.model(pk=UUID(id), member_id=member, since=_day(since), until=_day(until), **dict(zip(names, more, strict=True)))
                for member, picture in pictures.items()
                for id, since, until, *more in picture[key]
            ],
            batch_size=500,
        )  # fmt: skip


def tied_to(ids: Collection[UUID]) -> set[UUID]:
    """Which of these members something leads to beside what an import writes: an account, a record, a link, a group."""
    tied = set(Member.objects.filter(pk__in=ids, user__isnull=False).values_list("pk", flat=True))
    for model in tenant_models():
        if not ids:
            continue
        for name in references(model):
            if model._meta.get_field(name).related_model is Member:
                rows: Any = _BESIDE.get(model, model._default_manager).filter(**{f"{name}__in": ids})
                tied.update(rows.values_list(f"{name}_id", flat=True))
    return tied


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
