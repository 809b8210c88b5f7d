"""What a body or a query may hold: exactly the JSON type the OpenAPI names, and no field it does not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

_DAY = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_KEY = re.compile(r"\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z", re.ASCII)
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
LONGEST_LIST = 500


class Text(serializers.CharField):
    """A string, and nothing that is only like one."""

    default_error_messages = {"invalid": "这里要填文字。"}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)  # type: ignore[no-any-return]


class Number(serializers.IntegerField):
    """A whole number, not one written as text."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str | bool) or (isinstance(data, float) and not data.is_integer()):
            self.fail("invalid")
        return super().to_internal_value(data)  # type: ignore[no-any-return]


class Flag(serializers.BooleanField):
    default_error_messages = {"invalid": "这里要填 true 或 false。"}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Day(serializers.DateField):
    """2022-11-30, between 1900 and 2199."""

    default_error_messages = {"invalid": "日期写成 2022-11-30 的样子。", "range": "日期要在 1900 年至 2199 年之间。"}

    def to_internal_value(self, value: Any) -> dt.date:
        if not isinstance(value, str) or not _DAY.match(value):
            self.fail("invalid")
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            self.fail("invalid")
        if not EARLIEST <= day <= LATEST:
            self.fail("range")
        return day


class Key(serializers.UUIDField):
    """An id in its usual writing."""

    default_error_messages = {"invalid": "编号写成 0192f0c0-0000-7000-8000-000000000000 的样子。"}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not _KEY.match(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class Word(serializers.ChoiceField):
    """A word of a list, as text."""

    default_error_messages = {"invalid_choice": "没有“{input}”这一项。"}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", input=str(data)[:60])
        return data


@extend_schema_field(OpenApiTypes.UUID)
class RowOf(Key):
    """The id of a row of this committee; cleans to the row."""

    default_error_messages = {"unknown": "本会没有这一项。"}

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model

    def to_internal_value(self, data: Any) -> Any:
        found = self.model._default_manager.filter(pk=super().to_internal_value(data)).first()
        if found is None:
            self.fail("unknown")
        return found

    def to_representation(self, value: Any) -> str:
        return str(value.pk)


def keys(**more: Any) -> serializers.ListField:
    """Ids, at most 500."""
    return serializers.ListField(child=Key(), max_length=LONGEST_LIST, **more)


class Strict(serializers.Serializer):
    """Refuses what it does not know, so that a misspelt field is told and not lost."""

    default_error_messages = {"unknown": "没有这一项，请核对写法。"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping) and (unknown := [str(name) for name in data if name not in self.fields]):
            raise serializers.ValidationError({name[:60]: [self.error_messages["unknown"]] for name in unknown[:20]})
        return super().to_internal_value(data)  # type: ignore[no-any-return]


class Reason(Strict):
    """Why, to be read by who entered it and kept in the trail."""

    reason = Text(max_length=300)


class Why(Strict):
    why = Text(max_length=200)


class Nothing(Strict):
    """An empty object."""


class Ref(serializers.Serializer):
    """A row by id and name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class MemberRef(Ref):
    number = serializers.CharField(help_text="the committee's own number of the member")
