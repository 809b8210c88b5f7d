"""What ends when somebody is a member no longer: found from the declarations of every app, never from a list."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from core.personal import references
from core.personal.reach import tenant_models
from tenants.members.models import Member


def end_all(ids: set[UUID], on: dt.date) -> dict[str, int]:
    """End on that day every row that says it holds until a day and refers to one of the members. One statement per model."""
    ended = {}
    for model in tenant_models():
        last = getattr(model.Personal, "ends", None)  # type: ignore[attr-defined]  # every model of ours has one
        whose = _whose(model)
        if not last or not (whose or model is Member):
            continue
        mine = Q(pk__in=ids) if model is Member else Q()
        for name in whose:
            mine |= Q(**{f"{name}__in": ids})
        first = "joined_on" if model is Member else "since"
        rows: Any = model._default_manager.filter(mine).filter(Q(**{last: None}) | Q(**{f"{last}__gt": on}))
        count = rows.update(**{last: Greatest(Value(on, models.DateField()), F(first))})
        if count and model is not Member:
            ended[model._meta.label_lower] = count
    return ended


def _whose(model: type[models.Model]) -> list[str]:
    return [name for name in references(model) if model._meta.get_field(name).related_model is Member]
